//! `GET /v1/webhook-deliveries/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::{access, delivery_out::DeliveryDetailOut};
use crate::App;

/// Get a delivery
///
/// With what is sent, and what came of each attempt.
#[utoipa::path(
    get,
    path = "/v1/webhook-deliveries/{id}",
    tag = "webhooks",
    params(("id" = String, Path, description = "The delivery", example = "whd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The delivery", body = DeliveryDetailOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
    )
)]
pub(crate) async fn get_delivery(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookDelivery>>,
) -> Result<Json<DeliveryDetailOut>, ApiError> {
    let delivery = access::delivery(&app, &caller, id).await?;
    Ok(Json(DeliveryDetailOut::of(&delivery)))
}
