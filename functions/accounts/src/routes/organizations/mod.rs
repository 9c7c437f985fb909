//! Organizations: founding, answering what is asked, the review, and tokens that act for them.

pub(crate) mod answer_requirement;
pub(crate) mod create;
pub(crate) mod edit;
pub(crate) mod get;
pub(crate) mod issue_access_token;
pub(crate) mod list;
pub(crate) mod list_in_state;
pub(crate) mod list_kinds;
pub(crate) mod mark_house_owned;
mod organization_out;
pub(crate) mod review;
pub(crate) mod submit;

use kernel::{Id, kind};
use web::{ApiError, Code};

use crate::{
    App,
    organization::{IllegalMove, Organization},
    store::SaveError,
};

/// The organization `id`, for an operator, in the version that the operator has looked at.
async fn reviewed(
    app: &App,
    id: Id<kind::Organization>,
    version: Option<u64>,
) -> Result<Organization, ApiError> {
    let organization = app.store.organization(id).await?;
    let organization = organization.ok_or_else(ApiError::not_found)?;
    require_version(&organization, version)?;
    Ok(organization)
}

fn require_version(organization: &Organization, version: Option<u64>) -> Result<(), ApiError> {
    if version.is_some_and(|version| version != organization.version) {
        return Err(ApiError::new(Code::PreconditionFailed));
    }
    Ok(())
}

/// Keeps `after`; whoever named a version learns that it is not the newest.
async fn save(
    app: &App,
    before: &Organization,
    after: &Organization,
    version: Option<u64>,
) -> Result<(), ApiError> {
    app.store
        .save_organization(before, after)
        .await
        .map_err(|error| match error {
            SaveError::Changed if version.is_some() => ApiError::new(Code::PreconditionFailed),
            SaveError::Changed => ApiError::new(Code::StateConflict).detail(error.to_string()),
            SaveError::Service(error) => error.into(),
        })
}

fn illegal(error: IllegalMove) -> ApiError {
    ApiError::new(Code::StateConflict).detail(error.to_string())
}
