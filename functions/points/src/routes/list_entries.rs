//! `GET /v1/accounts/me/points/entries`

use axum::extract::State;
use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Json, List, Paging, PagingParams};

use crate::{
    App,
    entry::{Entry, Story},
    keys,
};

/// A line in the book of a member's points. It never changes.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryOut {
    /// Names the entry.
    #[schema(value_type = String, example = "ent_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Entry>,
    /// What happened.
    kind: EntryKindOut,
    /// By how much the balance, available and pending together, grew or shrank: the entries of a
    /// member sum to it. What is held is out of it, so that of a posted hold only what was not
    /// spent comes back.
    #[schema(example = 30)]
    points: i64,
    /// `earned`: the day, in the member's own zone, that the points are for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = Date)]
    date: Option<Date>,
    /// `earned`: for how many minutes more of that day.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 30)]
    minutes: Option<u32>,
    /// `earned`: by which version of the earn rule.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    rule_version: Option<u32>,
    /// `spent`, `held`, `restored`, `credited`, `revoked`, `adjusted`: what for, such as the id of a voucher.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "vch_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    reference: Option<String>,
    /// `held`, `posted`, `voided`: by which hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "hld_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    hold: Option<Id<kind::Hold>>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Timestamp,
}

/// What happened to points.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum EntryKindOut {
    /// They were granted for listening.
    Earned,
    /// They were spent.
    Spent,
    /// They were set aside.
    Held,
    /// What was set aside was spent, in whole or in part.
    Posted,
    /// What was set aside came back.
    Voided,
    /// What was spent came back.
    Restored,
    /// They were given for something done elsewhere, such as a purchase at a partner.
    Credited,
    /// They were taken away.
    Revoked,
    /// The platform put the balance right, up or down. The reference is what support knows it by.
    Adjusted,
    /// They came to the end of their time.
    Expired,
}

/// List the entries of one's points
///
/// The latest first. An entry appears a moment after what it tells of.
#[utoipa::path(
    get,
    path = "/v1/accounts/me/points/entries",
    tag = "points",
    params(PagingParams),
    responses((status = 200, description = "A page of entries", body = List<EntryOut>))
)]
pub(crate) async fn list_entries(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<List<EntryOut>>, ApiError> {
    let after = paging.after.as_deref();
    if after.is_some_and(|after| !after.starts_with(keys::ENTRY_PREFIX)) {
        return Err(ApiError::foreign_cursor());
    }
    let page = app
        .entries
        .latest(caller.account, after, paging.limit)
        .await?;
    let items = page.entries.into_iter().map(EntryOut::of).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}

impl EntryOut {
    fn of(entry: Entry) -> EntryOut {
        let id = entry.id();
        let bare = |kind| EntryOut {
            id,
            kind,
            points: entry.points,
            date: None,
            minutes: None,
            rule_version: None,
            reference: None,
            hold: None,
            occurred_at: entry.occurred_at,
        };
        let about = |kind, reference: wallet::Reason| EntryOut {
            reference: Some(reference.into()),
            ..bare(kind)
        };
        let by = |kind, hold| EntryOut {
            hold: Some(hold),
            ..bare(kind)
        };
        match entry.story {
            Story::Earned {
                date,
                minutes,
                rule_version,
            } => EntryOut {
                date: Some(date),
                minutes: Some(minutes),
                rule_version: Some(rule_version),
                ..bare(EntryKindOut::Earned)
            },
            Story::Spent { reference } => about(EntryKindOut::Spent, reference),
            Story::Held { hold, reference } => EntryOut {
                hold: Some(hold),
                ..about(EntryKindOut::Held, reference)
            },
            Story::Posted { hold } => by(EntryKindOut::Posted, hold),
            Story::Voided { hold } => by(EntryKindOut::Voided, hold),
            Story::Restored { reference } => about(EntryKindOut::Restored, reference),
            Story::Credited { reference } => about(EntryKindOut::Credited, reference),
            Story::Revoked { reference } => about(EntryKindOut::Revoked, reference),
            Story::Adjusted { reference } => about(EntryKindOut::Adjusted, reference),
            Story::Expired => bare(EntryKindOut::Expired),
        }
    }
}
