//! `POST /v1/webhook-endpoints/{id}/test`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use kernel::{Event, Id, kind};
use serde_json::json;
use web::{ApiError, Caller, Json, Limit, Path};

use super::{access, delivery_out::DeliveryOut};
use crate::{App, delivery::Delivery, endpoint::Endpoint, event_types::TEST, message::Message};

/// Nobody is to be bothered by our tests of their address.
const TESTS: Limit = Limit {
    name: "webhook-tests",
    max: 20,
    window_s: 3_600,
};

/// Test an endpoint
///
/// Sends a `webhook.test`, whatever the endpoint's filter is; look at the delivery to see what became
/// of it. An owner can do so 20 times an hour.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints/{id}/test",
    tag = "webhooks",
    params(("id" = String, Path, description = "The endpoint", example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 202, description = "The delivery, queued", body = DeliveryOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
        (status = 409, description = "`endpoint_disabled`", body = web::Problem),
        (status = 429, description = "`rate_limited`", body = web::Problem),
    )
)]
pub(crate) async fn test_endpoint(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookEndpoint>>,
) -> Result<Response, ApiError> {
    let endpoint = access::endpoint(&app, &caller, id).await?;
    access::expect_enabled(&endpoint)?;
    let subject = endpoint.owner.to_string();
    let _taken = app.rate_limits.require(&TESTS, &subject).await?;
    let delivery = test_of(&app, &endpoint)?;
    app.store
        .queue_again(&delivery, &endpoint)
        .await
        .map_err(access::lost)?;
    app.store.wake_lane(id).await?;
    let out = Json(DeliveryOut::of(&delivery));
    Ok((StatusCode::ACCEPTED, out).into_response())
}

/// The delivery of a test: an event of its own, about itself.
fn test_of(app: &App, endpoint: &Endpoint) -> Result<Delivery, ApiError> {
    let now = app.clock.now();
    let id = Id::<kind::Event>::generate(&app.clock);
    let event = Event {
        id,
        kind: TEST.to_owned(),
        subject: id.to_string(),
        version: 1,
        occurred_at: now,
        data: json!({ "audience": [endpoint.owner], "payload": { "endpoint": endpoint.id } }),
    };
    let (_, message) = Message::of(event).map_err(ApiError::internal)?;
    Ok(Delivery::of(&message, endpoint.owner, endpoint.id, now))
}
