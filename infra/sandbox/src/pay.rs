//! Pay requests: what a merchant's signed parameters ask a buyer for.

use alipay::{BeijingTime, Fen, Form, Method, OutTradeNo, SigningError};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use crate::{
    APP_ID, Refusal, SELLER_ID, Sandbox,
    api::{Content, GateError, verified},
    book::Number,
    trade::{Order, SandboxTrade},
};

/// For how long a trade without `time_expire` waits.
const DEFAULT_PATIENCE: SignedDuration = SignedDuration::from_hours(15 * 24);
const MAX_SUBJECT_CHARACTERS: usize = 256;

/// Why there is no page to pay on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PayError {
    /// The request is not the merchant's, or none at all.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// What it asks for is refused.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// What the Alipay app tells the merchant's app.
#[derive(Serialize)]
struct AppReply {
    #[serde(rename = "resultStatus")]
    result_status: &'static str,
    memo: String,
    result: String,
}

#[derive(Serialize)]
struct AppPaid<'a> {
    code: &'static str,
    msg: &'static str,
    app_id: &'static str,
    auth_app_id: &'static str,
    charset: &'static str,
    timestamp: String,
    out_trade_no: &'a str,
    total_amount: String,
    trade_no: &'a str,
    seller_id: &'static str,
}

impl Sandbox {
    /// A buyer opens the address that a pay request made: the trade comes into being, or is found.
    pub(crate) fn open(&self, form: &Form, expected: &[Method]) -> Result<SandboxTrade, PayError> {
        let now = self.0.clock.now();
        let ask = verified(form, &self.0.keys)?;
        if !expected.contains(&ask.method) {
            return Err(GateError::Method.into());
        }
        let order = order_of(&ask.content, form, now)?;
        Ok(self.state().book.open(order, now)?.clone())
    }

    /// A buyer opens the address of a page, as a browser would.
    ///
    /// # Errors
    /// What the page would say instead.
    pub fn open_page(&self, url: &str) -> Result<SandboxTrade, PayError> {
        let (_, query) = url.split_once('?').unwrap_or_default();
        let form = Form::decode(query.as_bytes()).map_err(|_| GateError::Parameters)?;
        self.open(&form, &[Method::PagePay, Method::WapPay])
    }

    /// A buyer's phone gets an order string and pays it. The answer is what the Alipay app would hand
    /// back: JSON with `resultStatus` `9000` (paid) or `4000`, and a signed `result`.
    ///
    /// # Errors
    /// [`SigningError`] if the system gave no randomness.
    pub fn pay_order(&self, order_string: &str) -> Result<String, SigningError> {
        let opened = match Form::decode(order_string.as_bytes()) {
            Ok(form) => self.open(&form, &[Method::AppPay]),
            Err(_) => Err(GateError::Parameters.into()),
        };
        let paid = opened.and_then(|trade| {
            let number = Number::Ours(trade.trade_no);
            let now = self.0.clock.now();
            Ok(self.state().book.pay(&number, now)?.clone())
        });
        let reply = match paid {
            Ok(trade) => AppReply {
                result_status: "9000",
                memo: String::new(),
                result: self.app_result(&trade)?,
            },
            Err(error) => AppReply {
                result_status: "4000",
                memo: error.to_string(),
                result: String::new(),
            },
        };
        serde_json::to_string(&reply).map_err(|_| SigningError)
    }

    /// Where the buyer's browser goes once the trade is paid: the merchant's address with the signed
    /// parameters of a return.
    pub(crate) fn return_address(
        &self,
        trade: &SandboxTrade,
    ) -> Result<Option<String>, SigningError> {
        let Some(url) = &trade.order.return_url else {
            return Ok(None);
        };
        let mut form = Form::default();
        form.set("charset", "utf-8");
        form.set("method", "alipay.trade.page.pay.return");
        form.set("version", "1.0");
        form.set("app_id", APP_ID);
        form.set("auth_app_id", APP_ID);
        form.set("seller_id", SELLER_ID);
        form.set("out_trade_no", trade.order.out_trade_no.as_str());
        form.set("trade_no", trade.trade_no.as_str());
        form.set("total_amount", trade.order.total.to_string());
        form.set("timestamp", BeijingTime::format(self.0.clock.now()));
        form.set("sign_type", "RSA2");
        form.sign(self.0.keys.gateway(), &["sign", "sign_type"])?;
        let separator = if url.contains('?') { '&' } else { '?' };
        Ok(Some(format!("{url}{separator}{}", form.encode())))
    }

    fn app_result(&self, trade: &SandboxTrade) -> Result<String, SigningError> {
        let content = AppPaid {
            code: "10000",
            msg: "Success",
            app_id: APP_ID,
            auth_app_id: APP_ID,
            charset: "utf-8",
            timestamp: BeijingTime::format(self.0.clock.now()),
            out_trade_no: trade.order.out_trade_no.as_str(),
            total_amount: trade.order.total.to_string(),
            trade_no: trade.trade_no.as_str(),
            seller_id: SELLER_ID,
        };
        let content = serde_json::to_string(&content).map_err(|_| SigningError)?;
        let sign = self.0.keys.gateway().sign(content.as_bytes())?;
        let key = Method::AppPay.response_key();
        Ok(format!(
            r#"{{"{key}":{content},"sign":"{sign}","sign_type":"RSA2"}}"#
        ))
    }
}

fn order_of(content: &Content, form: &Form, now: Timestamp) -> Result<Order, Refusal> {
    let invalid = Refusal::InvalidParameter;
    let subject = content.subject.clone().unwrap_or_default();
    // Alipay forbids them, and a signed text with them could be read in two ways.
    let sound = !subject.is_empty()
        && !subject.contains(['&', '=', '/'])
        && subject.chars().count() <= MAX_SUBJECT_CHARACTERS;
    // This gateway knows absolute times only, and ignores nobody's wish to expire.
    if !sound || content.timeout_express.is_some() {
        return Err(invalid);
    }
    let number: OutTradeNo = content.parsed(&content.out_trade_no)?;
    let total: Fen = content.parsed(&content.total_amount)?;
    let expires_at = match &content.time_expire {
        Some(text) => BeijingTime::parse(text),
        None => now.checked_add(DEFAULT_PATIENCE).ok(),
    };
    if total.is_zero() {
        return Err(invalid);
    }
    Ok(Order {
        out_trade_no: number,
        subject,
        total,
        expires_at: expires_at.ok_or(invalid)?,
        notify_url: address(form, "notify_url")?,
        return_url: address(form, "return_url")?,
    })
}

/// An address of the merchant's; a link to anything but the web is none.
fn address(form: &Form, key: &str) -> Result<Option<String>, Refusal> {
    match form.text(key) {
        None | Some("") => Ok(None),
        Some(url) if url.starts_with("https://") || url.starts_with("http://") => {
            Ok(Some(url.to_owned()))
        }
        Some(_) => Err(Refusal::InvalidParameter),
    }
}
