//! The gateway over HTTP: the API, the page a buyer sees, and what its buttons do.

use alipay::{Form, FormError, Method, SigningError, TradeNo};
use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, RawQuery, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::{
    GATEWAY_PATH, Refusal, Sandbox, book::Number, fault::Outcome, page, pay::PayError,
    trade::SandboxTrade,
};

const MAX_BODY_BYTES: usize = 64 * 1024;

/// Marks a response that must not arrive. Over a socket it is HTTP 504, which says as little.
#[derive(Clone, Copy)]
pub(crate) struct NoAnswer;

impl Sandbox {
    /// The routes, all below `/sandbox/alipay`.
    pub fn router(&self) -> Router {
        Router::new()
            .route(GATEWAY_PATH, get(gateway).post(gateway))
            .route("/sandbox/alipay/orders", post(pay_order))
            .route("/sandbox/alipay/trades/{trade}", get(show))
            .route("/sandbox/alipay/trades/{trade}/pay", post(pay))
            .route("/sandbox/alipay/trades/{trade}/cancel", post(cancel))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
            .with_state(self.clone())
    }
}

/// What goes wrong beside the wire.
enum Broken {
    Signing(SigningError),
    Refused(Refusal),
}

impl From<SigningError> for Broken {
    fn from(error: SigningError) -> Broken {
        Broken::Signing(error)
    }
}

impl From<Refusal> for Broken {
    fn from(refusal: Refusal) -> Broken {
        Broken::Refused(refusal)
    }
}

impl IntoResponse for Broken {
    fn into_response(self) -> Response {
        match self {
            Broken::Signing(error) => {
                (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
            }
            Broken::Refused(Refusal::TradeNotExist) => html(
                StatusCode::NOT_FOUND,
                page::refused(&Refusal::TradeNotExist),
            ),
            Broken::Refused(refusal) => html(StatusCode::CONFLICT, page::refused(&refusal)),
        }
    }
}

/// `gateway.do`: a merchant's call, or a buyer's browser that was sent here to pay. Clients put
/// parameters into the address, the body, or both.
async fn gateway(
    State(sandbox): State<Sandbox>,
    RawQuery(query): RawQuery,
    body: Bytes,
) -> Result<Response, Broken> {
    let form = match merged(query.as_deref().unwrap_or_default(), &body) {
        Ok(form) => form,
        Err(error) => {
            return Ok((StatusCode::BAD_REQUEST, error.to_string()).into_response());
        }
    };
    match form.text("method").and_then(Method::of) {
        Some(Method::PagePay | Method::WapPay) => Ok(open(&sandbox, &form)),
        _ => api(&sandbox, &form),
    }
}

fn api(sandbox: &Sandbox, form: &Form) -> Result<Response, Broken> {
    // Alipay says text/html; in a browser the subject of a trade could then be a script.
    let json = [(header::CONTENT_TYPE, "application/json;charset=utf-8")];
    Ok(match sandbox.answer(form)? {
        Outcome::Answer(answer) | Outcome::BadlySigned(answer) => (json, answer).into_response(),
        Outcome::Broken => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Outcome::Lost => {
            let mut response = StatusCode::GATEWAY_TIMEOUT.into_response();
            response.extensions_mut().insert(NoAnswer);
            response
        }
    })
}

fn open(sandbox: &Sandbox, form: &Form) -> Response {
    match sandbox.open(form, &[Method::PagePay, Method::WapPay]) {
        Ok(trade) => shown(sandbox, &trade),
        Err(PayError::Gate(error)) => html(StatusCode::BAD_REQUEST, page::refused(&error)),
        Err(PayError::Refused(refusal)) => html(StatusCode::CONFLICT, page::refused(&refusal)),
    }
}

/// An order string, paid by the phone that has it.
async fn pay_order(State(sandbox): State<Sandbox>, body: String) -> Result<Response, Broken> {
    let json = [(header::CONTENT_TYPE, "application/json;charset=utf-8")];
    Ok((json, sandbox.pay_order(body.trim())?).into_response())
}

async fn show(
    State(sandbox): State<Sandbox>,
    Path(trade): Path<String>,
) -> Result<Response, Broken> {
    let number = number_of(&trade)?;
    let now = sandbox.0.clock.now();
    let trade = sandbox.state().book.trade(&number, now)?.clone();
    Ok(shown(&sandbox, &trade))
}

async fn pay(
    State(sandbox): State<Sandbox>,
    Path(trade): Path<String>,
) -> Result<Response, Broken> {
    let number = number_of(&trade)?;
    let now = sandbox.0.clock.now();
    let trade = sandbox.state().book.pay(&number, now)?.clone();
    let address = sandbox.return_address(&trade)?;
    Ok(see_other(address, &trade))
}

async fn cancel(
    State(sandbox): State<Sandbox>,
    Path(trade): Path<String>,
) -> Result<Response, Broken> {
    let number = number_of(&trade)?;
    let now = sandbox.0.clock.now();
    let trade = sandbox.state().book.close(&number, now)?.clone();
    // Signed parameters of a return mean that the buyer paid; here he comes back without.
    let address = trade.order.return_url.clone();
    Ok(see_other(address, &trade))
}

fn shown(sandbox: &Sandbox, trade: &SandboxTrade) -> Response {
    html(StatusCode::OK, page::trade(trade, sandbox.0.clock.now()))
}

fn see_other(address: Option<String>, trade: &SandboxTrade) -> Response {
    let address = address.unwrap_or_else(|| page::address(trade));
    match HeaderValue::try_from(address) {
        Ok(address) => (StatusCode::SEE_OTHER, [(header::LOCATION, address)]).into_response(),
        Err(_) => html(
            StatusCode::CONFLICT,
            page::refused(&Refusal::InvalidParameter),
        ),
    }
}

fn html(status: StatusCode, page: String) -> Response {
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
    (status, HeaderMap::from_iter(HEADERS), page).into_response()
}

fn number_of(trade: &str) -> Result<Number, Refusal> {
    let number: TradeNo = trade.parse().map_err(|_| Refusal::TradeNotExist)?;
    Ok(Number::Ours(number))
}

fn merged(query: &str, body: &[u8]) -> Result<Form, FormError> {
    let parts = [query.as_bytes(), body];
    let parts: Vec<&[u8]> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Form::decode(&parts.join(&b'&'))
}
