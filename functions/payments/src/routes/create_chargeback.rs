//! `POST /v1/payment-intents/{id}/chargebacks`

use crate::{
    App,
    chargeback::{Chargeback, Reference},
    intent::MoveError,
    returned::ReturnError,
    store::{MAX_TRIES, SaveError},
};
use axum::{extract::State, response::Response};
use kernel::{Id, Money, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Code, Json, MoneyOut, Operator, Path, replayed};

/// A chargeback to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ChargebackIn {
    /// How much the payer's bank took back, in the currency of the payment.
    #[schema(value_type = MoneyOut)]
    amount: Money,
    /// By what name the bank or the provider knows it: 1 to 64 visible ASCII characters.
    #[schema(value_type = String, example = "2026-CB-17", min_length = 1, max_length = 64)]
    reference: Reference,
}

/// A chargeback.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ChargebackOut {
    /// Names the chargeback.
    #[schema(value_type = String, example = "cbk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Chargeback>,
    /// The payment.
    #[schema(value_type = String, example = "pay_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    intent: Id<kind::PaymentIntent>,
    /// By what name the bank or the provider knows it.
    #[schema(example = "2026-CB-17")]
    reference: String,
    /// How much.
    amount: MoneyOut,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// Enter a chargeback
///
/// For operators. The reference names it: entered again, it is the same one.
#[utoipa::path(
    post,
    path = "/v1/payment-intents/{id}/chargebacks",
    tag = "payments",
    request_body = ChargebackIn,
    params(("id" = String, Path, description = "The payment intent", example = "pay_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The chargeback", body = ChargebackOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such payment", body = web::Problem),
        (status = 409, description = "`refund_exceeds_paid`: less is left of the payment; `state_conflict`: nothing was paid, or the reference was entered with another amount", body = web::Problem),
    )
)]
pub(crate) async fn create_chargeback(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::PaymentIntent>>,
    Json(wanted): Json<ChargebackIn>,
) -> Result<Response, ApiError> {
    for _ in 0..MAX_TRIES {
        let known = app.store.chargeback(id, wanted.reference.chargeback(id));
        if let Some(known) = known.await? {
            return repeat(&known, &wanted);
        }
        let intent = app.store.intent(id).await?;
        let intent = intent.ok_or_else(ApiError::not_found)?;
        let now = app.clock.now();
        let chargeback = Chargeback {
            id: wanted.reference.chargeback(id),
            intent: id,
            group: intent.group,
            reference: wanted.reference.clone(),
            amount: wanted.amount,
            created_at: now,
        };
        let charged = intent.charge_back(wanted.amount, now).map_err(refusal)?;
        match app.store.create_chargeback(&charged, &chargeback).await {
            Ok(()) => return Ok(Json(ChargebackOut::from(&chargeback)).created()),
            Err(SaveError::Known | SaveError::Lost) => {}
            Err(SaveError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

fn repeat(known: &Chargeback, wanted: &ChargebackIn) -> Result<Response, ApiError> {
    if known.amount == wanted.amount {
        return Ok(replayed(Json(ChargebackOut::from(known)).created()));
    }
    Err(ApiError::new(Code::StateConflict)
        .detail("the reference was entered before with another amount"))
}

fn refusal(error: MoveError) -> ApiError {
    match error {
        MoveError::Return(ReturnError::Exceeds { .. }) => {
            ApiError::new(Code::RefundExceedsPaid).detail(error.to_string())
        }
        MoveError::Return(ReturnError::NotPositive | ReturnError::Money(_)) => {
            ApiError::field("/amount", error.to_string())
        }
        MoveError::Paid | MoveError::Over | MoveError::NotPaid | MoveError::OtherTrade => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
        MoveError::Return(ReturnError::NotReserved) => ApiError::internal(error),
    }
}

impl From<&Chargeback> for ChargebackOut {
    fn from(chargeback: &Chargeback) -> Self {
        Self {
            id: chargeback.id,
            intent: chargeback.intent,
            reference: chargeback.reference.as_str().to_owned(),
            amount: chargeback.amount.into(),
            created_at: chargeback.created_at,
        }
    }
}
