//! The payment provider in the words of this context: the one file that speaks Alipay's.
//!
//! What the provider did not say is `Silence`, whatever the reason: the line, a signature that is not
//! its own, an answer about something else. Silence changes nothing but when it is asked again.

use std::sync::Arc;

use alipay::{
    Client, Expected, Fen, Gateway, GatewayError, Merchant, Mismatch, Notify, NotifyError,
    OutTradeNo, Payment, SigningError, Subject, Trade, TradeNo, TradeStatus,
};
use kernel::{Clock, Id, Money, Timestamp, kind};
use platform::{Outbound, Secret, logging};

use crate::{
    intent::PaymentIntent,
    method::{PaymentMethod, ReturnUrl},
    refund::{Refund, RefundAnswer},
};

/// What the provider is called in events and stored rows.
pub(crate) const ALIPAY: &str = "alipay";

/// Where the provider sends its notifies, below the platform's own address.
const NOTIFY_PATH: &str = "/v1/payments/notify/alipay";

/// Refusals of a refund that asking again will not change. Everything else (an empty balance, a
/// missing permission, a fault of theirs) may be mended, and the payer waits for the money.
const FINAL_REFUSALS: [&str; 6] = [
    "ACQ.TRADE_HAS_FINISHED",
    "ACQ.TRADE_HAS_CLOSE",
    "ACQ.TRADE_STATUS_ERROR",
    "ACQ.TRADE_NOT_ALLOW_REFUND",
    "ACQ.REFUND_AMT_NOT_EQUAL_TOTAL",
    "ACQ.REASON_TRADE_REFUND_FEE_ERR",
];

/// The provider, as the merchant that the platform is to it. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Provider {
    /// Nothing until whoever deploys has filled in what the provider gave out.
    till: Option<Till>,
    notify_url: String,
}

#[derive(Clone)]
struct Till {
    gateway: Arc<dyn Gateway>,
    merchant: Merchant,
}

/// What the buyer does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    /// Open this page.
    Redirect(String),
    /// Hand this to the provider's app.
    App(String),
}

/// How a trade stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum TradeAnswer {
    /// The money is there.
    Paid(PaidTrade),
    /// Nobody has paid yet.
    Waiting,
    /// Nobody has even opened the page.
    NeverSeen,
    /// Nobody can pay it any more.
    Closed,
    /// No answer that says anything.
    Silence,
}

/// A trade that was paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PaidTrade {
    /// The provider's number of it.
    pub(crate) trade_no: TradeNo,
    pub(crate) amount: Money,
    /// When, if the provider says so.
    pub(crate) paid_at: Option<Timestamp>,
}

/// What came of closing a trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CloseAnswer {
    /// It is closed.
    Closed,
    /// Nobody has even opened the page.
    NeverSeen,
    /// It was paid or closed before; how it stands tells which.
    Refused,
    /// No answer that says anything.
    Silence,
}

/// Whether a refund was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MadeAnswer {
    /// The money is on its way.
    Made,
    /// Not, or not yet.
    NotMade,
    /// No answer that says anything.
    Silence,
}

/// Why there is nothing for the buyer to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ActionError {
    /// The platform has no account at the provider yet.
    #[error("there is no usable account at the provider")]
    NoAccount,
    /// The amount is none that the provider takes.
    #[error("the provider does not take this amount")]
    Amount(#[from] alipay::FenError),
    /// It could not be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
}

/// Why a message is not a notify to act on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoticeError {
    /// The platform has no account at the provider yet.
    #[error("there is no usable account at the provider")]
    NoAccount,
    /// It is not the provider's.
    #[error(transparent)]
    Forged(#[from] NotifyError),
    /// It is about no intent.
    #[error("it names no payment intent")]
    NoIntent,
    /// It is the provider's, but not about this payment to us.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
}

impl Provider {
    /// The provider whose credentials are in `secret`. Without usable ones everything but paying
    /// works, so that what was paid can still be looked at.
    pub(crate) fn new(
        secret: &Secret,
        gateway_url: String,
        public_url: &str,
        outbound: Outbound,
        clock: Clock,
    ) -> Self {
        let till = match Merchant::of_json(secret.expose()) {
            Ok(merchant) => Some(Till {
                gateway: Arc::new(Client::new(merchant.clone(), gateway_url, outbound, clock)),
                merchant,
            }),
            Err(error) => {
                let error = logging::causes(&error);
                tracing::error!(
                    error,
                    "nothing can be paid: the provider's account is unusable"
                );
                None
            }
        };
        Self {
            till,
            notify_url: format!("{}{NOTIFY_PATH}", public_url.trim_end_matches('/')),
        }
    }

    /// What the buyer does to pay. Nothing is said to the provider: the trade begins when the buyer
    /// does it.
    pub(crate) fn action(
        &self,
        intent: &PaymentIntent,
        method: PaymentMethod,
        return_url: Option<&ReturnUrl>,
    ) -> Result<Action, ActionError> {
        let gateway = &self.till.as_ref().ok_or(ActionError::NoAccount)?.gateway;
        let payment = Payment {
            out_trade_no: trade_number(intent.id).ok_or(ActionError::NoAccount)?,
            total: Fen::try_from(intent.amount)?,
            subject: Subject::of(&intent.subject),
            expires_at: intent.expires_at,
            notify_url: self.notify_url.clone(),
            return_url: return_url.map(|url| url.as_str().to_owned()),
        };
        Ok(match method {
            PaymentMethod::Page => Action::Redirect(gateway.page_pay(&payment)?),
            PaymentMethod::Wap => Action::Redirect(gateway.wap_pay(&payment)?),
            PaymentMethod::App => Action::App(gateway.app_pay(&payment)?),
        })
    }

    /// How the trade of an intent stands.
    pub(crate) async fn trade(&self, intent: Id<kind::PaymentIntent>) -> TradeAnswer {
        let Some((gateway, number)) = self.addressed(intent) else {
            return TradeAnswer::Silence;
        };
        match gateway.query(&number).await {
            Ok(trade) => standing(trade),
            Err(GatewayError::NotFound) => TradeAnswer::NeverSeen,
            Err(error) => {
                unanswered(intent, "query", &error);
                TradeAnswer::Silence
            }
        }
    }

    /// Closes the trade of an intent.
    pub(crate) async fn close(&self, intent: Id<kind::PaymentIntent>) -> CloseAnswer {
        let Some((gateway, number)) = self.addressed(intent) else {
            return CloseAnswer::Silence;
        };
        match gateway.close(&number).await {
            Ok(()) => CloseAnswer::Closed,
            Err(GatewayError::NotFound) => CloseAnswer::NeverSeen,
            Err(GatewayError::Refused { .. }) => CloseAnswer::Refused,
            Err(error @ GatewayError::Unknown { .. }) => {
                unanswered(intent, "close", &error);
                CloseAnswer::Silence
            }
        }
    }

    /// Has a refund made, under its own number, however often it is asked for.
    pub(crate) async fn refund(&self, refund: &Refund) -> RefundAnswer {
        let Some((gateway, wanted)) = self.wanted(refund) else {
            return RefundAnswer::Silence;
        };
        match gateway.refund(&wanted).await {
            Ok(outcome) if outcome.fund_change => RefundAnswer::Made,
            Ok(_) => RefundAnswer::Taken,
            Err(GatewayError::Refused { sub_code, .. })
                if FINAL_REFUSALS.contains(&sub_code.as_str()) =>
            {
                RefundAnswer::Refused(sub_code)
            }
            Err(error) => {
                unanswered(refund.intent, "refund", &error);
                RefundAnswer::Silence
            }
        }
    }

    /// Whether a refund was made.
    pub(crate) async fn refund_made(&self, refund: &Refund) -> MadeAnswer {
        let Some((gateway, wanted)) = self.wanted(refund) else {
            return MadeAnswer::Silence;
        };
        let asked = gateway.refund_query(&wanted.out_trade_no, &wanted.out_request_no);
        match asked.await {
            Ok(Some(record)) if record.amount == wanted.amount => MadeAnswer::Made,
            Ok(Some(record)) => {
                let (refund, made) = (refund.id, record.amount);
                platform::books_disagree!(
                    Payments,
                    %refund,
                    %made,
                    "the provider made a refund of another amount"
                );
                MadeAnswer::Silence
            }
            Ok(None) => MadeAnswer::NotMade,
            Err(error) => {
                unanswered(refund.intent, "refund query", &error);
                MadeAnswer::Silence
            }
        }
    }

    /// Reads a notify, byte for byte as it came, and says which intent it claims to be about.
    pub(crate) fn read_notify(
        &self,
        raw_body: &[u8],
    ) -> Result<(Notify, Id<kind::PaymentIntent>), NoticeError> {
        let till = self.till.as_ref().ok_or(NoticeError::NoAccount)?;
        let notify = Notify::verify(raw_body, &till.merchant)?;
        let intent = notify.out_trade_no.as_str().parse();
        Ok((notify, intent.map_err(|_| NoticeError::NoIntent)?))
    }

    /// The four business checks: our application, our account, this trade, this amount.
    pub(crate) fn check_notify(
        &self,
        notify: &Notify,
        intent: &PaymentIntent,
    ) -> Result<(), NoticeError> {
        let till = self.till.as_ref().ok_or(NoticeError::NoAccount)?;
        let expected: Expected = till.merchant.expects(
            trade_number(intent.id).ok_or(NoticeError::NoIntent)?,
            // What the provider cannot be asked for, it cannot tell of.
            Fen::try_from(intent.amount).map_err(|_| Mismatch::Total)?,
        );
        Ok(notify.concerns(&expected)?)
    }

    fn addressed(&self, intent: Id<kind::PaymentIntent>) -> Option<(&dyn Gateway, OutTradeNo)> {
        let till = self.till.as_ref()?;
        Some((till.gateway.as_ref(), trade_number(intent)?))
    }

    fn wanted(&self, refund: &Refund) -> Option<(&dyn Gateway, alipay::Refund)> {
        let (gateway, out_trade_no) = self.addressed(refund.intent)?;
        let wanted = alipay::Refund {
            out_trade_no,
            out_request_no: refund.id.to_string().parse().ok()?,
            amount: Fen::try_from(refund.amount).ok()?,
            reason: (!refund.reason.is_empty()).then(|| Subject::of(&refund.reason)),
        };
        Some((gateway, wanted))
    }
}

fn standing(trade: Trade) -> TradeAnswer {
    match trade.status {
        TradeStatus::Success | TradeStatus::Finished => TradeAnswer::Paid(PaidTrade {
            trade_no: trade.trade_no,
            amount: Money::from(trade.total),
            paid_at: trade.paid_at,
        }),
        TradeStatus::WaitBuyerPay => TradeAnswer::Waiting,
        TradeStatus::Closed => TradeAnswer::Closed,
    }
}

/// Our number of a trade: the intent's id, for ever. Every id is such a number.
fn trade_number(intent: Id<kind::PaymentIntent>) -> Option<OutTradeNo> {
    intent.to_string().parse().ok()
}

fn unanswered(intent: Id<kind::PaymentIntent>, operation: &str, error: &GatewayError) {
    let error = logging::causes(error);
    tracing::warn!(%intent, operation, error, "the provider gave no answer to act on");
}
