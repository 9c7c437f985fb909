//! `POST /v1/partners/{id}/allotments`

use std::num::NonZeroU32;

use axum::{extract::State, response::Response};
use kernel::{Id, Money, Timestamp, kind};
use platform::table::{TransactError, Transaction};
use quota::HoldError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{
    Acting, ApiError, Code, Idempotent, Json, MoneyOut, Path, RequestKey, offered, replayed,
};

use super::allotment_out::AllotmentOut;
use crate::{
    App,
    allotment::{self, Allotment},
    concert::ConcertCopy,
    granting::{MAX_TRIES, counted_as},
    partner::{self, Partner},
};

/// The most tickets in one allotment.
const MAX_UNITS: u32 = 10_000;
/// The scope of who may give tickets away.
pub(super) const SCOPE: &str = "events";

/// Tickets to keep for a partner's customers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AllotmentIn {
    /// Of which ticket quota of one's own concert.
    #[schema(value_type = String, example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    ticket_quota: Id<kind::TicketQuota>,
    /// How many tickets.
    #[schema(value_type = u32, example = 100, minimum = 1, maximum = 10_000)]
    units: NonZeroU32,
    /// What the partner is to owe for each ticket that is issued, in the currency agreed with it.
    #[schema(value_type = MoneyOut)]
    unit_price: Money,
    /// From when on nothing is granted any more and what is left is sold to the public; before the
    /// concert begins.
    #[schema(value_type = String, format = DateTime, example = "2026-08-01T12:00:00Z")]
    closes_at: Timestamp,
}

/// What is remembered of the request.
#[derive(Serialize, Deserialize)]
struct Done {
    allotment: Id<kind::Allotment>,
}

/// Keep tickets for a partner
///
/// The tickets are taken out of the public quota at once, and offered to the partner. What it does
/// not want, or does not grant in time, is sold to the public again.
#[utoipa::path(
    post,
    path = "/v1/partners/{id}/allotments",
    tag = "partner grants",
    request_body = AllotmentIn,
    params(
        ("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The allotment", body = AllotmentOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such partner", body = web::Problem),
        (status = 409, description = "`out_of_stock`: fewer tickets are free; `state_conflict`: the concert is over or cancelled, or the partner suspended", body = web::Problem),
        (status = 422, description = "`validation_failed`; `currency_not_offered`; `idempotency_key_reused`: for another request", body = web::Problem),
    )
)]
pub(crate) async fn offer_allotment(
    State(app): State<App>,
    Path(partner): Path<Id<kind::Partner>>,
    request: Idempotent<AllotmentIn>,
) -> Result<Response, ApiError> {
    let acting = Acting::of(&request.caller)?;
    acting.require(SCOPE)?;
    if let Some(answer) = repeat(&app, &request.key).await? {
        return Ok(answer);
    }
    for _ in 0..MAX_TRIES {
        let (partner, concert) = tokio::try_join!(
            app.store.partner(partner),
            app.store.concert_of(request.body.ticket_quota),
        )?;
        let partner = partner.ok_or_else(ApiError::not_found)?;
        let id = request.key.derive("allotment");
        offered(
            &app.currencies,
            partner.terms.currency,
            "/unit_price/currency",
        )?;
        let allotment = offer(
            id,
            &acting,
            &partner,
            concert,
            &request.body,
            app.clock.now(),
        )?;
        if commit(&app, &allotment, &request.key).await? {
            return Ok(Json(AllotmentOut::from(&allotment)).created());
        }
        if let Some(answer) = repeat(&app, &request.key).await? {
            return Ok(answer);
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// The allotment that is asked for, if it can be.
fn offer(
    id: Id<kind::Allotment>,
    acting: &Acting,
    partner: &Partner,
    concert: Option<ConcertCopy>,
    wanted: &AllotmentIn,
    now: Timestamp,
) -> Result<Allotment, ApiError> {
    let concert = concert.filter(|concert| concert.organization == acting.organization);
    let concert = concert.ok_or_else(|| {
        ApiError::field("/ticket_quota", "it is no ticket quota of the organization")
    })?;
    if wanted.units.get() > MAX_UNITS {
        let most = format!("it is more than {MAX_UNITS}");
        return Err(ApiError::field("/units", most));
    }
    if wanted.unit_price.is_negative() || wanted.unit_price.currency() != partner.terms.currency {
        let agreed = format!("it is no price in {}", partner.terms.currency);
        return Err(ApiError::field("/unit_price", agreed));
    }
    if wanted.closes_at <= now || wanted.closes_at > concert.starts_at {
        let between = "it is not between now and the beginning of the concert";
        return Err(ApiError::field("/closes_at", between));
    }
    if partner.state == partner::State::Suspended || !concert.state.is_ahead() {
        let detail = "the partner is suspended, or the concert over";
        return Err(ApiError::new(Code::StateConflict).detail(detail));
    }
    Ok(Allotment {
        id,
        partner: partner.id,
        organization: acting.organization,
        concert: concert.id,
        ticket_quota: wanted.ticket_quota,
        units: wanted.units,
        used: 0,
        returned: 0,
        unit_price: wanted.unit_price,
        closes_at: wanted.closes_at,
        state: allotment::State::Offered,
        offered_at: now,
        sandbox: partner.is_sandbox(),
        version: 1,
        updated_at: now,
    })
}

/// The allotment, its tickets out of the public quota, and the record of the request: all or
/// nothing. Whether it was done; if not, somebody else was faster.
async fn commit(app: &App, allotment: &Allotment, key: &RequestKey) -> Result<bool, ApiError> {
    let mut writes = app.store.create_allotment(allotment);
    if !allotment.sandbox {
        let quota = counted_as(allotment.ticket_quota).map_err(ApiError::internal)?;
        // Spreads who takes over the quota's shards, and is written nowhere.
        let taker = key.derive("quota");
        let plan = app.quotas.take(&quota, taker, allotment.units).await;
        writes.extend(plan.map_err(no_room)?.writes);
    }
    let allotment = allotment.id;
    writes.push(app.requests.record(key, &Done { allotment })?);
    match app.store.transact(Transaction::from(writes)).await {
        Ok(()) => Ok(true),
        Err(TransactError::Cancelled(_)) => Ok(false),
        Err(TransactError::Service(error)) => Err(error.into()),
    }
}

fn no_room(error: HoldError) -> ApiError {
    match error {
        HoldError::SoldOut => ApiError::new(Code::OutOfStock),
        HoldError::Unknown => ApiError::field("/ticket_quota", "it has no tickets yet"),
        HoldError::Service(error) => error.into(),
        HoldError::Expired | HoldError::Reused => ApiError::internal(error),
    }
}

async fn repeat(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    let Some(Done { allotment }) = app.requests.find(key).await? else {
        return Ok(None);
    };
    let found = app.store.allotment(allotment).await?;
    let found = found.ok_or_else(|| ApiError::internal("an offered allotment is not there"))?;
    Ok(Some(replayed(Json(AllotmentOut::from(&found)).created())))
}
