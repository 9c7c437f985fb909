//! `GET /v1/representations/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::{concerned, representation_out::RepresentationOut};
use crate::App;

/// Look at a representation
///
/// For members of either side.
#[utoipa::path(
    get,
    path = "/v1/representations/{id}",
    tag = "organizations",
    params(("id" = String, Path, description = "The representation's id", example = "rep_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The representation", body = RepresentationOut),
        (status = 404, description = "`not_found`: the caller is on neither side of such a representation", body = web::Problem),
    )
)]
pub(crate) async fn get_representation(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Representation>>,
) -> Result<Json<RepresentationOut>, ApiError> {
    let found = concerned(&app, &caller, id).await?;
    let out = RepresentationOut::at(&found.representation, app.clock.now());
    Ok(Json(out))
}
