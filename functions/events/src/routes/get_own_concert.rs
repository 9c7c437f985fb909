//! `GET /v1/events/mine/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{Acting, ApiError, Path};

use super::{change, concert_out::ConcertOut};
use crate::App;

/// Look at one of one's organization's concerts
///
/// With the scope `events`; also at a draft.
#[utoipa::path(
    get,
    path = "/v1/events/mine/{id}",
    tag = "events",
    params(("id" = String, Path, description = "The concert", example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The concert; its version is the `ETag`", body = ConcertOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or it is another organization's", body = web::Problem),
    )
)]
pub(crate) async fn get_own_concert(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Concert>>,
) -> Result<Response, ApiError> {
    Ok(change::shown(&change::own(&app, &acting, id).await?))
}
