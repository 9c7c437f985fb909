//! `PATCH /v1/organizations/{id}/members/{account}`

use axum::extract::State;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Path};

use super::{member_out::MemberOut, not_appointed, unchanged};
use crate::{
    App,
    organization::{Member, MemberRole},
    routes::standing::AsManager,
};

/// What becomes of a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MemberPatch {
    /// The new role.
    role: MemberRole,
}

/// Give a member another role
///
/// For those who may give both the old role and the new one. The last owner stays owner. Tokens that
/// act for the organization follow within 15 minutes.
#[utoipa::path(
    patch,
    path = "/v1/organizations/{id}/members/{account}",
    tag = "organizations",
    request_body = MemberPatch,
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("account" = String, Path, description = "The member's account", example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 200, description = "The member as it is now", body = MemberOut),
        (status = 403, description = "`forbidden`: the caller may not give or take these roles", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such member that the caller may see", body = web::Problem),
        (status = 409, description = "`state_conflict`: the member is the last owner, or has changed meanwhile", body = web::Problem),
        (status = 422, description = "`validation_failed`: there is no such role", body = web::Problem),
    )
)]
pub(crate) async fn change_member_role(
    State(app): State<App>,
    AsManager { member: actor, .. }: AsManager,
    Path((_id, account)): Path<(String, Id<kind::Account>)>,
    Json(patch): Json<MemberPatch>,
) -> Result<Json<MemberOut>, ApiError> {
    let member = app.store.member(actor.organization, account).await?;
    let member = member.ok_or_else(ApiError::not_found)?;
    if !actor.role.may_appoint(patch.role) || !actor.role.may_appoint(member.role) {
        return Err(not_appointed());
    }
    if member.role != patch.role {
        app.store
            .change_role(&actor, &member, patch.role)
            .await
            .map_err(unchanged)?;
    }
    let member = Member {
        role: patch.role,
        ..member
    };
    Ok(Json(MemberOut::from(&member)))
}
