//! `POST /v1/webhook-deliveries/{id}/replay`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Json, Path};

use super::{access, delivery_out::DeliveryOut};
use crate::{App, delivery::AlreadyQueued};

/// Send a delivery again
///
/// One that has ended, in whatever way, also one that was delivered: the receiver knows it by its
/// `webhook-id`, which stays the same. It is sent although a later version of its subject was.
#[utoipa::path(
    post,
    path = "/v1/webhook-deliveries/{id}/replay",
    tag = "webhooks",
    params(("id" = String, Path, description = "The delivery", example = "whd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 202, description = "The delivery, queued", body = DeliveryOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is queued already; `endpoint_disabled`", body = web::Problem),
        (status = 410, description = "`gone`: its endpoint was deleted", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it was changed at the same time", body = web::Problem),
    )
)]
pub(crate) async fn replay(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookDelivery>>,
) -> Result<Response, ApiError> {
    let delivery = access::delivery(&app, &caller, id).await?;
    let endpoint = app
        .store
        .endpoint(delivery.owner, delivery.endpoint)
        .await?;
    let endpoint = endpoint.ok_or_else(|| ApiError::new(Code::Gone))?;
    access::expect_enabled(&endpoint)?;
    let queued = delivery.queued_again(app.clock.now());
    let queued = queued.map_err(|error: AlreadyQueued| {
        ApiError::new(Code::StateConflict).detail(error.to_string())
    })?;
    let saved = app.store.queue_again(&queued, &endpoint).await;
    saved.map_err(access::lost)?;
    app.store.wake_lane(endpoint.id).await?;
    let out = Json(DeliveryOut::of(&queued));
    Ok((StatusCode::ACCEPTED, out).into_response())
}
