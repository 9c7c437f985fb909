//! `POST /v1/organizations/{id}/approve`, `…/reject`, `…/suspend`, `…/reinstate`: the four things
//! that an operator decides, which differ in the verdict alone.

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, IfMatch, Json, Operator, Path, fields::parsed, with_version};

use super::{illegal, organization_out::OrganizationOut, reviewed, save};
use crate::{
    App,
    organization::{Reason, Verdict},
};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonIn {
    /// 1 to 1,000 characters, which the organization's members read.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "The certificate cannot be read.", min_length = 1, max_length = 1000)]
    reason: Reason,
}

/// Approve an organization
///
/// A submitted one may sell from now on. For operators; with `If-Match`, only in the version that was
/// looked at.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/approve",
    tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of what was looked at"),
    ),
    responses(
        (status = 200, description = "The organization, approved", body = OrganizationOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such organization", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is not submitted", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`jurisdiction_not_served`: its region is not, any more", body = web::Problem),
    )
)]
pub(crate) async fn approve_organization(
    State(app): State<App>,
    operator: Operator,
    Path(id): Path<Id<kind::Organization>>,
    IfMatch(version): IfMatch,
) -> Result<Response, ApiError> {
    judge(&app, &operator, id, version, Verdict::Approve).await
}

/// Reject an organization
///
/// A submitted one goes back to its members with the reason; they can mend it and submit it again.
/// For operators.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/reject",
    tag = "organizations",
    request_body = ReasonIn,
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of what was looked at"),
    ),
    responses(
        (status = 200, description = "The organization, rejected", body = OrganizationOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such organization", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is not submitted", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: there is no reason", body = web::Problem),
    )
)]
pub(crate) async fn reject_organization(
    State(app): State<App>,
    operator: Operator,
    Path(id): Path<Id<kind::Organization>>,
    IfMatch(version): IfMatch,
    Json(input): Json<ReasonIn>,
) -> Result<Response, ApiError> {
    judge(&app, &operator, id, version, Verdict::Reject(input.reason)).await
}

/// Suspend an organization
///
/// An approved one sells no more, until it is reinstated: its shops are suspended within moments, and
/// tokens that act for it end within 15 minutes. For operators.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/suspend",
    tag = "organizations",
    request_body = ReasonIn,
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of what was looked at"),
    ),
    responses(
        (status = 200, description = "The organization, suspended", body = OrganizationOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such organization", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is not approved", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: there is no reason", body = web::Problem),
    )
)]
pub(crate) async fn suspend_organization(
    State(app): State<App>,
    operator: Operator,
    Path(id): Path<Id<kind::Organization>>,
    IfMatch(version): IfMatch,
    Json(input): Json<ReasonIn>,
) -> Result<Response, ApiError> {
    judge(&app, &operator, id, version, Verdict::Suspend(input.reason)).await
}

/// Reinstate an organization
///
/// A suspended one may sell again. For operators.
#[utoipa::path(
    post,
    path = "/v1/organizations/{id}/reinstate",
    tag = "organizations",
    params(
        ("id" = String, Path, description = "The organization's id", example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of what was looked at"),
    ),
    responses(
        (status = 200, description = "The organization, approved again", body = OrganizationOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such organization", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is not suspended", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`jurisdiction_not_served`: its region is not, any more", body = web::Problem),
    )
)]
pub(crate) async fn reinstate_organization(
    State(app): State<App>,
    operator: Operator,
    Path(id): Path<Id<kind::Organization>>,
    IfMatch(version): IfMatch,
) -> Result<Response, ApiError> {
    judge(&app, &operator, id, version, Verdict::Reinstate).await
}

async fn judge(
    app: &App,
    Operator(operator): &Operator,
    id: Id<kind::Organization>,
    version: Option<u64>,
    verdict: Verdict,
) -> Result<Response, ApiError> {
    let organization = reviewed(app, id, version).await?;
    let judged = organization
        .judge(verdict, app.clock.now())
        .map_err(illegal)?;
    // The list of those served may have changed since it was founded.
    if judged.is_approved() {
        app.require_served(&judged.region)?;
    }
    save(app, &organization, &judged, version).await?;
    tracing::info!(
        operator = %operator.account,
        organization = %id,
        state = judged.state.as_str(),
        "an operator judged an organization"
    );
    let out = OrganizationOut::for_operator(app, &judged)?;
    Ok(with_version(judged.version, Json(out)))
}
