//! `POST /v1/representations/{id}/approve`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Json, Path};

use super::{representation_out::RepresentationOut, spoken_for, unsaved};
use crate::{App, organization::Approval};

/// Approve a representation
///
/// By an owner or manager of the side that did not propose it.
#[utoipa::path(
    post,
    path = "/v1/representations/{id}/approve",
    tag = "organizations",
    params(("id" = String, Path, description = "The representation's id", example = "rep_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The representation, active", body = RepresentationOut),
        (status = 403, description = "`forbidden`: the caller does not speak for the other side", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is on neither side of such a representation", body = web::Problem),
        (status = 409, description = "`state_conflict`: there is nothing to approve", body = web::Problem),
    )
)]
pub(crate) async fn approve_representation(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Representation>>,
) -> Result<Json<RepresentationOut>, ApiError> {
    let found = spoken_for(&app, &caller, id).await?;
    let now = app.clock.now();
    let agreed = match found.representation.approve(&found.speaks_for, now) {
        Approval::Agreed(agreed) => agreed,
        Approval::OwnProposal => {
            return Err(ApiError::new(Code::Forbidden).detail("the other side approves this"));
        }
        Approval::NotProposed(_) => {
            return Err(ApiError::new(Code::StateConflict).detail("there is nothing to approve"));
        }
    };
    app.store
        .save_representation(&found.representation, &agreed)
        .await
        .map_err(unsaved)?;
    Ok(Json(RepresentationOut::at(&agreed, now)))
}
