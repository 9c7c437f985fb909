//! `POST /v1/payment-intents`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use kernel::{Id, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Code, Idempotent, Json, RequestKey, fields::if_present, replayed};

use super::intent_out::PaymentIntentOut;
use crate::{
    App,
    intent::PaymentIntent,
    method::{PaymentMethod, ReturnUrl},
    opening::{self, OpenError},
    provider::ActionError,
    store::{CreateError, Found},
};

/// What to pay, and how.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PaymentIntentIn {
    /// `payment_claim` of the order group.
    claim: String,
    /// Where the buyer is.
    method: PaymentMethod,
    /// Where the buyer's browser goes after the provider's page: an https address of at most 256
    /// characters. Without one it stays there.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "https://shop.example/orders")]
    return_url: Option<ReturnUrl>,
}

/// What is remembered of the request, from which it is answered again.
#[derive(Serialize, Deserialize)]
struct Done {
    intent: Id<kind::PaymentIntent>,
    method: PaymentMethod,
    return_url: Option<ReturnUrl>,
}

/// Pay for an order group
///
/// A group has one payment, whoever asks and however often: asking again, with another method too,
/// gives another way to pay the same. Paid is paid: a payment that was made comes back without
/// anything left to do.
#[utoipa::path(
    post,
    path = "/v1/payment-intents",
    tag = "payments",
    request_body = PaymentIntentIn,
    params(("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters")),
    responses(
        (status = 201, description = "The payment intent, and what the buyer does next; `Location` is where it is", body = PaymentIntentOut),
        (status = 409, description = "`state_conflict`: the payment or its order is over", body = web::Problem),
        (status = 422, description = "`claim_invalid`: not one of ours, somebody else's, or ended; `currency_unsupported`; `idempotency_key_reused`", body = web::Problem),
        (status = 503, description = "`provider_unavailable`", body = web::Problem),
    )
)]
pub(crate) async fn create_intent(
    State(app): State<App>,
    request: Idempotent<PaymentIntentIn>,
) -> Result<Response, ApiError> {
    if let Some(answer) = repeat(&app, &request.key).await? {
        return Ok(answer);
    }
    let claim = app.checkout_key.verify(&request.body.claim);
    let claim = claim.map_err(|error| claim_invalid(error.to_string()))?;
    let opened = opening::open(claim, request.caller.account, app.clock.now());
    let intent = opened.map_err(refusal)?;
    let done = Done {
        intent: intent.id,
        method: request.body.method,
        return_url: request.body.return_url,
    };
    // What cannot be paid is not begun: the way to pay is made before anything is written.
    let created = answer(&app, &intent, &done)?;
    let record = || app.requests.record(&request.key, &done);
    match app.store.create_intent(&intent, record()?).await {
        Ok(()) => Ok(created),
        Err(CreateError::Repeated) => repeat(&app, &request.key)
            .await?
            .ok_or_else(|| ApiError::internal("a remembered request is forgotten")),
        Err(CreateError::Exists(found)) => {
            let known = same_payment(found, &intent)?;
            let answer = answer(&app, &known, &done)?;
            app.store.remember(record()?).await?;
            Ok(answer)
        }
        Err(CreateError::Service(error)) => Err(error.into()),
    }
}

/// The payment of the group that there is already, if it can still be paid or is paid.
fn same_payment(found: Found, wanted: &PaymentIntent) -> Result<PaymentIntent, ApiError> {
    let over = || ApiError::new(Code::StateConflict);
    match found {
        Found::Withdrawn => Err(over().detail("the order is closed")),
        Found::Intent(known) => {
            if (known.account, known.amount) != (wanted.account, wanted.amount) {
                return Err(over().detail("the order is paid for with another amount"));
            }
            if known.state.is_open() || known.state.is_paid() {
                return Ok(*known);
            }
            Err(over().detail(format!("the payment is {}", known.state.as_str())))
        }
    }
}

/// The answer that the request got before, if it did, as things stand now.
async fn repeat(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    let Some(done) = app.requests.find::<Done>(key).await? else {
        return Ok(None);
    };
    let intent = app.store.intent(done.intent).await?;
    let intent = intent.ok_or_else(|| ApiError::internal("a payment intent is not there"))?;
    Ok(Some(replayed(answer(app, &intent, &done)?)))
}

fn answer(app: &App, intent: &PaymentIntent, done: &Done) -> Result<Response, ApiError> {
    let can_be_paid = intent.state.is_open() && app.clock.now() < intent.expires_at;
    let action = can_be_paid
        .then(|| {
            app.provider
                .action(intent, done.method, done.return_url.as_ref())
        })
        .transpose()
        .map_err(no_action)?;
    let location = [(
        header::LOCATION,
        format!("/v1/payment-intents/{}", intent.id),
    )];
    let out = PaymentIntentOut::of(intent, action);
    Ok((location, Json(out).created()).into_response())
}

fn refusal(error: OpenError) -> ApiError {
    match error {
        // Whose claim it is, is nobody else's business.
        OpenError::NotTheirs => claim_invalid("the payment claim is not one of yours".to_owned()),
        OpenError::Ended | OpenError::Nothing => claim_invalid(error.to_string()),
        OpenError::Currency(_) => {
            ApiError::new(Code::CurrencyUnsupported).detail(error.to_string())
        }
    }
}

fn claim_invalid(detail: String) -> ApiError {
    ApiError::new(Code::ClaimInvalid).detail(detail)
}

fn no_action(error: ActionError) -> ApiError {
    match error {
        ActionError::NoAccount => ApiError::new(Code::ProviderUnavailable).caused_by(error),
        ActionError::Amount(_) => claim_invalid(error.to_string()),
        ActionError::Signing(_) => ApiError::internal(error),
    }
}
