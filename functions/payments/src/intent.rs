//! A payment intent: what is to be paid for one order group, and how far that has come. Pure.
//!
//! ```text
//! requires_action ─► captured ─► partially_refunded ─► refunded
//!    │                  ▲
//!    ├─► cancelled ─────┤   money that comes all the same is taken: orders
//!    ├─► expired ───────┤   decides whether goods or the money go back
//!    ├─► failed ────────┘
//!    └─► conflicted         the provider has another amount: for people to look at
//! ```
//!
//! A move answers with the intent as it will be, with nothing if it is that way already, or with the
//! reason why it cannot be.

use alipay::TradeNo;
use jiff::SignedDuration;
use kernel::{Id, Money, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{
    asking::PAYMENTS,
    returned::{ReturnError, Returned},
};

/// For how long after its deadline an intent is asked for whose trade the provider had not heard of
/// when it was closed: a page that was open might still have made it.
const WATCHED_AFTER: SignedDuration = SignedDuration::from_mins(30);

/// A payment intent at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PaymentIntent {
    /// Derives from the group, and is our number of the trade for ever.
    pub(crate) id: Id<kind::PaymentIntent>,
    pub(crate) group: Id<kind::OrderGroup>,
    pub(crate) account: Id<kind::Account>,
    pub(crate) amount: Money,
    /// What the payer reads at the provider.
    pub(crate) subject: String,
    pub(crate) state: IntentState,
    pub(crate) capture: Option<Capture>,
    pub(crate) returned: Returned,
    /// How often the provider was asked.
    pub(crate) asked: u32,
    /// When the provider is asked next, if there is anything left to learn.
    pub(crate) ask_at: Option<Timestamp>,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    /// As it is stored; what is saved becomes the next one.
    pub(crate) version: u64,
}

/// How far a payment has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum IntentState {
    RequiresAction,
    Captured,
    PartiallyRefunded,
    Refunded,
    Cancelled,
    Expired,
    Failed,
    Conflicted,
}

/// That the provider has the money.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Capture {
    /// The provider's number of the trade.
    pub(crate) trade_no: TradeNo,
    pub(crate) captured_at: Timestamp,
}

/// Why a payment ends without money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The buyer or the order gave it up.
    Cancelled,
    /// Its time was over.
    Expired,
    /// The provider closed it by itself.
    Failed,
    /// The provider has another amount than we.
    Conflicted,
}

/// Whether the provider can still be paid after it was told to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shut {
    /// It closed the trade for good.
    Firmly,
    /// It had never heard of the trade, so there was nothing to close.
    Loosely,
}

/// Why an intent cannot make a move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MoveError {
    /// It was paid.
    #[error("it is paid")]
    Paid,
    /// It has ended otherwise.
    #[error("it is over")]
    Over,
    /// It was not paid.
    #[error("it is not paid")]
    NotPaid,
    /// It was paid by another trade of the provider.
    #[error("another trade has paid it")]
    OtherTrade,
    /// The sums do not allow it.
    #[error(transparent)]
    Return(#[from] ReturnError),
}

impl IntentState {
    /// Its name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::RequiresAction => "requires_action",
            Self::Captured => "captured",
            Self::PartiallyRefunded => "partially_refunded",
            Self::Refunded => "refunded",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Failed => "failed",
            Self::Conflicted => "conflicted",
        }
    }

    /// Whether it can be paid.
    pub(crate) fn is_open(self) -> bool {
        self == Self::RequiresAction
    }

    /// Whether the money came.
    pub(crate) fn is_paid(self) -> bool {
        match self {
            Self::Captured | Self::PartiallyRefunded | Self::Refunded => true,
            Self::RequiresAction
            | Self::Cancelled
            | Self::Expired
            | Self::Failed
            | Self::Conflicted => false,
        }
    }
}

impl Ending {
    fn state(self) -> IntentState {
        match self {
            Self::Cancelled => IntentState::Cancelled,
            Self::Expired => IntentState::Expired,
            Self::Failed => IntentState::Failed,
            Self::Conflicted => IntentState::Conflicted,
        }
    }
}

impl PaymentIntent {
    /// The money came. Also when we had closed the intent: it is there all the same.
    pub(crate) fn capture(
        &self,
        capture: Capture,
        now: Timestamp,
    ) -> Result<Option<Self>, MoveError> {
        match self.state {
            IntentState::RequiresAction
            | IntentState::Cancelled
            | IntentState::Expired
            | IntentState::Failed => Ok(Some(Self {
                state: IntentState::Captured,
                capture: Some(capture),
                ask_at: None,
                ..self.changed(now)
            })),
            IntentState::Captured | IntentState::PartiallyRefunded | IntentState::Refunded => {
                match &self.capture {
                    Some(known) if known.trade_no == capture.trade_no => Ok(None),
                    _ => Err(MoveError::OtherTrade),
                }
            }
            IntentState::Conflicted => Err(MoveError::Over),
        }
    }

    /// Nobody will pay it any more.
    pub(crate) fn close(
        &self,
        ending: Ending,
        shut: Shut,
        now: Timestamp,
    ) -> Result<Option<Self>, MoveError> {
        let ask_at = match shut {
            Shut::Firmly => None,
            Shut::Loosely => self.watched(now),
        };
        match self.state {
            IntentState::RequiresAction => Ok(Some(Self {
                state: ending.state(),
                ask_at,
                ..self.changed(now)
            })),
            state if state.is_paid() => Err(MoveError::Paid),
            // It was closed loosely, and now there is nothing left to watch.
            _ if shut == Shut::Firmly && self.ask_at.is_some() => Ok(Some(Self {
                ask_at,
                ..self.clone()
            })),
            state if state == ending.state() => Ok(None),
            _ => Err(MoveError::Over),
        }
    }

    /// The provider was asked and there is nothing new: when to ask again, if ever.
    pub(crate) fn asked(&self, now: Timestamp) -> Self {
        let next = PAYMENTS.next(self.asked, now);
        let ask_at = match self.state {
            // At the deadline it is asked once more and then closed, so never sleep past it.
            IntentState::RequiresAction if now < self.expires_at => Some(next.min(self.expires_at)),
            IntentState::RequiresAction => Some(next),
            IntentState::Cancelled | IntentState::Expired | IntentState::Failed => {
                self.watched(now)
            }
            IntentState::Captured
            | IntentState::PartiallyRefunded
            | IntentState::Refunded
            | IntentState::Conflicted => None,
        };
        Self {
            asked: self.asked.saturating_add(1),
            ask_at,
            ..self.clone()
        }
    }

    /// Whether the provider is to be asked by now.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.ask_at.is_some_and(|at| at <= now)
    }

    /// Sets `amount` aside for a refund.
    pub(crate) fn reserve(&self, amount: Money, now: Timestamp) -> Result<Self, MoveError> {
        self.require_paid()?;
        Ok(self.with(self.returned.reserve(self.amount, amount)?, now))
    }

    /// A refund that was reserved was made.
    pub(crate) fn refunded(&self, amount: Money, now: Timestamp) -> Result<Self, MoveError> {
        self.require_paid()?;
        Ok(self.with(self.returned.refund(amount)?, now))
    }

    /// A refund that was reserved will not be made.
    pub(crate) fn refund_failed(&self, amount: Money, now: Timestamp) -> Result<Self, MoveError> {
        self.require_paid()?;
        Ok(self.with(self.returned.release(amount)?, now))
    }

    /// The payer's bank took `amount` back.
    pub(crate) fn charge_back(&self, amount: Money, now: Timestamp) -> Result<Self, MoveError> {
        self.require_paid()?;
        Ok(self.with(self.returned.charge_back(self.amount, amount)?, now))
    }

    fn require_paid(&self) -> Result<(), MoveError> {
        match self.state {
            IntentState::Captured | IntentState::PartiallyRefunded | IntentState::Refunded => {
                Ok(())
            }
            IntentState::RequiresAction
            | IntentState::Cancelled
            | IntentState::Expired
            | IntentState::Failed
            | IntentState::Conflicted => Err(MoveError::NotPaid),
        }
    }

    /// The intent with these sums, and in the state that follows from them.
    fn with(&self, returned: Returned, now: Timestamp) -> Self {
        let state = if returned.refunded() == self.amount {
            IntentState::Refunded
        } else if returned.refunded().is_zero() {
            IntentState::Captured
        } else {
            IntentState::PartiallyRefunded
        };
        Self {
            state,
            returned,
            ..self.changed(now)
        }
    }

    fn watched(&self, now: Timestamp) -> Option<Timestamp> {
        let until = self.expires_at.checked_add(WATCHED_AFTER).ok()?;
        Some(PAYMENTS.next(self.asked, now)).filter(|next| *next <= until)
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self {
            changed_at: now,
            ..self.clone()
        }
    }
}
