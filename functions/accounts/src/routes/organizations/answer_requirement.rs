//! `PUT /v1/organizations/{id}/requirements/{code}`

use axum::{extract::State, response::Response};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, IfMatch, Json, Path, with_version};

use super::{illegal, organization_out::OrganizationOut, require_version, save};
use crate::{
    App,
    organization::{Answer, RequirementCode},
    routes::standing::AsManager,
};

/// An answer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AnswerIn {
    /// A line of text, the media id of an uploaded document, or `accepted` for an agreement.
    #[schema(example = "Silk Records Ltd.", min_length = 1, max_length = 500)]
    value: String,
}

/// Answer a requirement
///
/// For owners and managers, while the organization is a draft or was rejected. A second answer takes
/// the place of the first.
#[utoipa::path(
    put,
    path = "/v1/organizations/{id}/requirements/{code}",
    tag = "organizations",
    request_body = AnswerIn,
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("code" = String, Path, description = "The requirement's code", example = "legal_name"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the answer is based on"),
    ),
    responses(
        (status = 200, description = "The organization as it is now", body = OrganizationOut),
        (status = 403, description = "`forbidden`: the caller is neither owner nor manager", body = web::Problem),
        (status = 404, description = "`not_found`: the caller is no member, or the kind is not asked this", body = web::Problem),
        (status = 409, description = "`state_conflict`: answers are closed", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: the value does not answer the requirement", body = web::Problem),
    )
)]
pub(crate) async fn answer_requirement(
    State(app): State<App>,
    AsManager {
        organization,
        member,
    }: AsManager,
    Path((_id, code)): Path<(String, RequirementCode)>,
    IfMatch(version): IfMatch,
    Json(input): Json<AnswerIn>,
) -> Result<Response, ApiError> {
    require_version(&organization, version)?;
    let now = app.clock.now();
    let requirement = app.terms(organization.kind)?.requirement(&code);
    let requirement = requirement.ok_or_else(ApiError::not_found)?;
    let answer = Answer::to(requirement, &input.value, member.account, now)
        .map_err(|error| ApiError::field("/value", error.to_string()))?;
    let answered = organization.answer(code, answer, now).map_err(illegal)?;
    save(&app, &organization, &answered, version).await?;
    let out = OrganizationOut::for_member(&app, &answered, member.role)?;
    Ok(with_version(answered.version, Json(out)))
}
