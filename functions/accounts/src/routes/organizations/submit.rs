//! `POST /v1/organizations/{id}/submit`

use axum::{extract::State, response::Response};
use web::{ApiError, IfMatch, Json, with_version};

use super::{illegal, organization_out::OrganizationOut, require_version, save};
use crate::{
    App,
    organization::{RequirementCode, SubmitError},
    routes::standing::AsManager,
};

/// Submit an organization for review
///
/// For owners and managers. Every requirement must have an answer; those that have none are listed in
/// `errors`.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/submit",
    tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of what is submitted"),
    ),
    responses(
        (status = 200, description = "The organization, submitted", body = OrganizationOut),
        (status = 403, description = "`forbidden`: the caller is neither owner nor manager", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is no member of such an organization", body = web::Problem),
        (status = 409, description = "`state_conflict`: it was submitted already, or judged", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: requirements have no answer; `jurisdiction_not_served`: its region is not, any more", body = web::Problem),
    )
)]
pub(crate) async fn submit_organization(
    State(app): State<App>,
    AsManager {
        organization,
        member,
    }: AsManager,
    IfMatch(version): IfMatch,
) -> Result<Response, ApiError> {
    require_version(&organization, version)?;
    let terms = app.terms(organization.kind)?;
    let submitted = organization
        .submit(terms, app.clock.now())
        .map_err(refusal)?;
    app.require_served(&submitted.region)?;
    save(&app, &organization, &submitted, version).await?;
    let out = OrganizationOut::for_member(&app, &submitted, member.role)?;
    Ok(with_version(submitted.version, Json(out)))
}

fn refusal(error: SubmitError) -> ApiError {
    match error {
        SubmitError::Illegal(error) => illegal(error),
        SubmitError::Missing(codes) => ApiError::fields(codes.iter().map(missing)),
    }
}

fn missing(code: &RequirementCode) -> (String, &'static str) {
    (
        format!("/requirements/{}", code.as_str()),
        "it has no answer",
    )
}
