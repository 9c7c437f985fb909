//! `POST /v1/events/{id}/cancel`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, IfMatch, Json, Path};

use super::{change, concert_out::ConcertOut};
use crate::{App, text::Prose};

/// Why a concert is called off.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CancelConcertIn {
    /// What its public is told, in 1 to 4,000 characters.
    #[schema(value_type = String, example = "The singer is ill.", min_length = 1, max_length = 4000)]
    reason: Prose,
}

/// Call a concert off
///
/// With the scope `events`. Its tickets open no door from now on; one after the other they become
/// void, and their buyers get their money back. A concert that is called off already stays as it is.
#[utoipa::path(
    post,
    path = "/v1/events/{id}/cancel",
    tag = "events",
    request_body = CancelConcertIn,
    params(
        ("id" = String, Path, description = "The concert", example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The concert as it is now; its version is the `ETag`", body = ConcertOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or it is another organization's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it has ended", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
    )
)]
pub(crate) async fn cancel_concert(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Concert>>,
    IfMatch(version): IfMatch,
    Json(wanted): Json<CancelConcertIn>,
) -> Result<Response, ApiError> {
    let concert = change::own(&app, &acting, id).await?;
    change::expect_version(&concert, version)?;
    let cancelled = concert.clone().cancelled(wanted.reason, app.clock.now());
    change::keep(&app, &concert, cancelled).await
}
