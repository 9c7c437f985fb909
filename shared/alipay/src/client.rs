//! Alipay itself, over HTTP.

use futures_util::future::BoxFuture;
use kernel::Clock;
use platform::{Outbound, OutboundLimits};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    BeijingTime, Gateway, GatewayError, Merchant, Method, OutRequestNo, OutTradeNo, Payment,
    Refund, RefundOutcome, RefundRecord, Request, SigningError, Trade,
    response::{self, member},
};

/// A merchant's connection to the gateway at one address. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    merchant: Merchant,
    gateway_url: String,
    outbound: Outbound,
    clock: Clock,
}

/// Alipay mostly answers within half a second; a caller waits behind this.
const LIMITS: OutboundLimits = OutboundLimits {
    timeout_ms: 5_000,
    max_response_bytes: 64 * 1024,
};

impl Client {
    /// A client of the gateway at `gateway_url`, such as
    /// `https://openapi.alipay.com/gateway.do`.
    #[must_use]
    pub fn new(
        merchant: Merchant,
        gateway_url: impl Into<String>,
        outbound: Outbound,
        clock: Clock,
    ) -> Client {
        Client {
            merchant,
            gateway_url: gateway_url.into(),
            outbound,
            clock,
        }
    }

    /// Who asks.
    #[must_use]
    pub fn merchant(&self) -> &Merchant {
        &self.merchant
    }

    async fn call<T: DeserializeOwned>(
        &self,
        request: Result<Request, SigningError>,
    ) -> Result<T, GatewayError> {
        let unsent = |source: Box<dyn std::error::Error + Send + Sync>| GatewayError::Unknown {
            reason: "the gateway was not asked".to_owned(),
            source: Some(source),
        };
        let request = request.map_err(|error| unsent(error.into()))?;
        let http = request
            .http(&self.gateway_url)
            .map_err(|error| unsent(error.into()))?;
        let answer = self.outbound.send(http, LIMITS).await;
        let answer = answer.map_err(|error| GatewayError::Unknown {
            reason: format!("no answer to {}", request.method().as_str()),
            source: Some(error.into()),
        })?;
        if answer.status() != http::StatusCode::OK {
            let reason = format!(
                "the gateway answered with HTTP {}",
                answer.status().as_u16()
            );
            return Err(GatewayError::unknown(reason));
        }
        response::read(request.method(), answer.body(), &self.merchant.gateway_key)
    }

    fn pay(&self, method: Method, payment: &Payment) -> Result<Request, SigningError> {
        Request::pay(method, payment, &self.merchant, self.clock.now())
    }
}

impl Gateway for Client {
    fn page_pay(&self, payment: &Payment) -> Result<String, SigningError> {
        Ok(self.pay(Method::PagePay, payment)?.url(&self.gateway_url))
    }

    fn wap_pay(&self, payment: &Payment) -> Result<String, SigningError> {
        Ok(self.pay(Method::WapPay, payment)?.url(&self.gateway_url))
    }

    fn app_pay(&self, payment: &Payment) -> Result<String, SigningError> {
        Ok(self.pay(Method::AppPay, payment)?.order_string())
    }

    fn query<'a>(
        &'a self,
        out_trade_no: &'a OutTradeNo,
    ) -> BoxFuture<'a, Result<Trade, GatewayError>> {
        Box::pin(async move {
            let request = Request::query(out_trade_no, &self.merchant, self.clock.now());
            let answer: TradeAnswer = self.call(request).await?;
            answer.echo.must_be(out_trade_no)?;
            Ok(Trade {
                out_trade_no: out_trade_no.clone(),
                trade_no: member("trade_no", &answer.trade_no)?,
                status: member("trade_status", &answer.trade_status)?,
                total: member("total_amount", &answer.total_amount)?,
                paid_at: answer.send_pay_date.as_deref().and_then(BeijingTime::parse),
            })
        })
    }

    fn refund<'a>(
        &'a self,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<RefundOutcome, GatewayError>> {
        Box::pin(async move {
            let request = Request::refund(refund, &self.merchant, self.clock.now());
            let answer: RefundAnswer = self.call(request).await?;
            answer.echo.must_be(&refund.out_trade_no)?;
            Ok(RefundOutcome {
                trade_no: member("trade_no", &answer.trade_no)?,
                fund_change: match answer.fund_change.as_str() {
                    "Y" => true,
                    "N" => false,
                    _ => {
                        return Err(GatewayError::unknown(
                            "the answer's fund_change is unreadable",
                        ));
                    }
                },
                refunded_total: member("refund_fee", &answer.refund_fee)?,
            })
        })
    }

    fn refund_query<'a>(
        &'a self,
        out_trade_no: &'a OutTradeNo,
        out_request_no: &'a OutRequestNo,
    ) -> BoxFuture<'a, Result<Option<RefundRecord>, GatewayError>> {
        Box::pin(async move {
            let now = self.clock.now();
            let request = Request::refund_query(out_trade_no, out_request_no, &self.merchant, now);
            let answer: RefundQueryAnswer = self.call(request).await?;
            answer.made(out_trade_no, out_request_no)
        })
    }

    fn close<'a>(
        &'a self,
        out_trade_no: &'a OutTradeNo,
    ) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(async move {
            let request = Request::close(out_trade_no, &self.merchant, self.clock.now());
            let echo: Echo = self.call(request).await?;
            echo.must_be(out_trade_no)
        })
    }
}

/// The number that an answer repeats.
#[derive(Deserialize)]
struct Echo {
    out_trade_no: String,
}

#[derive(Deserialize)]
struct TradeAnswer {
    #[serde(flatten)]
    echo: Echo,
    trade_no: String,
    trade_status: String,
    total_amount: String,
    send_pay_date: Option<String>,
}

#[derive(Deserialize)]
struct RefundAnswer {
    #[serde(flatten)]
    echo: Echo,
    trade_no: String,
    fund_change: String,
    refund_fee: String,
}

/// All of it is missing if the refund was not made.
#[derive(Deserialize)]
struct RefundQueryAnswer {
    trade_no: Option<String>,
    out_trade_no: Option<String>,
    out_request_no: Option<String>,
    refund_amount: Option<String>,
    total_amount: Option<String>,
    refund_status: Option<String>,
}

impl Echo {
    /// A genuine answer about another trade is no answer to what was asked.
    fn must_be(&self, asked: &OutTradeNo) -> Result<(), GatewayError> {
        if self.out_trade_no == asked.as_str() {
            Ok(())
        } else {
            Err(GatewayError::unknown("the answer is about another trade"))
        }
    }
}

impl RefundQueryAnswer {
    fn made(
        &self,
        out_trade_no: &OutTradeNo,
        out_request_no: &OutRequestNo,
    ) -> Result<Option<RefundRecord>, GatewayError> {
        // Alipay leaves the status out, or the amount, of a refund that is not done.
        if self.refund_status.as_deref() != Some("REFUND_SUCCESS") {
            return Ok(None);
        }
        let same = self.out_trade_no.as_deref() == Some(out_trade_no.as_str())
            && self.out_request_no.as_deref() == Some(out_request_no.as_str());
        if !same {
            return Err(GatewayError::unknown("the answer is about another refund"));
        }
        let present = |text: &Option<String>| text.clone().unwrap_or_default();
        Ok(Some(RefundRecord {
            trade_no: member("trade_no", &present(&self.trade_no))?,
            amount: member("refund_amount", &present(&self.refund_amount))?,
            total: member("total_amount", &present(&self.total_amount))?,
        }))
    }
}
