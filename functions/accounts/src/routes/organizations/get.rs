//! `GET /v1/organizations/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path, with_version};

use super::organization_out::OrganizationOut;
use crate::{App, routes::standing::standing};

/// Look at an organization
///
/// Members and operators see it; to everybody else it does not exist.
#[utoipa::path(
    get,
    path = "/v1/organizations/{id}",
    tag = "organizations",
    params(("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The organization; its version is the `ETag`", body = OrganizationOut),
        (status = 404, description = "`not_found`: the caller is no member of such an organization", body = web::Problem),
    )
)]
pub(crate) async fn get_organization(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Organization>>,
) -> Result<Response, ApiError> {
    let found = standing(&app, &caller, id).await?;
    let (organization, member) = found.ok_or_else(ApiError::not_found)?;
    let out = match member {
        Some(member) => OrganizationOut::for_member(&app, &organization, member.role)?,
        None if caller.has("operator") => OrganizationOut::for_operator(&app, &organization)?,
        None => return Err(ApiError::not_found()),
    };
    Ok(with_version(organization.version, Json(out)))
}
