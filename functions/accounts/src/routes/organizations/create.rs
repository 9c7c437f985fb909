//! `POST /v1/organizations`

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use kernel::{Id, Region};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, fields::parsed, with_version};

use super::organization_out::OrganizationOut;
use crate::{
    App,
    organization::{MemberRole, Organization, OrganizationKind, OrganizationName},
    store::FoundError,
};

/// What an organization begins with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OrganizationIn {
    /// One line of 1 to 100 characters.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "Silk Records", min_length = 1, max_length = 100)]
    name: OrganizationName,
    /// What it does. Never changes afterwards.
    kind: OrganizationKind,
    /// Where it is at home: a code of ISO 3166-1 or 3166-2.
    #[serde(deserialize_with = "parsed")]
    #[schema(value_type = String, example = "CN-SH", pattern = "^[A-Z]{2}(-[A-Z0-9]{1,3})?$")]
    region: Region,
}

/// Found an organization
///
/// It begins as a draft with the caller as its owner. Answer what `GET /v1/organizations/{id}` lists
/// under `requirements`, then submit it.
#[utoipa::path(
    post,
    path = "/v1/organizations",
    tag = "organizations",
    request_body = OrganizationIn,
    responses(
        (status = 201, description = "The organization, a draft", body = OrganizationOut),
        (status = 409, description = "`state_conflict`: the caller is in 50 organizations", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be; `jurisdiction_not_served`", body = web::Problem),
    )
)]
pub(crate) async fn create_organization(
    State(app): State<App>,
    caller: Caller,
    Json(input): Json<OrganizationIn>,
) -> Result<Response, ApiError> {
    app.require_served(&input.region)?;
    let organization = Organization::found(
        Id::generate(&app.clock),
        input.kind,
        input.name,
        input.region,
        app.clock.now(),
    );
    app.store
        .found(&organization, caller.account)
        .await
        .map_err(refusal)?;
    let out = OrganizationOut::for_member(&app, &organization, MemberRole::Owner)?;
    let location = format!("/v1/organizations/{}", organization.id);
    let answer = ([(header::LOCATION, location)], Json(out).created());
    Ok(with_version(organization.version, answer.into_response()))
}

fn refusal(error: FoundError) -> ApiError {
    match error {
        FoundError::TooMany => ApiError::new(Code::StateConflict).detail(error.to_string()),
        FoundError::Service(error) => error.into(),
    }
}
