//! `PATCH /v1/organizations/{id}`

use axum::{extract::State, response::Response};
use kernel::Region;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, IfMatch, Json, fields::parsed_if_present, with_version};

use super::{illegal, organization_out::OrganizationOut, require_version, save};
use crate::{
    App,
    organization::{Edit, OrganizationName},
    routes::standing::AsManager,
};

/// What is to be changed; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationPatch {
    /// One line of 1 to 100 characters.
    #[serde(default, deserialize_with = "parsed_if_present")]
    #[schema(value_type = String, required = false, example = "Silk Records", min_length = 1, max_length = 100)]
    name: Option<OrganizationName>,
    /// A code of ISO 3166-1 or 3166-2.
    #[serde(default, deserialize_with = "parsed_if_present")]
    #[schema(value_type = String, required = false, example = "CN-SH", pattern = "^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    region: Option<Region>,
}

/// Change an organization
///
/// For owners and managers; not while it is under review or suspended. With `If-Match`, only if it
/// still has that version.
#[utoipa::path(
    patch,
    path = "/v1/organizations/{id}",
    tag = "organizations",
    request_body = OrganizationPatch,
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The organization as it is now", body = OrganizationOut),
        (status = 403, description = "`forbidden`: the caller is neither owner nor manager", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is no member of such an organization", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is under review or suspended", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be, or cannot be changed; `jurisdiction_not_served`", body = web::Problem),
    )
)]
pub(crate) async fn edit_organization(
    State(app): State<App>,
    AsManager {
        organization,
        member,
    }: AsManager,
    IfMatch(version): IfMatch,
    Json(patch): Json<OrganizationPatch>,
) -> Result<Response, ApiError> {
    require_version(&organization, version)?;
    let edit = Edit {
        name: patch.name,
        region: patch.region,
    };
    let edited = organization.edit(edit, app.clock.now()).map_err(illegal)?;
    if let Some(edited) = &edited {
        // Whoever is at home where no business is done any more can still change the rest.
        if edited.region != organization.region {
            app.require_served(&edited.region)?;
        }
        save(&app, &organization, edited, version).await?;
    }
    let organization = edited.unwrap_or(organization);
    let out = OrganizationOut::for_member(&app, &organization, member.role)?;
    Ok(with_version(organization.version, Json(out)))
}
