//! What a merchant asks of the gateway, and what can come of it.

use std::{error::Error, fmt, str::FromStr};

use futures_util::future::BoxFuture;
use jiff::Timestamp;

use crate::{Fen, OutRequestNo, OutTradeNo, SigningError, Subject, TradeNo};

/// A payment gateway with Alipay's operations.
///
/// The three `*_pay` operations build and sign, and speak to nobody: the trade comes into being when
/// the buyer opens what they return. The others ask the gateway, and each may be repeated under the
/// same number without a second effect.
pub trait Gateway: Send + Sync {
    /// The address of the page on which a buyer at a desk pays (`alipay.trade.page.pay`).
    ///
    /// # Errors
    /// [`SigningError`] if the system gave no randomness for the signature's blinding.
    fn page_pay(&self, payment: &Payment) -> Result<String, SigningError>;

    /// The address of the page on which a buyer in a phone's browser pays (`alipay.trade.wap.pay`).
    ///
    /// # Errors
    /// As [`Gateway::page_pay`].
    fn wap_pay(&self, payment: &Payment) -> Result<String, SigningError>;

    /// The order string that an app hands to the Alipay app (`alipay.trade.app.pay`).
    ///
    /// # Errors
    /// As [`Gateway::page_pay`].
    fn app_pay(&self, payment: &Payment) -> Result<String, SigningError>;

    /// How a trade stands (`alipay.trade.query`).
    ///
    /// [`GatewayError::NotFound`] is also the answer for a trade whose page no buyer has opened yet.
    fn query<'a>(
        &'a self,
        out_trade_no: &'a OutTradeNo,
    ) -> BoxFuture<'a, Result<Trade, GatewayError>>;

    /// Gives money back, all or part (`alipay.trade.refund`). Repeated under the same
    /// [`Refund::out_request_no`] it moves nothing a second time.
    fn refund<'a>(
        &'a self,
        refund: &'a Refund,
    ) -> BoxFuture<'a, Result<RefundOutcome, GatewayError>>;

    /// How a refund stands (`alipay.trade.fastpay.refund.query`): none if the gateway has not made
    /// it, or not yet; then it may be repeated, under the same number.
    fn refund_query<'a>(
        &'a self,
        out_trade_no: &'a OutTradeNo,
        out_request_no: &'a OutRequestNo,
    ) -> BoxFuture<'a, Result<Option<RefundRecord>, GatewayError>>;

    /// Closes a trade that nobody has paid (`alipay.trade.close`).
    ///
    /// Refused with `ACQ.TRADE_STATUS_ERROR` once it is paid (or closed already: a query tells).
    fn close<'a>(&'a self, out_trade_no: &'a OutTradeNo)
    -> BoxFuture<'a, Result<(), GatewayError>>;
}

/// What a buyer is asked to pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    /// Our number of the trade: one for ever.
    pub out_trade_no: OutTradeNo,
    /// The price; at least one fen.
    pub total: Fen,
    /// What the buyer reads on the page and in the bill.
    pub subject: Subject,
    /// After this time nobody can pay any more. Whole seconds count.
    pub expires_at: Timestamp,
    /// Where the gateway sends notifies.
    pub notify_url: String,
    /// Where the buyer's browser goes afterwards; an app order has none.
    pub return_url: Option<String>,
}

/// What is to be given back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refund {
    /// Our number of the trade that was paid.
    pub out_trade_no: OutTradeNo,
    /// Our number of this refund: what makes a repetition harmless.
    pub out_request_no: OutRequestNo,
    /// How much; at least one fen.
    pub amount: Fen,
    /// Why, as the buyer's bill shows it.
    pub reason: Option<Subject>,
}

/// A trade as the gateway knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trade {
    /// Our number.
    pub out_trade_no: OutTradeNo,
    /// The gateway's number.
    pub trade_no: TradeNo,
    /// How it stands.
    pub status: TradeStatus,
    /// The price.
    pub total: Fen,
    /// When it was paid, if it was.
    pub paid_at: Option<Timestamp>,
}

/// The states of a trade.
///
/// `WAIT_BUYER_PAY → TRADE_SUCCESS → TRADE_FINISHED`, `WAIT_BUYER_PAY → TRADE_CLOSED` (nobody paid in
/// time, or it was closed), `TRADE_SUCCESS → TRADE_CLOSED` (everything was given back).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TradeStatus {
    /// `WAIT_BUYER_PAY`: nobody has paid yet.
    WaitBuyerPay,
    /// `TRADE_CLOSED`: nobody paid, or all was given back.
    Closed,
    /// `TRADE_SUCCESS`: paid; refunds are possible.
    Success,
    /// `TRADE_FINISHED`: paid; refunds are over.
    Finished,
}

/// What a refund did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundOutcome {
    /// The gateway's number of the trade.
    pub trade_no: TradeNo,
    /// Whether this very call moved money. `false` for a repetition of a refund that was made, and
    /// for one that the buyer's bank has not finished: [`Gateway::refund_query`] tells them apart.
    pub fund_change: bool,
    /// Everything given back of this trade so far, by all its refunds.
    pub refunded_total: Fen,
}

/// A refund that the gateway has made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefundRecord {
    /// The gateway's number of the trade.
    pub trade_no: TradeNo,
    /// What this refund gave back.
    pub amount: Fen,
    /// What the trade cost.
    pub total: Fen,
}

/// Why an operation has no result.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The gateway has no trade of this number (`ACQ.TRADE_NOT_EXIST`).
    #[error("the gateway has no such trade")]
    NotFound,
    /// The gateway refused in a signed answer: nothing happened.
    #[error("the gateway refused with {code} {sub_code}: {message}")]
    Refused {
        /// The class of the refusal, such as `40004`.
        code: String,
        /// The reason, such as `ACQ.TRADE_STATUS_ERROR`.
        sub_code: String,
        /// The reason in words, Chinese for the most part.
        message: String,
    },
    /// There was no answer, or none to be trusted: the operation may have happened.
    #[error("the outcome is unknown: {reason}")]
    Unknown {
        /// What is known about the missing answer, for the log.
        reason: String,
        /// The cause below, if there is one.
        #[source]
        source: Option<Box<dyn Error + Send + Sync>>,
    },
}

impl GatewayError {
    /// An outcome that is unknown for a reason in words.
    pub fn unknown(reason: impl Into<String>) -> GatewayError {
        GatewayError::Unknown {
            reason: reason.into(),
            source: None,
        }
    }
}

impl TradeStatus {
    /// Every state.
    pub const ALL: [TradeStatus; 4] = [
        TradeStatus::WaitBuyerPay,
        TradeStatus::Closed,
        TradeStatus::Success,
        TradeStatus::Finished,
    ];

    /// The wire's word.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            TradeStatus::WaitBuyerPay => "WAIT_BUYER_PAY",
            TradeStatus::Closed => "TRADE_CLOSED",
            TradeStatus::Success => "TRADE_SUCCESS",
            TradeStatus::Finished => "TRADE_FINISHED",
        }
    }

    /// Whether the buyer's money is here. Closed is not: it may have been, before it was given back.
    #[must_use]
    pub const fn is_paid(self) -> bool {
        match self {
            TradeStatus::Success | TradeStatus::Finished => true,
            TradeStatus::WaitBuyerPay | TradeStatus::Closed => false,
        }
    }
}

impl fmt::Display for TradeStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A word that names no state of a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no state of a trade")]
pub struct UnknownStatus;

impl FromStr for TradeStatus {
    type Err = UnknownStatus;

    fn from_str(text: &str) -> Result<TradeStatus, UnknownStatus> {
        TradeStatus::ALL
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or(UnknownStatus)
    }
}
