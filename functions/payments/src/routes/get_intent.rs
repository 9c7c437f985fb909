//! `GET /v1/payment-intents/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::{intent_out::PaymentIntentOut, visible::visible};
use crate::App;

/// Look at a payment
///
/// For the account that pays, and for operators.
#[utoipa::path(
    get,
    path = "/v1/payment-intents/{id}",
    tag = "payments",
    params(("id" = String, Path, description = "The payment intent", example = "pay_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The payment intent", body = PaymentIntentOut),
        (status = 404, description = "`not_found`: there is none, or it is somebody else's", body = web::Problem),
    )
)]
pub(crate) async fn get_intent(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::PaymentIntent>>,
) -> Result<Json<PaymentIntentOut>, ApiError> {
    let intent = visible(&app, &caller, id).await?;
    Ok(Json(PaymentIntentOut::of(&intent, None)))
}
