//! `POST /v1/organizations/{id}/members/me/accept`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Json, Path};

use super::{invitee_partitions, member_out::MemberOut};
use crate::{App, organization::Member, store::AcceptError};

/// Accept an invitation
///
/// Makes the caller a member, in the role of the invitation to the account, or else of that to its
/// address.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/members/me/accept",
    tag = "organizations",
    params(("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The membership", body = MemberOut),
        (status = 404, description = "`not_found`: the caller has no open invitation there", body = web::Problem),
        (status = 409, description = "`state_conflict`: the caller is a member already, the organization is full, or the caller is in 50", body = web::Problem),
    )
)]
pub(crate) async fn accept_invitation(
    State(app): State<App>,
    caller: Caller,
    Path(organization): Path<Id<kind::Organization>>,
) -> Result<Response, ApiError> {
    let invitees = invitee_partitions(&app, caller.account).await?;
    let invitations = app.store.invitations_to(organization, &invitees).await?;
    let now = app.clock.now();
    let open = invitations.into_iter().find(|each| each.is_open(now));
    let invitation = open.ok_or_else(ApiError::not_found)?;
    let member = Member {
        organization,
        account: caller.account,
        role: invitation.role,
        joined_at: now,
    };
    app.store
        .accept(&invitation, &member, &invitees)
        .await
        .map_err(refusal)?;
    Ok(Json(MemberOut::from(&member)).created())
}

fn refusal(error: AcceptError) -> ApiError {
    match error {
        AcceptError::Gone => ApiError::not_found(),
        AcceptError::Member | AcceptError::Full | AcceptError::TooMany => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
        AcceptError::Service(error) => error.into(),
    }
}
