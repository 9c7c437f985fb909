//! Who the caller is in the organization that a path names.
//!
//! Membership is looked up at every request, so that a removed member is out at once here. A token
//! that acts for an organization says less than its account may: it opens no other organization, and
//! speaks for its own only with the scope `organization`.

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};
use kernel::{Id, kind};
use web::{ApiError, Caller, Code};

use crate::{
    App,
    organization::{Member, Organization, Scope},
};

/// A caller who is a member. To everybody else the organization does not exist.
pub(crate) struct AsMember {
    pub(crate) caller: Caller,
    pub(crate) organization: Organization,
    pub(crate) member: Member,
}

/// A member who may speak for the organization.
pub(crate) struct AsManager {
    pub(crate) organization: Organization,
    pub(crate) member: Member,
}

/// The organization `id` and the caller's place in it, if they have one that this token shows.
pub(super) async fn standing(
    app: &App,
    caller: &Caller,
    id: Id<kind::Organization>,
) -> Result<Option<(Organization, Option<Member>)>, ApiError> {
    let found = app
        .store
        .organization_and_member(id, caller.account)
        .await?;
    let elsewhere = caller.organization.is_some_and(|other| other != id);
    Ok(found.map(|(organization, member)| (organization, member.filter(|_| !elsewhere))))
}

/// Whether `caller`, who is `member`, may speak for the organization with this token.
pub(super) fn manages(caller: &Caller, member: &Member) -> bool {
    let scoped = caller.organization.is_none() || caller.has(Scope::Organization.as_str());
    member.role.manages() && scoped
}

/// What a member is told who may not do what managers may.
pub(super) fn not_a_manager() -> ApiError {
    ApiError::new(Code::Forbidden).detail("owners and managers of the organization may do this")
}

impl FromRequestParts<App> for AsMember {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let caller = Caller::from_request_parts(parts, app).await?;
        let id = named(parts, app).await?;
        let found = standing(app, &caller, id).await?;
        let (organization, member) = found.ok_or_else(ApiError::not_found)?;
        let member = member.ok_or_else(ApiError::not_found)?;
        Ok(Self {
            caller,
            organization,
            member,
        })
    }
}

impl FromRequestParts<App> for AsManager {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, ApiError> {
        let found = AsMember::from_request_parts(parts, app).await?;
        if !manages(&found.caller, &found.member) {
            return Err(not_a_manager());
        }
        Ok(Self {
            organization: found.organization,
            member: found.member,
        })
    }
}

/// The organization in the path. What does not parse names nothing that exists.
async fn named(parts: &mut Parts, app: &App) -> Result<Id<kind::Organization>, ApiError> {
    let params = RawPathParams::from_request_parts(parts, app)
        .await
        .map_err(|error| ApiError::not_found().caused_by(error))?;
    let id = params.iter().find(|(name, _)| *name == "id");
    id.and_then(|(_, text)| text.parse().ok())
        .ok_or_else(ApiError::not_found)
}
