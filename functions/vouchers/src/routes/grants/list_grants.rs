//! `GET /v1/partner-grants`

use axum::extract::State;
use futures_util::future::try_join_all;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, List, Paging, PagingParams};

use super::grant_out::PartnerGrantOut;
use crate::{App, keys};

/// A run of grants in the list: those that wait for one member id, or those that were claimed.
struct Run {
    partition: String,
    prefix: &'static str,
}

/// List one's grants
///
/// First those that wait to be claimed by the members of partners that one is linked to, then those
/// that one has claimed; newest first in each.
#[utoipa::path(
    get,
    path = "/v1/partner-grants",
    tag = "partner grants",
    params(PagingParams),
    responses((status = 200, description = "A page of grants", body = List<PartnerGrantOut>))
)]
pub(crate) async fn list_grants(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<List<PartnerGrantOut>>, ApiError> {
    let runs = runs(&app, caller.account).await?;
    let (mut run, mut after) = place(paging.after.as_deref(), runs.len())?;
    let limit = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let mut listed = Vec::new();
    let mut next = None;
    while let Some(Run { partition, prefix }) = runs.get(run) {
        let missing = u32::try_from(limit - listed.len()).unwrap_or(paging.limit);
        if missing == 0 {
            // The next page begins where this run does, or went on.
            next = Some(cursor(runs.len() - run, after.as_deref()));
            break;
        }
        let part = app
            .store
            .grants_listed(partition, prefix, after.as_deref(), missing);
        let part = part.await?;
        after = part.last().map(|(sort_key, _)| sort_key.clone());
        if part.len() < usize::try_from(missing).unwrap_or(usize::MAX) {
            (run, after) = (run + 1, None);
        }
        listed.extend(part.into_iter().map(|(_, grant)| grant));
    }
    let grants = listed.into_iter().map(|grant| app.store.grant(grant));
    let grants = try_join_all(grants).await?;
    let items = grants.iter().flatten().map(PartnerGrantOut::from);
    Ok(Json(List::new(items.collect(), next.as_deref())))
}

/// What the list is made of. Links come and go, so runs are counted from the end, where those are
/// that were claimed.
async fn runs(app: &App, account: Id<kind::Account>) -> Result<Vec<Run>, ApiError> {
    let links = app.store.links_of(account).await?;
    let mut runs: Vec<_> = links
        .iter()
        .filter_map(|link| {
            let member = &link.pair()?.member;
            Some(Run {
                partition: keys::grants::member(link.partner.id, link.mode, member),
                prefix: keys::grants::WAITING_PREFIX,
            })
        })
        .collect();
    runs.push(Run {
        partition: keys::account(account),
        prefix: keys::grants::GRANT_PREFIX,
    });
    Ok(runs)
}

fn cursor(runs_left: usize, after: Option<&str>) -> String {
    format!("{runs_left}|{}", after.unwrap_or_default())
}

/// In which run a cursor points where.
fn place(cursor: Option<&str>, runs: usize) -> Result<(usize, Option<String>), ApiError> {
    let Some(cursor) = cursor else {
        return Ok((0, None));
    };
    let (left, after) = cursor
        .split_once('|')
        .ok_or_else(ApiError::foreign_cursor)?;
    let left: usize = left.parse().map_err(|_| ApiError::foreign_cursor())?;
    let of_list = [keys::grants::WAITING_PREFIX, keys::grants::GRANT_PREFIX];
    let is_of_list = of_list.iter().any(|prefix| after.starts_with(prefix));
    if !after.is_empty() && !is_of_list {
        return Err(ApiError::foreign_cursor());
    }
    let after = Some(after.to_owned()).filter(|after| !after.is_empty());
    Ok((runs.saturating_sub(left), after))
}
