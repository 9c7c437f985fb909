//! `POST /v1/events/{id}/end`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{Acting, ApiError, IfMatch, Path};

use super::{change, concert_out::ConcertOut};
use crate::App;

/// Close a concert
///
/// With the scope `events`, from its beginning on. The door lets nobody in any more.
#[utoipa::path(
    post,
    path = "/v1/events/{id}/end",
    tag = "events",
    params(
        ("id" = String, Path, description = "The concert", example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The concert as it is now; its version is the `ETag`", body = ConcertOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or it is another organization's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it has not begun, or was called off", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
    )
)]
pub(crate) async fn end_concert(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Concert>>,
    IfMatch(version): IfMatch,
) -> Result<Response, ApiError> {
    let concert = change::own(&app, &acting, id).await?;
    change::expect_version(&concert, version)?;
    let moved = concert.clone().ended(app.clock.now());
    change::keep(&app, &concert, moved).await
}
