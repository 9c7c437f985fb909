//! The wire of `gateway.do`: who asks is verified, what is answered is signed.

use std::str::FromStr;

use alipay::{BeijingTime, Form, Method, OutRequestNo, SigningError};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    APP_ID, BUYER_ID, Keys, Refusal, Sandbox,
    book::{Book, Number, Refunded},
    fault::{Outcome, under},
    trade::SandboxTrade,
};

/// A request whose signature is the merchant's.
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) content: Content,
}

/// Everything that any method's `biz_content` may hold.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Content {
    pub(crate) out_trade_no: Option<String>,
    pub(crate) trade_no: Option<String>,
    pub(crate) total_amount: Option<String>,
    pub(crate) subject: Option<String>,
    pub(crate) time_expire: Option<String>,
    pub(crate) timeout_express: Option<String>,
    pub(crate) refund_amount: Option<String>,
    pub(crate) out_request_no: Option<String>,
}

/// What is invalid, so that the gateway cannot tell who asks, or what. It answers without a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {}", self.sub_code(), self.message())]
pub enum GateError {
    /// The application is not the sandbox's.
    AppId,
    /// It is not signed with RSA2.
    SignType,
    /// It is not in UTF-8.
    Charset,
    /// The signature is not the merchant's.
    Signature,
    /// The method is none that is served there.
    Method,
    /// The time is not in Alipay's spelling.
    Timestamp,
    /// The parameters are no form, or their content no JSON.
    Parameters,
}

impl GateError {
    const fn sub_code(self) -> &'static str {
        match self {
            GateError::AppId => "isv.invalid-app-id",
            GateError::SignType => "isv.invalid-signature-type",
            GateError::Charset => "isv.invalid-charset",
            GateError::Signature => "isv.invalid-signature",
            GateError::Method => "isv.invalid-method",
            GateError::Timestamp => "isv.invalid-timestamp",
            GateError::Parameters => "isv.invalid-parameter",
        }
    }

    const fn message(self) -> &'static str {
        match self {
            GateError::AppId => "无效的AppID参数",
            GateError::SignType => "无效签名类型",
            GateError::Charset => "字符集错误",
            GateError::Signature => "验签出错，请确认签名方式、密钥与应用一致",
            GateError::Method => "不存在的方法名",
            GateError::Timestamp => "非法的时间戳参数",
            GateError::Parameters => "参数无效",
        }
    }

    /// The answer, which nobody signs.
    pub(crate) fn answer(self) -> String {
        let content = Failed::of(
            "40002",
            "Invalid Arguments",
            self.sub_code(),
            self.message(),
        );
        let content = serde_json::to_string(&content).unwrap_or_default();
        format!(r#"{{"error_response":{content}}}"#)
    }
}

/// Reads a request, once its signature is the merchant's.
pub(crate) fn verified(form: &Form, keys: &Keys) -> Result<Ask, GateError> {
    if form.text("app_id") != Some(APP_ID) {
        return Err(GateError::AppId);
    }
    if form.text("sign_type") != Some("RSA2") {
        return Err(GateError::SignType);
    }
    let charset = form.text("charset").unwrap_or_default();
    if !charset.eq_ignore_ascii_case("utf-8") {
        return Err(GateError::Charset);
    }
    if !form.is_signed_by(keys.merchant_public(), &["sign"]) {
        return Err(GateError::Signature);
    }
    let timestamp = form.text("timestamp").unwrap_or_default();
    if BeijingTime::parse(timestamp).is_none() {
        return Err(GateError::Timestamp);
    }
    let method = form.text("method").and_then(Method::of);
    let content = form.text("biz_content").unwrap_or("{}");
    Ok(Ask {
        method: method.ok_or(GateError::Method)?,
        content: serde_json::from_str(content).map_err(|_| GateError::Parameters)?,
    })
}

impl Sandbox {
    /// Answers a request of the API; what the caller reads of it is up to the faults.
    pub(crate) fn answer(&self, form: &Form) -> Result<Outcome<String>, SigningError> {
        let ask = match verified(form, &self.0.keys) {
            Ok(ask) => ask,
            Err(error) => return Ok(Outcome::Answer(error.answer())),
        };
        let now = self.0.clock.now();
        let mut state = self.state();
        let fault = state.faults.take();
        let outcome = under(fault, || content_of(&mut state.book, &ask, now));
        Ok(match outcome {
            Outcome::Answer(content) => Outcome::Answer(self.signed(ask.method, &content, "")?),
            Outcome::BadlySigned(content) => {
                Outcome::Answer(self.signed(ask.method, &content, "something else")?)
            }
            Outcome::Lost => Outcome::Lost,
            Outcome::Broken => Outcome::Broken,
        })
    }

    /// An answer under a signature over its content, and over `more`, which nobody gets to see.
    fn signed(&self, method: Method, content: &str, more: &str) -> Result<String, SigningError> {
        // Alipay escapes slashes, so that whoever writes the content again gets other characters.
        let content = content.replace('/', "\\/");
        let sign = self
            .0
            .keys
            .gateway()
            .sign(format!("{content}{more}").as_bytes())?;
        Ok(format!(
            r#"{{"{}":{content},"sign":"{sign}"}}"#,
            method.response_key()
        ))
    }
}

/// The content of the answer to a request.
fn content_of(book: &mut Book, ask: &Ask, now: Timestamp) -> String {
    let content = match ask.method {
        Method::Query => query(book, &ask.content, now),
        Method::Refund => refund(book, &ask.content, now),
        Method::RefundQuery => refund_query(book, &ask.content, now),
        Method::Close => close(book, &ask.content, now),
        // A buyer opens these; nobody else calls them.
        Method::PagePay | Method::WapPay | Method::AppPay => Err(Refusal::InvalidParameter),
    };
    content.unwrap_or_else(|refusal| {
        let (sub_code, message) = (refusal.sub_code(), refusal.message());
        json(&Failed::of("40004", "Business Failed", sub_code, message))
    })
}

fn query(book: &mut Book, content: &Content, now: Timestamp) -> Result<String, Refusal> {
    let trade = book.trade(&content.number()?, now)?;
    let total = trade.order.total.to_string();
    Ok(json(&TradeOut {
        code: "10000",
        msg: "Success",
        buyer_logon_id: "san***@sandbox.test",
        buyer_user_id: BUYER_ID,
        out_trade_no: trade.order.out_trade_no.as_str(),
        trade_no: trade.trade_no.as_str(),
        trade_status: trade.status.as_str(),
        subject: &trade.order.subject,
        total_amount: &total,
        receipt_amount: &total,
        send_pay_date: trade.paid_at.map(BeijingTime::format),
    }))
}

fn refund(book: &mut Book, content: &Content, now: Timestamp) -> Result<String, Refusal> {
    let amount = content.parsed(&content.refund_amount)?;
    let number = content.refund_number(book, now)?;
    let Refunded { trade, fund_change } = book.refund(&content.number()?, &number, amount, now)?;
    let refunded = trade.refunded().to_string();
    Ok(json(&RefundOut {
        code: "10000",
        msg: "Success",
        buyer_logon_id: "san***@sandbox.test",
        fund_change: if fund_change { "Y" } else { "N" },
        gmt_refund_pay: BeijingTime::format(now),
        out_trade_no: trade.order.out_trade_no.as_str(),
        refund_fee: &refunded,
        trade_no: trade.trade_no.as_str(),
    }))
}

fn refund_query(book: &mut Book, content: &Content, now: Timestamp) -> Result<String, Refusal> {
    let number = content.refund_number(book, now)?;
    let trade: &SandboxTrade = book.trade(&content.number()?, now)?;
    let Some(made) = trade.refund_of(&number) else {
        return Ok(r#"{"code":"10000","msg":"Success"}"#.to_owned());
    };
    Ok(json(&RefundQueryOut {
        code: "10000",
        msg: "Success",
        gmt_refund_pay: BeijingTime::format(made.made_at),
        out_request_no: made.out_request_no.as_str(),
        out_trade_no: trade.order.out_trade_no.as_str(),
        refund_amount: made.amount.to_string(),
        refund_status: "REFUND_SUCCESS",
        total_amount: trade.order.total.to_string(),
        trade_no: trade.trade_no.as_str(),
    }))
}

fn close(book: &mut Book, content: &Content, now: Timestamp) -> Result<String, Refusal> {
    let trade = book.close(&content.number()?, now)?;
    Ok(json(&CloseOut {
        code: "10000",
        msg: "Success",
        out_trade_no: trade.order.out_trade_no.as_str(),
        trade_no: trade.trade_no.as_str(),
    }))
}

impl Content {
    /// The trade that is meant; the gateway's number goes before the merchant's, as at Alipay.
    fn number(&self) -> Result<Number, Refusal> {
        match &self.trade_no {
            Some(_) => Ok(Number::Ours(self.parsed(&self.trade_no)?)),
            None => Ok(Number::Merchants(self.parsed(&self.out_trade_no)?)),
        }
    }

    /// The number of the refund; a full one may go without, under the number of its trade.
    fn refund_number(&self, book: &mut Book, now: Timestamp) -> Result<OutRequestNo, Refusal> {
        match &self.out_request_no {
            Some(_) => self.parsed(&self.out_request_no),
            None => {
                let trade = book.trade(&self.number()?, now)?;
                let number = trade.order.out_trade_no.as_str().parse();
                number.map_err(|_| Refusal::InvalidParameter)
            }
        }
    }

    pub(crate) fn parsed<T: FromStr>(&self, member: &Option<String>) -> Result<T, Refusal> {
        let text = member.as_deref().ok_or(Refusal::InvalidParameter)?;
        text.parse().map_err(|_| Refusal::InvalidParameter)
    }
}

fn json(content: &impl Serialize) -> String {
    // Structs of texts serialise always.
    serde_json::to_string(content).unwrap_or_default()
}

#[derive(Serialize)]
struct Failed {
    code: &'static str,
    msg: &'static str,
    sub_code: &'static str,
    sub_msg: &'static str,
}

impl Failed {
    const fn of(
        code: &'static str,
        msg: &'static str,
        sub_code: &'static str,
        sub_msg: &'static str,
    ) -> Failed {
        Failed {
            code,
            msg,
            sub_code,
            sub_msg,
        }
    }
}

#[derive(Serialize)]
struct TradeOut<'a> {
    code: &'static str,
    msg: &'static str,
    buyer_logon_id: &'static str,
    buyer_user_id: &'static str,
    out_trade_no: &'a str,
    trade_no: &'a str,
    trade_status: &'a str,
    subject: &'a str,
    total_amount: &'a str,
    receipt_amount: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_pay_date: Option<String>,
}

#[derive(Serialize)]
struct RefundOut<'a> {
    code: &'static str,
    msg: &'static str,
    buyer_logon_id: &'static str,
    fund_change: &'static str,
    gmt_refund_pay: String,
    out_trade_no: &'a str,
    refund_fee: &'a str,
    trade_no: &'a str,
}

#[derive(Serialize)]
struct RefundQueryOut<'a> {
    code: &'static str,
    msg: &'static str,
    gmt_refund_pay: String,
    out_request_no: &'a str,
    out_trade_no: &'a str,
    refund_amount: String,
    refund_status: &'static str,
    total_amount: String,
    trade_no: &'a str,
}

#[derive(Serialize)]
struct CloseOut<'a> {
    code: &'static str,
    msg: &'static str,
    out_trade_no: &'a str,
    trade_no: &'a str,
}
