//! `POST /v1/partners/{id}/settlements`

use axum::{extract::State, response::Response};
use kernel::{Id, Money, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Code, Idempotent, Json, MoneyOut, Operator, Path, RequestKey, replayed};

use crate::{
    App,
    billing::BillingError,
    exchange::{Book, Reference},
    settlement::{PaidAmount, Settlement, Way},
    store::SettleError,
};

/// How often a settlement is decided on anew because the partner's account changed meanwhile. Each
/// time means that a grant was made or ended.
const MAX_TRIES: usize = 24;

/// A payment to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettlementIn {
    /// How much, more than nothing, in the currency of the partner's terms.
    #[schema(value_type = MoneyOut)]
    amount: PaidAmount,
    /// `received` from the partner, or `paid` to it.
    direction: Way,
    /// By which name the bank knows the payment: 1 to 64 visible ASCII characters.
    #[schema(value_type = String, example = "2026060112345678", min_length = 1, max_length = 64)]
    reference: Reference,
}

/// A payment that was entered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SettlementOut {
    /// Names the payment.
    #[schema(value_type = String, example = "stl_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Settlement>,
    /// The partner.
    #[schema(value_type = String, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    partner: Id<kind::Partner>,
    /// Whether it was only tried out.
    sandbox: bool,
    /// Who paid.
    direction: Way,
    /// How much.
    amount: MoneyOut,
    /// By which name the bank knows it.
    #[schema(example = "2026060112345678")]
    reference: String,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    occurred_at: Timestamp,
}

/// What is remembered of the request.
#[derive(Serialize, Deserialize)]
struct Done {
    settlement: Id<kind::Settlement>,
}

/// Enter a payment
///
/// For operators: money that a partner paid, in advance or what it owed, or that was paid to it. It
/// counts at once for what the partner may take, and soon has its line in the statement. A payment
/// is entered once, by its direction and reference; what was entered in error is entered the other
/// way round. Of a partner in the sandbox it counts in the sandbox.
#[utoipa::path(
    post,
    path = "/v1/partners/{id}/settlements",
    tag = "partners",
    request_body = SettlementIn,
    params(
        ("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The payment", body = SettlementOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: a payment with this direction and reference is entered", body = web::Problem),
        (status = 422, description = "`validation_failed`: also for an amount in another currency; `idempotency_key_reused`", body = web::Problem),
    )
)]
pub(crate) async fn record_settlement(
    State(app): State<App>,
    Operator(caller): Operator,
    Path(partner): Path<Id<kind::Partner>>,
    request: Idempotent<SettlementIn>,
) -> Result<Response, ApiError> {
    if let Some(answer) = repeat(&app, &request.key).await? {
        return Ok(answer);
    }
    for _ in 0..MAX_TRIES {
        match settle(&app, partner, caller.account, &request).await {
            Ok(settlement) => return Ok(Json(SettlementOut::from(&settlement)).created()),
            Err(Missed::Lost) => {}
            Err(Missed::Repeated) => {
                let answer = repeat(&app, &request.key).await?;
                return answer
                    .ok_or_else(|| ApiError::internal("a request that was done has no record"));
            }
            Err(Missed::Failed(error)) => return Err(error),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// Why one try did not enter the payment.
enum Missed {
    /// The partner's account has changed meanwhile.
    Lost,
    /// The same request was done meanwhile.
    Repeated,
    /// It cannot be entered.
    Failed(ApiError),
}

async fn settle(
    app: &App,
    partner: Id<kind::Partner>,
    operator: Id<kind::Account>,
    request: &Idempotent<SettlementIn>,
) -> Result<Settlement, Missed> {
    let partner = app.store.partner(partner).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    let SettlementIn {
        amount,
        direction,
        reference,
    } = &request.body;
    if amount.money().currency() != partner.terms.currency {
        return Err(other_currency(partner.terms.currency).into());
    }
    let book = Book::of(&partner);
    let now = app.clock.now();
    let settlement = Settlement {
        id: Settlement::id_of(book, *direction, reference),
        book,
        way: *direction,
        amount: *amount,
        reference: reference.clone(),
        entered_by: operator,
        occurred_at: now,
    };
    let billing = app.store.billing(book, partner.terms.currency).await?;
    let paid_in = settlement.paid_in().map_err(BillingError::from);
    let billing = paid_in.and_then(|paid_in| billing.settle(&partner.terms, paid_in, now));
    let billing = billing.map_err(refusal)?;
    let done = Done {
        settlement: settlement.id,
    };
    let record = app.requests.record(&request.key, &done)?;
    match app.store.settle(&settlement, &billing, record).await {
        Ok(()) => Ok(settlement),
        Err(SettleError::Lost) => Err(Missed::Lost),
        Err(SettleError::Repeated) => Err(Missed::Repeated),
        Err(SettleError::Entered) => Err(entered(&settlement).into()),
        Err(SettleError::Service(error)) => Err(error.into()),
    }
}

/// The answer that the request got before, if it did.
async fn repeat(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    let Some(done) = app.requests.find::<Done>(key).await? else {
        return Ok(None);
    };
    let settlement = app.store.settlement(done.settlement).await?;
    let settlement =
        settlement.ok_or_else(|| ApiError::internal("an entered payment is not there"))?;
    Ok(Some(replayed(
        Json(SettlementOut::from(&settlement)).created(),
    )))
}

fn entered(settlement: &Settlement) -> ApiError {
    ApiError::new(Code::StateConflict).detail(format!(
        "the payment {} has been entered with this direction and reference",
        settlement.id
    ))
}

fn other_currency(currency: kernel::Currency) -> ApiError {
    let detail = format!("all that is reckoned with this partner is in {currency}");
    ApiError::field("/amount/currency", detail)
}

fn refusal(error: BillingError) -> ApiError {
    match error {
        BillingError::Money(error) => ApiError::field("/amount", error.to_string()),
        // A payment takes nothing, so nothing can be used up by it.
        BillingError::Exhausted | BillingError::GrantsADay | BillingError::PointsADay => {
            ApiError::internal(error)
        }
    }
}

impl From<&Settlement> for SettlementOut {
    fn from(settlement: &Settlement) -> Self {
        Self {
            id: settlement.id,
            partner: settlement.book.partner,
            sandbox: settlement.book.sandbox,
            direction: settlement.way,
            amount: Money::from(settlement.amount).into(),
            reference: settlement.reference.as_str().to_owned(),
            occurred_at: settlement.occurred_at,
        }
    }
}

impl<E: Into<ApiError>> From<E> for Missed {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}
