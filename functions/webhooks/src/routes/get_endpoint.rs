//! `GET /v1/webhook-endpoints/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path, with_version};

use super::{access, endpoint_out::EndpointOut};
use crate::{App, endpoint::Endpoint};

/// Get an endpoint
///
/// One of one's organization, with the scope `organization`; for operators, one of any partner.
#[utoipa::path(
    get,
    path = "/v1/webhook-endpoints/{id}",
    tag = "webhooks",
    params(("id" = String, Path, description = "The endpoint", example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The endpoint; its version is the `ETag`", body = EndpointOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
    )
)]
pub(crate) async fn get_endpoint(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookEndpoint>>,
) -> Result<Response, ApiError> {
    let endpoint = access::endpoint(&app, &caller, id).await?;
    shown(&app, &endpoint).await
}

/// An endpoint as whoever manages it sees it.
pub(super) async fn shown(app: &App, endpoint: &Endpoint) -> Result<Response, ApiError> {
    let health = app.store.health(endpoint.id).await?;
    let out = EndpointOut::of(endpoint, &health, app.clock.now());
    Ok(with_version(endpoint.version, Json(out)))
}
