//! `DELETE /v1/organizations/{id}/invitations/{invitation}`

use axum::{extract::State, http::StatusCode};
use kernel::{Id, kind};
use web::{ApiError, Path};

use super::not_appointed;
use crate::{App, keys, routes::standing::AsManager};

/// Withdraw an invitation
///
/// For those who may give its role.
#[utoipa::path(
    delete,
    path = "/v1/organizations/{id}/invitations/{invitation}",
    tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("invitation" = String, Path, description = "The invitation's id", example = "inv_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 204, description = "It cannot be accepted any more"),
        (status = 403, description = "`forbidden`: the caller may not give this role", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such invitation that the caller may see", body = web::Problem),
    )
)]
pub(crate) async fn withdraw_invitation(
    State(app): State<App>,
    AsManager { member, .. }: AsManager,
    Path((_id, id)): Path<(String, Id<kind::Invitation>)>,
) -> Result<StatusCode, ApiError> {
    let organization = member.organization;
    let invitation = app.store.invitation(organization, id).await?;
    let invitation = invitation.ok_or_else(ApiError::not_found)?;
    if !member.role.may_appoint(invitation.role) {
        return Err(not_appointed());
    }
    let invitee = keys::invitee_partition(&invitation.invitee);
    app.store.end_invitations(organization, &[invitee]).await?;
    Ok(StatusCode::NO_CONTENT)
}
