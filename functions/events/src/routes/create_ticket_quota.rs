//! `POST /v1/events/{id}/quotas`

use std::num::NonZeroU32;

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Acting, ApiError, Idempotent, Json, Path, fields::if_present};

use super::{
    change,
    concert_out::TicketQuotaOut,
    once::{Missed, once},
};
use crate::{
    App,
    concert::Concert,
    days::Days,
    text::Name,
    ticket_quota::{Capacity, Shards, TicketQuota, counted_as},
};

/// A sort of tickets.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketQuotaIn {
    /// How its tickets are called: one line of 1 to 100 characters.
    #[schema(value_type = String, example = "Both nights", min_length = 1, max_length = 100)]
    name: Name,
    /// How many there are.
    #[schema(value_type = u32, example = 400, maximum = 1_000_000)]
    capacity: Capacity,
    /// Over how many rows the count is spread. More than one is for a sale at which hundreds are
    /// bought in a second; it cannot be changed.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = u16, required = false, minimum = 1, maximum = 64, default = 1)]
    shards: Option<Shards>,
    /// On which days they open the door; on all of the concert if absent.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Vec<String>, required = false, example = json!(["2026-07-01"]))]
    days: Option<Days>,
    /// How many one account may buy, over all shops and orders; absent for as many as it likes. What
    /// is more is refused at checkout.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = u32, required = false, minimum = 1)]
    per_buyer_limit: Option<NonZeroU32>,
}

/// What is remembered of the request.
#[derive(Serialize, Deserialize)]
struct Done {
    ticket_quota: Id<kind::TicketQuota>,
}

/// Add a ticket quota
///
/// With the scope `events`. With the same `Idempotency-Key` it is added once and answered alike.
#[utoipa::path(
    post,
    path = "/v1/events/{id}/quotas",
    tag = "events",
    request_body = TicketQuotaIn,
    params(
        ("id" = String, Path, description = "The concert", example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The ticket quota", body = TicketQuotaOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such concert, or it is another organization's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is over, or has as many as it may", body = web::Problem),
        (status = 422, description = "`validation_failed`; `idempotency_key_reused`: for another request", body = web::Problem),
    )
)]
pub(crate) async fn create_ticket_quota(
    State(app): State<App>,
    Path(id): Path<Id<kind::Concert>>,
    request: Idempotent<TicketQuotaIn>,
) -> Result<Response, ApiError> {
    let acting = Acting::of(&request.caller)?;
    let attempt = || try_once(&app, &acting, id, &request);
    let repeat = |done| repeat(&app, &acting, id, done);
    once(&app, &request.key, attempt, repeat).await
}

/// The concert with its new quota, the count of the tickets and the record of the request: all or
/// nothing.
async fn try_once(
    app: &App,
    acting: &Acting,
    id: Id<kind::Concert>,
    request: &Idempotent<TicketQuotaIn>,
) -> Result<Response, Missed> {
    let concert = change::own(app, acting, id).await?;
    let quota_id = request.key.derive("ticket quota");
    let quota = request.body.clone().quota(quota_id, &concert);
    let changed = concert.clone().with_quota(quota.clone(), app.clock.now());
    let changed = changed.map_err(change::refusal)?;
    let counted = counted_as(quota.id).map_err(ApiError::internal)?;
    let capacity = quota.capacity.get();
    let count = app.quotas.create(&counted, capacity, quota.shards.get());
    let mut writes = count.map_err(ApiError::internal)?;
    writes.extend(app.store.save_concert(&changed, Some(&concert)));
    writes.push(app.store.add_quota(quota.id, concert.id));
    let done = Done {
        ticket_quota: quota.id,
    };
    writes.push(app.requests.record(&request.key, &done)?);
    app.store.commit(writes).await?;
    Ok(answer(&quota))
}

async fn repeat(
    app: &App,
    acting: &Acting,
    id: Id<kind::Concert>,
    done: Done,
) -> Result<Response, ApiError> {
    let concert = change::own(app, acting, id).await?;
    let quota = concert.ticket_quota(done.ticket_quota);
    let quota = quota.ok_or_else(|| ApiError::internal("an added quota is not there"))?;
    Ok(answer(quota))
}

fn answer(quota: &TicketQuota) -> Response {
    Json(TicketQuotaOut::of(quota)).created()
}

impl TicketQuotaIn {
    fn quota(self, id: Id<kind::TicketQuota>, concert: &Concert) -> TicketQuota {
        let all = || concert.programme.times.days.clone();
        TicketQuota {
            id,
            name: self.name,
            capacity: self.capacity,
            shards: self.shards.unwrap_or(Shards::ONE),
            days: self.days.unwrap_or_else(all),
            per_buyer_limit: self.per_buyer_limit,
        }
    }
}
