//! `POST /v1/organizations/{id}/access-tokens`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::{Deserialize, Serialize};
use tokens::{AccessClaims, TokenError};
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, Path, TRYING_OUT};

use crate::{
    App,
    account::Account,
    organization::{MemberRole, Scope, scopes_of_agent, scopes_of_member},
    routes::{
        session_out::{ACCESS_TOKEN_S, require_active},
        standing::standing,
    },
};

/// How one acts for the organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationTokenIn {
    /// The representation by which one acts, as a member of its agency; without it one acts as a
    /// member.
    #[serde(default)]
    #[schema(value_type = String, required = false, example = "rep_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    representation: Option<Id<kind::Representation>>,
}

/// A token that acts for an organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrganizationTokenOut {
    /// Goes into `Authorization: Bearer …`.
    access_token: String,
    /// Always `Bearer`.
    #[schema(example = "Bearer")]
    token_type: &'static str,
    /// For how many seconds the token holds.
    #[schema(example = 900)]
    expires_in: i64,
    /// For whom it acts.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    organization: Id<kind::Organization>,
    /// What it may be used for.
    scopes: Vec<Scope>,
}

/// Get an access token that acts for an organization
///
/// For members, with the scopes of their role; and for members of an agency, by a representation that
/// is in force, with the scopes that both the role and the representation give. Until the organization
/// is approved there is no scope but `organization`. Ask with the session's own access token whenever
/// one is needed: membership and representation are looked up here and nowhere else, so that a member
/// who was removed, or an agency whose representation was revoked, is out after 15 minutes at the
/// latest.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/access-tokens",
    tag = "organizations",
    request_body = OrganizationTokenIn,
    params(("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The token", body = OrganizationTokenOut),
        (status = 401, description = "`unauthenticated`: the session is over", body = web::Problem),
        (status = 403, description = "`forbidden`: the account is suspended, the role or the representation gives nothing now, or the token that asks acts for an organization itself", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is no member, or has no such representation", body = web::Problem),
    )
)]
pub(crate) async fn issue_organization_token(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Organization>>,
    Json(input): Json<OrganizationTokenIn>,
) -> Result<Response, ApiError> {
    let (session, account) = live_session(&app, &caller).await?;
    let scopes = match input.representation {
        None => as_member(&app, &caller, id).await?,
        Some(representation) => as_agent(&app, &caller, id, representation).await?,
    };
    if scopes.is_empty() {
        let detail = "neither role nor representation gives a scope here now";
        return Err(ApiError::new(Code::Forbidden).detail(detail));
    }
    // An operator tries out in production what is not open yet, as whoever it is made for.
    let tries = account.is_operator().then_some(TRYING_OUT);
    let carried = scopes.iter().map(|scope| scope.as_str()).chain(tries);
    let now_s = app.clock.now_seconds();
    let claims = AccessClaims {
        account: caller.account,
        session,
        scopes: carried.map(str::to_owned).collect(),
        organization: Some(id),
        issued_at_s: now_s,
        expires_at_s: now_s + ACCESS_TOKEN_S,
    };
    let out = OrganizationTokenOut {
        access_token: app.signer.access_token(&claims).map_err(unsigned)?,
        token_type: "Bearer",
        expires_in: ACCESS_TOKEN_S,
        organization: id,
        scopes,
    };
    Ok(Json(out).created())
}

/// The caller's session, which must go on, and the account. A token that acts for an organization gets
/// no other one: else whoever has stolen one access token could keep themselves in tokens for as long as
/// the session lasts, without its refresh token.
async fn live_session(
    app: &App,
    caller: &Caller,
) -> Result<(Id<kind::Session>, Account), ApiError> {
    if caller.organization.is_some() {
        let detail = "ask with the session's own access token";
        return Err(ApiError::new(Code::Forbidden).detail(detail));
    }
    let over = || ApiError::new(Code::Unauthenticated).detail("the session is over");
    let id = caller.session.ok_or_else(over)?;
    let session = app.store.session(id).await?.ok_or_else(over)?;
    if session.account != caller.account || !session.is_live(app.clock.now_ms()) {
        return Err(over());
    }
    let account = app.store.account(caller.account).await?.ok_or_else(over)?;
    require_active(&account)?;
    Ok((id, account))
}

async fn as_member(
    app: &App,
    caller: &Caller,
    id: Id<kind::Organization>,
) -> Result<Vec<Scope>, ApiError> {
    let found = standing(app, caller, id).await?;
    let (organization, member) = found.ok_or_else(ApiError::not_found)?;
    let member = member.ok_or_else(ApiError::not_found)?;
    Ok(scopes_of_member(&organization, member.role))
}

/// A representation that is not of the caller's agency, or not of this organization, does not exist.
async fn as_agent(
    app: &App,
    caller: &Caller,
    id: Id<kind::Organization>,
    representation: Id<kind::Representation>,
) -> Result<Vec<Scope>, ApiError> {
    let representation = app.store.representation(representation).await?;
    let representation = representation
        .filter(|representation| representation.represented == id)
        .ok_or_else(ApiError::not_found)?;
    let found = standing(app, caller, representation.agency).await?;
    let (agency, member) = found.ok_or_else(ApiError::not_found)?;
    let role: MemberRole = member.ok_or_else(ApiError::not_found)?.role;
    if !representation.is_in_force(app.clock.now()) {
        let detail = "the representation is not in force";
        return Err(ApiError::new(Code::Forbidden).detail(detail));
    }
    let represented = app.store.organization(id).await?;
    let represented = represented.ok_or_else(ApiError::not_found)?;
    Ok(scopes_of_agent(
        &agency,
        &represented,
        role,
        &representation,
    ))
}

fn unsigned(error: TokenError) -> ApiError {
    match error {
        TokenError::Service(error) => error.into(),
        error => ApiError::internal(error),
    }
}
