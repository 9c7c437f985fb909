//! `POST /v1/payment-intents/{id}/cancel`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Json, Path};

use super::{intent_out::PaymentIntentOut, visible::own};
use crate::{
    App,
    collect::{self, CollectError},
    intent::{Ending, IntentState, PaymentIntent},
};

/// Give a payment up
///
/// For the account that pays, while it is not paid. If the provider says that it is, it is captured
/// instead and the answer is 409. Asking again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/payment-intents/{id}/cancel",
    tag = "payments",
    params(("id" = String, Path, description = "The payment intent", example = "pay_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "It is cancelled", body = PaymentIntentOut),
        (status = 404, description = "`not_found`: there is none, or it is somebody else's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is paid, or over for another reason", body = web::Problem),
        (status = 503, description = "`provider_unavailable`: the provider gives no answer", body = web::Problem),
    )
)]
pub(crate) async fn cancel_intent(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::PaymentIntent>>,
) -> Result<Json<PaymentIntentOut>, ApiError> {
    let intent = own(&app, &caller, id).await?;
    let intent = if intent.state.is_open() {
        let closed = collect::close(&app, intent, Ending::Cancelled).await;
        closed.map_err(refusal)?
    } else {
        intent
    };
    require_cancelled(&intent)?;
    Ok(Json(PaymentIntentOut::of(&intent, None)))
}

fn require_cancelled(intent: &PaymentIntent) -> Result<(), ApiError> {
    if intent.state == IntentState::Cancelled {
        return Ok(());
    }
    let detail = format!("the payment is {}", intent.state.as_str());
    Err(ApiError::new(Code::StateConflict).detail(detail))
}

/// Why what the provider or the table said kept an intent from being changed.
fn refusal(error: CollectError) -> ApiError {
    match error {
        CollectError::Silence => ApiError::new(Code::ProviderUnavailable),
        CollectError::Refused(error) => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
        CollectError::Contended => ApiError::new(Code::Unavailable),
        CollectError::Service(error) => error.into(),
    }
}
