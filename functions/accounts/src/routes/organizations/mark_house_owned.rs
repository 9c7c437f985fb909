//! `PUT /v1/organizations/{id}/house-owned`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, IfMatch, Json, Operator, Path, with_version};

use super::{organization_out::OrganizationOut, reviewed, save};
use crate::App;

/// Whether the platform's own house stands behind an organization.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct HouseOwnedIn {
    /// Whether it does.
    house_owned: bool,
}

/// Mark an organization as the house's own
///
/// So that everybody can see that the house competes here, and that no rank depends on it. For
/// operators.
#[utoipa::path(
    put,
    path = "/v1/organizations/{id}/house-owned",
    tag = "organizations",
    request_body = HouseOwnedIn,
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The organization as it is now", body = OrganizationOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such organization", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: the field is no truth value", body = web::Problem),
    )
)]
pub(crate) async fn mark_organization_house_owned(
    State(app): State<App>,
    _operator: Operator,
    Path(id): Path<Id<kind::Organization>>,
    IfMatch(version): IfMatch,
    Json(input): Json<HouseOwnedIn>,
) -> Result<Response, ApiError> {
    let organization = reviewed(&app, id, version).await?;
    let marked = organization.mark_house_owned(input.house_owned, app.clock.now());
    if let Some(marked) = &marked {
        save(&app, &organization, marked, version).await?;
    }
    let organization = marked.unwrap_or(organization);
    let out = OrganizationOut::for_operator(&app, &organization)?;
    Ok(with_version(organization.version, Json(out)))
}
