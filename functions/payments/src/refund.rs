//! A refund: part of a payment on its way back to the payer. Pure.
//!
//! ```text
//! requested ─► submitted ─► succeeded
//!     │            │    └─► failed
//!     └─► unknown ─┘
//! ```
//!
//! Invariant: a refund has one number at the provider, its own id, whatever happens. Without an
//! answer it is `unknown`; only the provider's word resolves that, asked for with the same number or
//! given when the same number is submitted again.

use kernel::{Id, Money, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::asking::REFUNDS;

/// A refund at one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refund {
    /// Given by whoever wants it; our number of it at the provider.
    pub(crate) id: Id<kind::Refund>,
    pub(crate) intent: Id<kind::PaymentIntent>,
    pub(crate) group: Id<kind::OrderGroup>,
    pub(crate) order: Id<kind::Order>,
    pub(crate) amount: Money,
    /// Why it is made.
    pub(crate) reason: String,
    pub(crate) state: RefundState,
    /// Why it was not made, if it failed.
    pub(crate) failure: Option<String>,
    /// How often the provider was asked.
    pub(crate) asked: u32,
    /// When the provider is asked next, unless it is resolved.
    pub(crate) ask_at: Option<Timestamp>,
    pub(crate) requested_at: Timestamp,
    pub(crate) changed_at: Timestamp,
    /// As it is stored; what is saved becomes the next one. Nothing is stored of a refund of version 0.
    pub(crate) version: u64,
}

/// How far a refund has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundState {
    /// Set aside, and perhaps not yet told to the provider.
    Requested,
    /// The provider took it and has not said that it is made.
    Submitted,
    /// The provider was told and gave no answer.
    Unknown,
    Succeeded,
    Failed,
}

/// What is asked of us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefundOrder {
    pub(crate) id: Id<kind::Refund>,
    pub(crate) intent: Id<kind::PaymentIntent>,
    pub(crate) group: Id<kind::OrderGroup>,
    pub(crate) order: Id<kind::Order>,
    pub(crate) amount: Money,
    pub(crate) reason: String,
}

/// What the provider said, or did not say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RefundAnswer {
    /// The money is on its way.
    Made,
    /// It took the refund, and is not done.
    Taken,
    /// It will never make it.
    Refused(String),
    /// No answer that says anything.
    Silence,
}

/// What to do about a refund next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefundStep {
    /// Tell the provider to make it.
    Submit,
    /// Ask the provider whether it was made.
    Ask,
    /// Nothing.
    Done,
}

/// The provider says the opposite of what it said before: for people to look at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the provider said before that the refund {}", .0.as_str())]
pub(crate) struct Contradiction(RefundState);

impl RefundState {
    /// Its name on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Submitted => "submitted",
            Self::Unknown => "unknown",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
        }
    }

    /// Whether nothing more will happen to it.
    pub(crate) fn is_resolved(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed => true,
            Self::Requested | Self::Submitted | Self::Unknown => false,
        }
    }
}

impl Refund {
    /// A refund for which its amount has been set aside. It is due at once: whoever asked the
    /// provider for it may have died on the way.
    pub(crate) fn requested(order: RefundOrder, now: Timestamp) -> Self {
        Self {
            id: order.id,
            intent: order.intent,
            group: order.group,
            order: order.order,
            amount: order.amount,
            reason: order.reason,
            state: RefundState::Requested,
            failure: None,
            asked: 0,
            ask_at: Some(REFUNDS.next(0, now)),
            requested_at: now,
            changed_at: now,
            version: 0,
        }
    }

    /// A refund for which nothing could be set aside.
    pub(crate) fn impossible(order: RefundOrder, why: String, now: Timestamp) -> Self {
        Self {
            state: RefundState::Failed,
            failure: Some(why),
            ask_at: None,
            ..Self::requested(order, now)
        }
    }

    /// The refund after its write.
    pub(crate) fn saved(self) -> Self {
        Self {
            version: self.version + 1,
            ..self
        }
    }

    /// Whether it is the refund that `order` asks for, as it was asked for the first time.
    pub(crate) fn is_of(&self, order: &RefundOrder) -> bool {
        (self.id, self.intent, self.group, self.order, self.amount)
            == (
                order.id,
                order.intent,
                order.group,
                order.order,
                order.amount,
            )
    }

    /// Whether the provider is to be asked by now.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.ask_at.is_some_and(|at| at <= now)
    }

    /// What to do next.
    pub(crate) fn step(&self) -> RefundStep {
        match self.state {
            RefundState::Requested => RefundStep::Submit,
            RefundState::Submitted | RefundState::Unknown => RefundStep::Ask,
            RefundState::Succeeded | RefundState::Failed => RefundStep::Done,
        }
    }

    /// The refund after the provider's answer; nothing if the answer changes nothing.
    pub(crate) fn answered(
        &self,
        answer: RefundAnswer,
        now: Timestamp,
    ) -> Result<Option<Self>, Contradiction> {
        let changed = match (self.state, answer) {
            (RefundState::Succeeded, RefundAnswer::Refused(_))
            | (RefundState::Failed, RefundAnswer::Made) => return Err(Contradiction(self.state)),
            // What was said while we were already told more.
            (RefundState::Succeeded | RefundState::Failed, _) => return Ok(None),
            (_, RefundAnswer::Made) => self.resolved(RefundState::Succeeded, None, now),
            (_, RefundAnswer::Refused(why)) => self.resolved(RefundState::Failed, Some(why), now),
            (_, RefundAnswer::Taken) => self.waiting(RefundState::Submitted, now),
            // That it was taken is known and stays so.
            (RefundState::Submitted, RefundAnswer::Silence) => {
                self.waiting(RefundState::Submitted, now)
            }
            (RefundState::Requested | RefundState::Unknown, RefundAnswer::Silence) => {
                self.waiting(RefundState::Unknown, now)
            }
        };
        Ok(Some(changed))
    }

    fn resolved(&self, state: RefundState, failure: Option<String>, now: Timestamp) -> Self {
        Self {
            state,
            failure,
            ask_at: None,
            changed_at: now,
            ..self.clone()
        }
    }

    fn waiting(&self, state: RefundState, now: Timestamp) -> Self {
        Self {
            state,
            asked: self.asked.saturating_add(1),
            ask_at: Some(REFUNDS.next(self.asked, now)),
            changed_at: now,
            ..self.clone()
        }
    }
}
