//! `PATCH /v1/ticket-quotas/{id}`

use std::num::NonZeroU32;

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use platform::table::Write;
use quota::CapacityError;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    Acting, ApiError, Code, IfMatch, Json, Path,
    fields::{if_present, nullable},
};

use super::{change, concert_out::ConcertOut};
use crate::{
    App,
    text::Name,
    ticket_quota::{Capacity, QuotaEdit, TicketQuota, counted_as},
};

/// What is to be changed; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketQuotaPatch {
    /// How its tickets are called. Those that were issued keep their name.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    name: Option<Name>,
    /// How many there are: no fewer than are sold and in somebody's basket.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = u32, required = false, maximum = 1_000_000)]
    capacity: Option<Capacity>,
    /// How many one account may buy; null for as many as it likes. Holds for what is ordered from then
    /// on: nobody loses tickets, and those that were ordered without a limit never count.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>, required = false, minimum = 1)]
    per_buyer_limit: Option<Option<NonZeroU32>>,
}

/// Change a ticket quota
///
/// With the scope `events`. Listings that sell its tickets follow within moments. With `If-Match`, only
/// if its concert still has that version.
#[utoipa::path(
    patch,
    path = "/v1/ticket-quotas/{id}",
    tag = "events",
    request_body = TicketQuotaPatch,
    params(
        ("id" = String, Path, description = "The ticket quota", example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The concert's `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The concert as it is now; its version is the `ETag`", body = ConcertOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or it is another organization's", body = web::Problem),
        (status = 409, description = "`state_conflict`: the concert is over, or more tickets are in use than there would be", body = web::Problem),
        (status = 412, description = "`precondition_failed`: the concert has another version, or tickets were sold at the same moment", body = web::Problem),
    )
)]
pub(crate) async fn edit_ticket_quota(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::TicketQuota>>,
    IfMatch(version): IfMatch,
    Json(patch): Json<TicketQuotaPatch>,
) -> Result<Response, ApiError> {
    let organization = change::organizer(&acting)?;
    let concert = app.store.concert_with(id).await?;
    let concert = concert.filter(|concert| concert.organization == organization);
    let concert = concert.ok_or_else(ApiError::not_found)?;
    change::expect_version(&concert, version)?;
    let edit = QuotaEdit::from(patch);
    let now = app.clock.now();
    let changed = concert.clone().with_quota_edited(id, &edit, now);
    let changed = changed.map_err(change::refusal)?;
    let quota = concert.ticket_quota(id).ok_or_else(ApiError::not_found)?;
    let mut writes = resize(&app, quota, edit.capacity).await?;
    writes.extend(app.store.save_concert(&changed, Some(&concert)));
    app.store.commit(writes).await.map_err(change::lost)?;
    app.availability.forget(id);
    Ok(change::shown(&changed))
}

/// What changes the count of the tickets, if it is to change.
async fn resize(
    app: &App,
    quota: &TicketQuota,
    capacity: Option<Capacity>,
) -> Result<Vec<Write>, ApiError> {
    let Some(capacity) = capacity.filter(|capacity| *capacity != quota.capacity) else {
        return Ok(Vec::new());
    };
    let counted = counted_as(quota.id).map_err(ApiError::internal)?;
    let writes = app.quotas.set_capacity(&counted, capacity.get()).await;
    writes.map_err(|error| match error {
        CapacityError::InUse { .. } => ApiError::new(Code::StateConflict).detail(error.to_string()),
        CapacityError::Unknown => ApiError::internal(error),
        CapacityError::Service(error) => error.into(),
    })
}

impl From<TicketQuotaPatch> for QuotaEdit {
    fn from(patch: TicketQuotaPatch) -> Self {
        Self {
            name: patch.name,
            capacity: patch.capacity,
            per_buyer_limit: patch.per_buyer_limit,
        }
    }
}
