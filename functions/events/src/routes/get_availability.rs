//! `GET /v1/ticket-quotas/{id}/availability`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use kernel::{Id, kind};
use quota::UsageError;
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Path};

use crate::{App, concert::Concert, ticket_quota::counted_as};

/// Up to how many tickets the number is told. Above, it changes faster than anybody reads it.
const MAX_TOLD: u32 = 20;

/// Whether tickets are left. What is shown may be some seconds old; a purchase never relies on it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AvailabilityOut {
    /// Of which quota.
    #[schema(value_type = String, example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    ticket_quota_id: Id<kind::TicketQuota>,
    /// Whether none is left.
    sold_out: bool,
    /// How many are left; null if more than 20.
    #[schema(example = 7, maximum = 20)]
    available: Option<u32>,
}

/// See whether tickets are left
///
/// Open to everybody, for concerts that were announced.
#[utoipa::path(
    get,
    path = "/v1/ticket-quotas/{id}/availability",
    tag = "events",
    params(("id" = String, Path, description = "The ticket quota", example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "Whether tickets are left", body = AvailabilityOut),
        (status = 404, description = "`not_found`: there is none, or its concert was not announced", body = web::Problem),
    )
)]
pub(crate) async fn get_availability(
    State(app): State<App>,
    Path(id): Path<Id<kind::TicketQuota>>,
) -> Result<Response, ApiError> {
    let now_ms = app.clock.now_ms();
    let available = match app.availability.shown(id, now_ms) {
        Some(available) => available,
        None => look(&app, id, now_ms).await?,
    };
    let out = AvailabilityOut {
        ticket_quota_id: id,
        sold_out: available == 0,
        available: Some(available).filter(|available| *available <= MAX_TOLD),
    };
    let cacheable = [(header::CACHE_CONTROL, "public, max-age=2")];
    Ok((cacheable, Json(out)).into_response())
}

/// Counts what is left.
async fn look(app: &App, id: Id<kind::TicketQuota>, now_ms: i64) -> Result<u32, ApiError> {
    let counted = counted_as(id).map_err(ApiError::internal)?;
    let (concert, usage) = tokio::join!(app.store.concert_with(id), app.quotas.usage(&counted));
    if !concert?.as_ref().is_some_and(Concert::is_public) {
        return Err(ApiError::not_found());
    }
    let available = match usage {
        Ok(usage) => usage.available,
        Err(UsageError::Unknown) => return Err(ApiError::not_found()),
        Err(UsageError::Service(error)) => return Err(error.into()),
    };
    app.availability.saw(id, available, now_ms);
    Ok(available)
}
