//! The chain's controls, for a person at a laptop and for stories: all below `/sandbox/chain`.
//!
//! They are no part of what the chain shows on the internet; whoever can reach them is the chain.

use axum::{
    Form, Json, Router,
    extract::{DefaultBodyLimit, FromRequest, Path, Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use kernel::{Id, kind};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use wallet::{Month, MonthError};
use webhook_signatures::{KeyError, PublicKey, SymmetricKey, VerifyingKey};

use crate::{Chain, Contract, Fault, TellError, Till, ledger::Line, page};

const MAX_BODY_BYTES: usize = 16 * 1024;
/// Where the page is.
pub(crate) const PAGE: &str = "/sandbox/chain";

impl Chain {
    /// The routes, all below `/sandbox/chain`.
    pub fn router(&self) -> Router {
        Router::new()
            .route(PAGE, get(show))
            .route("/sandbox/chain/log", get(log))
            .route("/sandbox/chain/contracts", post(agree))
            .route("/sandbox/chain/faults", post(misbehave))
            .route("/sandbox/chain/till", post(till))
            .route(
                "/sandbox/chain/partners/{partner}/statements/{month}",
                get(statement),
            )
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }
}

/// Why a control did nothing.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("{0}")]
    Body(String),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Month(#[from] MonthError),
    #[error(transparent)]
    Tell(#[from] TellError),
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = match self {
            Refused::Body(_) | Refused::Key(_) | Refused::Month(_) => StatusCode::BAD_REQUEST,
            Refused::Tell(_) => StatusCode::BAD_GATEWAY,
        };
        (status, Json(json!({ "error": self.to_string() }))).into_response()
    }
}

/// What a person posts with a form, and a program as JSON.
struct Posted<T> {
    body: T,
    by_form: bool,
}

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for Posted<T> {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refused> {
        let kind = request.headers().get(header::CONTENT_TYPE);
        let by_form = kind.is_none_or(|kind| !kind.as_bytes().starts_with(b"application/json"));
        let body = if by_form {
            let read = Form::<T>::from_request(request, state).await;
            read.map_err(|error| Refused::Body(error.body_text()))?.0
        } else {
            let read = Json::<T>::from_request(request, state).await;
            read.map_err(|error| Refused::Body(error.body_text()))?.0
        };
        Ok(Posted { body, by_form })
    }
}

impl<T> Posted<T> {
    /// A person goes back to the page, a program reads `answer`.
    fn answer(&self, answer: Value) -> Response {
        if self.by_form {
            (StatusCode::SEE_OTHER, [(header::LOCATION, PAGE)]).into_response()
        } else {
            Json(answer).into_response()
        }
    }
}

async fn show(State(chain): State<Chain>) -> Response {
    const HEADERS: [(HeaderName, HeaderValue); 4] = [
        (
            header::CONTENT_TYPE,
            HeaderValue::from_static("text/html;charset=utf-8"),
        ),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (
            header::X_CONTENT_TYPE_OPTIONS,
            HeaderValue::from_static("nosniff"),
        ),
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static("default-src 'none'; style-src 'unsafe-inline'"),
        ),
    ];
    (HeaderMap::from_iter(HEADERS), page::of(&chain)).into_response()
}

/// Everything that happened, oldest first, and the vouchers that are out.
async fn log(State(chain): State<Chain>) -> Json<Value> {
    let contracts: Vec<_> = chain.state().contracts.keys().copied().collect();
    Json(json!({
        "contracts": contracts,
        "vouchers": chain.vouchers(),
        "entries": chain.log(),
    }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ContractIn {
    partner: Id<kind::Partner>,
    /// `whsec_…`, what the platform signs its calls with.
    exchange_keys: Vec<String>,
    /// `whsec_…` or `whsk_…`, what the chain signs its messages with.
    hook_key: String,
    /// `whsec_…` or `whpk_…`, what the platform signs its webhooks with.
    #[serde(default)]
    webhook_keys: Vec<String>,
}

async fn agree(
    State(chain): State<Chain>,
    posted: Posted<ContractIn>,
) -> Result<Response, Refused> {
    let body = &posted.body;
    let exchange = body.exchange_keys.iter();
    let exchange: Result<Vec<SymmetricKey>, _> = exchange.map(|key| key.parse()).collect();
    let webhooks = body.webhook_keys.iter();
    let webhooks: Result<Vec<VerifyingKey>, _> = webhooks.map(|key| verifying(key)).collect();
    chain.agree(Contract {
        partner: body.partner,
        exchange: exchange?,
        hooks: body.hook_key.parse()?,
        webhooks: webhooks?,
    });
    Ok(posted.answer(json!({})))
}

fn verifying(text: &str) -> Result<VerifyingKey, KeyError> {
    match text.parse::<PublicKey>() {
        Ok(key) => Ok(VerifyingKey::Public(key)),
        Err(_) => text.parse().map(VerifyingKey::Symmetric),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FaultIn {
    fault: FaultName,
    /// For how long, where the fault lasts.
    #[serde(default = "a_while")]
    seconds: u32,
}

const fn a_while() -> u32 {
    5
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum FaultName {
    Slow,
    ServerError,
    Refuse,
    TimeoutBefore,
    TimeoutAfter,
    NoticeFirst,
    NoticeTwice,
    NoticeOnly,
    TwoCodes,
    WrongAmount,
    BadSignature,
    Down,
}

impl FaultIn {
    fn fault(&self) -> Fault {
        match self.fault {
            FaultName::Slow => Fault::Slow {
                ms: u64::from(self.seconds).saturating_mul(1_000),
            },
            FaultName::ServerError => Fault::ServerError,
            FaultName::Refuse => Fault::Refuse,
            FaultName::TimeoutBefore => Fault::TimeoutBefore,
            FaultName::TimeoutAfter => Fault::TimeoutAfter,
            FaultName::NoticeFirst => Fault::NoticeFirst,
            FaultName::NoticeTwice => Fault::NoticeTwice,
            FaultName::NoticeOnly => Fault::NoticeOnly,
            FaultName::TwoCodes => Fault::TwoCodes,
            FaultName::WrongAmount => Fault::WrongAmount,
            FaultName::BadSignature => Fault::BadSignature,
            FaultName::Down => Fault::Down {
                seconds: self.seconds,
            },
        }
    }
}

async fn misbehave(State(chain): State<Chain>, posted: Posted<FaultIn>) -> Response {
    chain.misbehave(posted.body.fault());
    posted.answer(json!({}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TillIn {
    partner: Id<kind::Partner>,
    operation: Till,
    code: String,
}

/// A guest shows a code at a till.
async fn till(State(chain): State<Chain>, posted: Posted<TillIn>) -> Result<Response, Refused> {
    let asked = &posted.body;
    let told = chain
        .at_till(asked.partner, asked.operation, asked.code.trim())
        .await?;
    Ok(posted.answer(json!({ "status": told.status, "answer": told.body })))
}

async fn statement(
    State(chain): State<Chain>,
    Path((partner, month)): Path<(Id<kind::Partner>, String)>,
) -> Result<Json<Vec<Line>>, Refused> {
    let month: Month = month.parse()?;
    Ok(Json(chain.statement(partner, month)))
}
