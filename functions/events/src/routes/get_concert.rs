//! `GET /v1/events/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Path};

use super::{change, concert_out::ConcertOut};
use crate::{App, concert::Concert};

/// Look at a concert
///
/// Open to everybody, for concerts that were announced.
#[utoipa::path(
    get,
    path = "/v1/events/{id}",
    tag = "events",
    params(("id" = String, Path, description = "The concert", example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The concert; its version is the `ETag`", body = ConcertOut),
        (status = 404, description = "`not_found`: there is none, or it was not announced", body = web::Problem),
    )
)]
pub(crate) async fn get_concert(
    State(app): State<App>,
    Path(id): Path<Id<kind::Concert>>,
) -> Result<Response, ApiError> {
    let concert = app.store.concert(id).await?;
    let concert = concert.filter(Concert::is_public);
    Ok(change::shown(&concert.ok_or_else(ApiError::not_found)?))
}
