//! `POST /v1/organizations/{id}/members/me/decline`

use axum::{extract::State, http::StatusCode};
use kernel::{Id, kind};
use web::{ApiError, Caller, Path};

use super::invitee_partitions;
use crate::App;

/// Decline an invitation
///
/// What is not there is declined already.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/members/me/decline",
    tag = "organizations",
    params(("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses((status = 204, description = "The caller has no open invitation there"))
)]
pub(crate) async fn decline_invitation(
    State(app): State<App>,
    caller: Caller,
    Path(organization): Path<Id<kind::Organization>>,
) -> Result<StatusCode, ApiError> {
    let invitees = invitee_partitions(&app, caller.account).await?;
    app.store.end_invitations(organization, &invitees).await?;
    Ok(StatusCode::NO_CONTENT)
}
