//! The sandbox as a gateway without a wire between: the second implementation of [`Gateway`].
//!
//! The same book, rules and faults as behind `gateway.do`; an answer that would not verify is an
//! unknown outcome here, too.

use alipay::{
    Gateway, GatewayError, Method, OutRequestNo, OutTradeNo, Payment, Refund, RefundOutcome,
    RefundRecord, Request, SigningError, Trade,
};
use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::{
    GATEWAY_URL, Refusal, Sandbox,
    book::{Book, Number},
    fault::{Outcome, under},
};

impl Gateway for Sandbox {
    fn page_pay(&self, payment: &Payment) -> Result<String, SigningError> {
        Ok(self.request(Method::PagePay, payment)?.url(GATEWAY_URL))
    }

    fn wap_pay(&self, payment: &Payment) -> Result<String, SigningError> {
        Ok(self.request(Method::WapPay, payment)?.url(GATEWAY_URL))
    }

    fn app_pay(&self, payment: &Payment) -> Result<String, SigningError> {
        Ok(self.request(Method::AppPay, payment)?.order_string())
    }

    fn query<'a>(
        &'a self,
        out_trade_no: &'a OutTradeNo,
    ) -> BoxFuture<'a, Result<Trade, GatewayError>> {
        Box::pin(async move {
            self.perform(|book, now| {
                let trade = book.trade(&Number::Merchants(out_trade_no.clone()), now)?;
                Ok(Trade {
                    out_trade_no: out_trade_no.clone(),
                    trade_no: trade.trade_no.clone(),
                    status: trade.status,
                    total: trade.order.total,
                    paid_at: trade.paid_at,
                })
            })
        })
    }

    fn refund<'a>(
        &'a self,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<RefundOutcome, GatewayError>> {
        Box::pin(async move {
            self.perform(|book, now| {
                let number = Number::Merchants(refund.out_trade_no.clone());
                let made = book.refund(&number, &refund.out_request_no, refund.amount, now)?;
                Ok(RefundOutcome {
                    trade_no: made.trade.trade_no.clone(),
                    fund_change: made.fund_change,
                    refunded_total: made.trade.refunded(),
                })
            })
        })
    }

    fn refund_query<'a>(
        &'a self,
        out_trade_no: &'a OutTradeNo,
        out_request_no: &'a OutRequestNo,
    ) -> BoxFuture<'a, Result<Option<RefundRecord>, GatewayError>> {
        Box::pin(async move {
            self.perform(|book, now| {
                let trade = book.trade(&Number::Merchants(out_trade_no.clone()), now)?;
                Ok(trade.refund_of(out_request_no).map(|made| RefundRecord {
                    trade_no: trade.trade_no.clone(),
                    amount: made.amount,
                    total: trade.order.total,
                }))
            })
        })
    }

    fn close<'a>(
        &'a self,
        out_trade_no: &'a OutTradeNo,
    ) -> BoxFuture<'a, Result<(), GatewayError>> {
        Box::pin(async move {
            self.perform(|book, now| {
                book.close(&Number::Merchants(out_trade_no.clone()), now)?;
                Ok(())
            })
        })
    }
}

impl Sandbox {
    fn request(&self, method: Method, payment: &Payment) -> Result<Request, SigningError> {
        Request::pay(method, payment, self.merchant(), self.0.clock.now())
    }

    fn perform<T>(
        &self,
        act: impl FnOnce(&mut Book, Timestamp) -> Result<T, Refusal>,
    ) -> Result<T, GatewayError> {
        let now = self.0.clock.now();
        let mut state = self.state();
        let fault = state.faults.take();
        match under(fault, || act(&mut state.book, now)) {
            Outcome::Answer(done) => done.map_err(error_of),
            Outcome::BadlySigned(_) => Err(GatewayError::unknown("the signature does not verify")),
            Outcome::Lost => Err(GatewayError::unknown("no answer")),
            Outcome::Broken => Err(GatewayError::unknown("HTTP 500")),
        }
    }
}

fn error_of(refusal: Refusal) -> GatewayError {
    match refusal {
        Refusal::TradeNotExist => GatewayError::NotFound,
        Refusal::TradeStatus
        | Refusal::TradeHasSuccess
        | Refusal::TradeHasClose
        | Refusal::TradeHasFinished
        | Refusal::RefundExceedsPaid
        | Refusal::DiscordantRepeat
        | Refusal::ContextInconsistent
        | Refusal::InvalidParameter => GatewayError::Refused {
            code: "40004".to_owned(),
            sub_code: refusal.sub_code().to_owned(),
            message: refusal.message().to_owned(),
        },
    }
}
