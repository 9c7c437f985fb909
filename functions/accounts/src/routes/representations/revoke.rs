//! `POST /v1/representations/{id}/revoke`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Json, Path};

use super::{representation_out::RepresentationOut, spoken_for, unsaved};
use crate::App;

/// Revoke a representation
///
/// By an owner or manager of either side, at once; a proposal is withdrawn or declined in the same way.
/// Tokens that the agency has already end within 15 minutes.
#[utoipa::path(
    post,
    path = "/v1/representations/{id}/revoke",
    tag = "organizations",
    params(("id" = String, Path, description = "The representation's id", example = "rep_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The representation, revoked", body = RepresentationOut),
        (status = 403, description = "`forbidden`: the caller speaks for neither side", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is on neither side of such a representation", body = web::Problem),
        (status = 409, description = "`state_conflict`: it was revoked or has ended", body = web::Problem),
    )
)]
pub(crate) async fn revoke_representation(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Representation>>,
) -> Result<Json<RepresentationOut>, ApiError> {
    let found = spoken_for(&app, &caller, id).await?;
    let now = app.clock.now();
    let revoked = found.representation.revoke(now).map_err(|_| {
        ApiError::new(Code::StateConflict).detail("the representation is over already")
    })?;
    app.store
        .save_representation(&found.representation, &revoked)
        .await
        .map_err(unsaved)?;
    Ok(Json(RepresentationOut::at(&revoked, now)))
}
