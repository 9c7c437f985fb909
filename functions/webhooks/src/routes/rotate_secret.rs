//! `POST /v1/webhook-endpoints/{id}/rotate-secret`

use axum::{extract::State, response::Response};
use jiff::SignedDuration;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, Path, with_version};

use super::{
    access,
    endpoint_out::{EndpointOut, EndpointWithSecretOut},
};
use crate::{App, endpoint::TooManySecrets};

const MAX_OVERLAP_HOURS: u16 = 168;

/// How long the old secret is good beside the new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotateSecretIn {
    /// 0 to 168. Meanwhile every message is signed with both.
    #[schema(example = 24, minimum = 0, maximum = 168)]
    overlap_hours: u16,
}

/// Rotate an endpoint's secret
///
/// The new secret is shown this once and signs from now on. Those before it go on signing beside it
/// for the overlap, so that a receiver can change over without losing a message.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints/{id}/rotate-secret",
    tag = "webhooks",
    request_body = RotateSecretIn,
    params(("id" = String, Path, description = "The endpoint", example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The endpoint with its new secret; its version is the `ETag`", body = EndpointWithSecretOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
        (status = 409, description = "`state_conflict`: four secrets are good already", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it was changed at the same time", body = web::Problem),
        (status = 422, description = "`validation_failed`", body = web::Problem),
    )
)]
pub(crate) async fn rotate_secret(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookEndpoint>>,
    Json(wanted): Json<RotateSecretIn>,
) -> Result<Response, ApiError> {
    let endpoint = access::endpoint(&app, &caller, id).await?;
    if wanted.overlap_hours > MAX_OVERLAP_HOURS {
        return Err(ApiError::field("/overlap_hours", "it is more than 168"));
    }
    let now = app.clock.now();
    let minted = app.keys.mint(id, endpoint.signing, now);
    let minted = minted.map_err(ApiError::internal)?;
    let overlap = SignedDuration::from_hours(i64::from(wanted.overlap_hours));
    let rotated = endpoint.rotated(minted.secret, overlap, now);
    let rotated = rotated.map_err(|error: TooManySecrets| {
        ApiError::new(Code::StateConflict).detail(error.to_string())
    })?;
    app.store
        .save_endpoint(&rotated)
        .await
        .map_err(access::lost)?;
    let health = app.store.health(id).await?;
    let out = EndpointOut::of(&rotated, &health, now).with_secret(minted.shown);
    Ok(with_version(rotated.version, Json(out)))
}
