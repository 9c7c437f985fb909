//! `POST /v1/organizations/{id}/members`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Json, fields::parsed_if_present};

use super::{invitation_out::InvitationOut, not_appointed};
use crate::{
    App,
    email::Email,
    organization::{Invitation, Invitee, MemberRole},
    routes::standing::AsManager,
    store::InviteError,
};

/// Who is invited: either an account or an address.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InvitationIn {
    /// The account.
    #[serde(default)]
    #[schema(value_type = String, required = false, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    account: Option<Id<kind::Account>>,
    /// The address that somebody signs in with, or will.
    #[serde(default, deserialize_with = "parsed_if_present")]
    #[schema(value_type = String, required = false, format = "email", example = "ada@example.org")]
    email: Option<Email>,
    /// To which role.
    role: MemberRole,
}

/// Invite somebody to an organization
///
/// For owners and managers; owners alone invite owners and managers. The invited account accepts at
/// `POST /v1/organizations/{id}/members/me/accept` within 14 days. The answer says nothing about
/// whether an address has an account. A second invitation takes the place of the first.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/members",
    tag = "organizations",
    request_body = InvitationIn,
    params(("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The invitation", body = InvitationOut),
        (status = 403, description = "`forbidden`: the caller may not give this role", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is no member of such an organization", body = web::Problem),
        (status = 409, description = "`state_conflict`: the account is a member already", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be", body = web::Problem),
        (status = 429, description = "`rate_limited`: the organization has invited 100 times today", body = web::Problem),
    )
)]
pub(crate) async fn invite_member(
    State(app): State<App>,
    AsManager { member, .. }: AsManager,
    Json(input): Json<InvitationIn>,
) -> Result<Response, ApiError> {
    let invitee = match (input.account, input.email) {
        (Some(account), None) => Invitee::Account(account),
        (None, Some(address)) => {
            let key = app.email_keys.of(&address);
            Invitee::Email { address, key }
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(ApiError::field("", "it names not one of account and email"));
        }
    };
    if !member.role.may_appoint(input.role) {
        return Err(not_appointed());
    }
    app.limits.invite(member.organization).await?;
    let invitation = Invitation::offer(
        member.organization,
        invitee,
        input.role,
        member.account,
        app.clock.now(),
    );
    app.store
        .invite(&member, &invitation)
        .await
        .map_err(refusal)?;
    Ok(Json(InvitationOut::of(&invitation)?).created())
}

fn refusal(error: InviteError) -> ApiError {
    match error {
        InviteError::Member | InviteError::Changed => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
        InviteError::Service(error) => error.into(),
    }
}
