//! Requests: the parameters that every method has, the content of each, and the signature over both.

use bytes::Bytes;
use http::{HeaderValue, Uri, header::CONTENT_TYPE};
use jiff::Timestamp;
use serde::Serialize;

use crate::{
    BeijingTime, Form, Merchant, OutRequestNo, OutTradeNo, Payment, Refund, SigningError, Subject,
};

/// The methods of the gateway that Planet uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// `alipay.trade.page.pay`
    PagePay,
    /// `alipay.trade.wap.pay`
    WapPay,
    /// `alipay.trade.app.pay`
    AppPay,
    /// `alipay.trade.query`
    Query,
    /// `alipay.trade.refund`
    Refund,
    /// `alipay.trade.fastpay.refund.query`
    RefundQuery,
    /// `alipay.trade.close`
    Close,
}

impl Method {
    /// Every method.
    pub const ALL: [Method; 7] = [
        Method::PagePay,
        Method::WapPay,
        Method::AppPay,
        Method::Query,
        Method::Refund,
        Method::RefundQuery,
        Method::Close,
    ];

    /// The wire's name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Method::PagePay => "alipay.trade.page.pay",
            Method::WapPay => "alipay.trade.wap.pay",
            Method::AppPay => "alipay.trade.app.pay",
            Method::Query => "alipay.trade.query",
            Method::Refund => "alipay.trade.refund",
            Method::RefundQuery => "alipay.trade.fastpay.refund.query",
            Method::Close => "alipay.trade.close",
        }
    }

    /// The method of this name.
    #[must_use]
    pub fn of(name: &str) -> Option<Method> {
        Method::ALL
            .into_iter()
            .find(|method| method.as_str() == name)
    }

    /// The member of an answer that holds the answer: `alipay_trade_query_response`.
    #[must_use]
    pub fn response_key(self) -> String {
        format!("{}_response", self.as_str().replace('.', "_"))
    }

    /// The product that a pay method sells under.
    const fn product_code(self) -> &'static str {
        match self {
            Method::WapPay => "QUICK_WAP_WAY",
            Method::AppPay => "QUICK_MSECURITY_PAY",
            _ => "FAST_INSTANT_TRADE_PAY",
        }
    }
}

/// A signed request.
#[derive(Clone, Debug)]
pub struct Request {
    method: Method,
    form: Form,
}

#[derive(Serialize)]
struct PayContent<'a> {
    out_trade_no: &'a str,
    total_amount: String,
    subject: &'a str,
    product_code: &'static str,
    time_expire: String,
}

#[derive(Serialize)]
struct RefundContent<'a> {
    out_trade_no: &'a str,
    refund_amount: String,
    out_request_no: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refund_reason: Option<&'a str>,
}

#[derive(Serialize)]
struct RefundQueryContent<'a> {
    out_trade_no: &'a str,
    out_request_no: &'a str,
}

#[derive(Serialize)]
struct TradeContent<'a> {
    out_trade_no: &'a str,
}

impl Request {
    /// One of the three pay methods.
    ///
    /// # Errors
    /// [`SigningError`] if the system gave no randomness; so for every request below.
    pub fn pay(
        method: Method,
        payment: &Payment,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<Request, SigningError> {
        let content = PayContent {
            out_trade_no: payment.out_trade_no.as_str(),
            total_amount: payment.total.to_string(),
            subject: payment.subject.as_str(),
            product_code: method.product_code(),
            time_expire: BeijingTime::format(payment.expires_at),
        };
        let mut form = Form::default();
        form.set("notify_url", payment.notify_url.as_str());
        if method != Method::AppPay {
            form.set(
                "return_url",
                payment.return_url.as_deref().unwrap_or_default(),
            );
        }
        Request::signed(method, form, &content, merchant, now)
    }

    /// How does this trade stand?
    pub fn query(
        out_trade_no: &OutTradeNo,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<Request, SigningError> {
        let content = TradeContent {
            out_trade_no: out_trade_no.as_str(),
        };
        Request::signed(Method::Query, Form::default(), &content, merchant, now)
    }

    /// Give this back.
    pub fn refund(
        refund: &Refund,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<Request, SigningError> {
        let content = RefundContent {
            out_trade_no: refund.out_trade_no.as_str(),
            refund_amount: refund.amount.to_string(),
            out_request_no: refund.out_request_no.as_str(),
            refund_reason: refund.reason.as_ref().map(Subject::as_str),
        };
        Request::signed(Method::Refund, Form::default(), &content, merchant, now)
    }

    /// How does this refund stand?
    pub fn refund_query(
        out_trade_no: &OutTradeNo,
        out_request_no: &OutRequestNo,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<Request, SigningError> {
        let content = RefundQueryContent {
            out_trade_no: out_trade_no.as_str(),
            out_request_no: out_request_no.as_str(),
        };
        Request::signed(
            Method::RefundQuery,
            Form::default(),
            &content,
            merchant,
            now,
        )
    }

    /// Close this trade.
    pub fn close(
        out_trade_no: &OutTradeNo,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<Request, SigningError> {
        let content = TradeContent {
            out_trade_no: out_trade_no.as_str(),
        };
        Request::signed(Method::Close, Form::default(), &content, merchant, now)
    }

    /// The method it calls.
    #[must_use]
    pub const fn method(&self) -> Method {
        self.method
    }

    /// The address that a buyer's browser opens.
    #[must_use]
    pub fn url(&self, gateway_url: &str) -> String {
        format!("{gateway_url}?{}", self.form.encode())
    }

    /// The order string that an app hands to the Alipay app.
    #[must_use]
    pub fn order_string(&self) -> String {
        self.form.encode()
    }

    /// The request as HTTP: as Alipay's own clients send it, with the content in the body, where
    /// logs of addresses do not show it, and everything else (the charset above all, by which the
    /// body is decoded) in the address.
    ///
    /// # Errors
    /// If the gateway's address is none.
    pub fn http(&self, gateway_url: &str) -> Result<http::Request<Bytes>, http::Error> {
        let (mut query, mut body) = (Form::default(), Form::default());
        for (key, value) in self.form.iter() {
            let part = if key == "biz_content" {
                &mut body
            } else {
                &mut query
            };
            part.set(key, value);
        }
        let uri: Uri = format!("{gateway_url}?{}", query.encode()).try_into()?;
        let form = HeaderValue::from_static("application/x-www-form-urlencoded;charset=utf-8");
        http::Request::post(uri)
            .header(CONTENT_TYPE, form)
            .body(Bytes::from(body.encode()))
    }

    fn signed(
        method: Method,
        mut form: Form,
        content: &impl Serialize,
        merchant: &Merchant,
        now: Timestamp,
    ) -> Result<Request, SigningError> {
        // Structs of texts serialise always; were it otherwise, nothing must be sent.
        let content = serde_json::to_string(content).map_err(|_| SigningError)?;
        form.set("app_id", merchant.app_id.as_str());
        form.set("method", method.as_str());
        form.set("format", "JSON");
        form.set("charset", "utf-8");
        form.set("sign_type", "RSA2");
        form.set("timestamp", BeijingTime::format(now));
        form.set("version", "1.0");
        form.set("biz_content", content);
        form.sign(&merchant.private_key, &["sign"])?;
        Ok(Request { method, form })
    }
}
