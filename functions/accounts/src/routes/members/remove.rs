//! `DELETE /v1/organizations/{id}/members/{account}`

use axum::{extract::State, http::StatusCode};
use kernel::{Id, kind};
use web::{ApiError, Path};

use super::{invitee_partitions, not_appointed, unchanged};
use crate::{
    App,
    routes::standing::{AsMember, manages, not_a_manager},
};

/// Remove a member, or leave
///
/// Everybody may leave but the last owner; others are removed by those who may give their role. Open
/// invitations of the member end, too. Tokens that act for the organization end within 15 minutes.
#[utoipa::path(
    delete,
    path = "/v1/organizations/{id}/members/{account}",
    tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("account" = String, Path, description = "The member's account, or one's own", example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 204, description = "The account is no member any more"),
        (status = 403, description = "`forbidden`: the caller may not take this role away", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such member that the caller may see", body = web::Problem),
        (status = 409, description = "`state_conflict`: the member is the last owner, or has changed meanwhile", body = web::Problem),
    )
)]
pub(crate) async fn remove_member(
    State(app): State<App>,
    AsMember {
        caller,
        member: actor,
        ..
    }: AsMember,
    Path((_id, account)): Path<(String, Id<kind::Account>)>,
) -> Result<StatusCode, ApiError> {
    let member = if account == actor.account {
        actor.clone()
    } else if manages(&caller, &actor) {
        let member = app.store.member(actor.organization, account).await?;
        member.ok_or_else(ApiError::not_found)?
    } else {
        return Err(not_a_manager());
    };
    let leaves = account == actor.account;
    if !leaves && !actor.role.may_appoint(member.role) {
        return Err(not_appointed());
    }
    let invitees = invitee_partitions(&app, account).await?;
    app.store
        .remove_member(&actor, &member, &invitees)
        .await
        .map_err(unchanged)?;
    Ok(StatusCode::NO_CONTENT)
}
