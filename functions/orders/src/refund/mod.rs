//! Money that goes back: who asks for it, who decides, how much it is, and what became of it.
//!
//! Invariants:
//!
//! - What goes back for a line is never more than the line, and what goes back for an order never
//!   more than the order less what the bank took back. An amount counts from the moment it is
//!   granted, not when it is paid, so two at once cannot both fit where one does.
//! - The last unit of a line gets what is left of it, so that all of its units together get the line.
//! - A refund that failed still counts: it is owed, until it is tried again under another id or an operator
//!   tells how the buyer got the money elsewhere.
//!
//! Start at [`RefundRequest`]; `request.rs` has what buyers and sellers do, `grant.rs` how much goes
//! back, `outcome.rs` what payments and concerts report.

mod grant;
mod outcome;
mod request;

pub(crate) use grant::{GrantError, grant, refund_everything};
pub(crate) use outcome::{
    FailedRefundError, OutcomeError, charged_back, paid_elsewhere, retry, settled, tickets_voided,
};
pub(crate) use request::{
    AskError, Asked, DecideError, approve, ask, cancel, recall_refused, recalled, refund_unasked,
    reject, return_received,
};

use std::collections::BTreeMap;

use kernel::{Id, Money, Timestamp, kind};
use quota::QuotaId;
use serde::{Deserialize, Serialize};

use crate::{
    order::Order,
    words::{Reason, Reference},
};

/// How many requests one order can have: more than there is a reason for.
pub(crate) const MAX_REQUESTS: usize = 50;

/// Somebody's wish that money goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefundRequest {
    pub(crate) id: Id<kind::RefundRequest>,
    pub(crate) asked_by: Asker,
    pub(crate) parts: Vec<RefundPart>,
    pub(crate) reason: Reason,
    /// Whether the goods are sent back before the money is.
    pub(crate) return_goods: bool,
    pub(crate) state: RequestState,
    pub(crate) asked_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) decided_at: Option<Timestamp>,
    /// Why it was rejected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) rejection: Option<String>,
    /// What pays it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refund: Option<Id<kind::Refund>>,
}

/// Who wishes that money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Asker {
    /// The buyer asks, the seller decides.
    Buyer,
    /// The seller gives without being asked.
    Seller,
}

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RequestState {
    /// The seller has not decided.
    Requested,
    /// Granted, as soon as the goods are back.
    AwaitingReturn,
    /// Granted, as soon as the tickets are known not to have been used.
    AwaitingRecall,
    /// Granted for good; the refund says what became of it.
    Granted,
    /// The seller, or a used ticket, said no.
    Rejected,
    /// The buyer no longer asks.
    Cancelled,
}

/// What is wished for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefundPart {
    pub(crate) line: Id<kind::OrderLine>,
    pub(crate) wish: Wish,
    /// How much that is, once it is granted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) amount: Option<Money>,
}

/// How much of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Wish {
    /// So many units, at what is to be had for them.
    Units(u32),
    /// A part of the price, while the buyer keeps the units.
    Amount(Money),
}

/// Money that goes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: Id<kind::Refund>,
    pub(crate) cause: Cause,
    pub(crate) lines: Vec<RefundedLine>,
    pub(crate) amount: Money,
    pub(crate) state: RefundState,
    pub(crate) due_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ended_at: Option<Timestamp>,
    /// The refund that pays in place of this one, which failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) retried_as: Option<Id<kind::Refund>>,
    /// How the buyer got the money after the provider had not paid it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) paid_elsewhere: Option<PaidElsewhere>,
}

/// A payment that did not go through the provider, as an operator tells it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PaidElsewhere {
    pub(crate) by: Id<kind::Account>,
    pub(crate) reference: Reference,
}

/// Why money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cause {
    /// A request was granted.
    Request(Id<kind::RefundRequest>),
    /// The concert does not take place.
    TicketsVoided,
    /// An operator ruled so.
    Ruling(Id<kind::Dispute>),
    /// The money came when the goods were no longer held and others had them.
    PaidTooLate,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RefundState {
    /// Payments pays it.
    Due,
    /// The buyer has the money.
    Succeeded,
    /// The provider will not pay it; it is still owed.
    Failed,
}

/// What goes back for one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RefundedLine {
    pub(crate) line: Id<kind::OrderLine>,
    /// Units that the buyer no longer has, or never gets.
    pub(crate) quantity: u32,
    /// Those of them that were never handed over, and now never will be.
    pub(crate) withdrawn: u32,
    pub(crate) amount: Money,
    /// What the platform gives back of its commission.
    pub(crate) commission: Money,
}

/// Money that the buyer's bank took back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Chargeback {
    pub(crate) id: Id<kind::Chargeback>,
    pub(crate) amount: Money,
    pub(crate) at: Timestamp,
}

/// What else is true the moment an order changes, and is written with it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Consequences {
    /// Units that can be sold again.
    pub(crate) given_back: BTreeMap<QuotaId, u32>,
    /// Lines whose files the buyer may download from now on.
    pub(crate) unlocked: Vec<Id<kind::OrderLine>>,
    /// Lines whose files the buyer may no longer download.
    pub(crate) revoked: Vec<Id<kind::OrderLine>>,
}

/// A changed order, and what follows from the change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Changed {
    pub(crate) order: Order,
    pub(crate) consequences: Consequences,
}

impl Wish {
    /// How many units the buyer parts with.
    pub(crate) fn units(self) -> u32 {
        match self {
            Self::Units(units) => units,
            Self::Amount(_) => 0,
        }
    }
}

impl Cause {
    /// The cause's word, on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Request(_) => "request",
            Self::TicketsVoided => "tickets_voided",
            Self::Ruling(_) => "ruling",
            Self::PaidTooLate => "paid_too_late",
        }
    }
}

impl std::fmt::Display for RequestState {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Requested => "requested",
            Self::AwaitingReturn => "awaiting_return",
            Self::AwaitingRecall => "awaiting_recall",
            Self::Granted => "granted",
            Self::Rejected => "rejected",
            Self::Cancelled => "cancelled",
        })
    }
}

impl Refund {
    /// Whether this refund counts, which one that was tried again under another id does not.
    pub(crate) fn counts(&self) -> bool {
        self.retried_as.is_none()
    }

    /// Whether the provider will not pay it and nobody has seen to it.
    pub(crate) fn has_failed(&self) -> bool {
        self.state == RefundState::Failed && self.counts()
    }
}

impl From<Order> for Changed {
    fn from(order: Order) -> Self {
        Self {
            order,
            consequences: Consequences::default(),
        }
    }
}

/// How many units of a line will never be handed over.
pub(crate) fn withdrawn(order: &Order, line: Id<kind::OrderLine>) -> u32 {
    let refunds = order.refunds.iter().filter(|refund| refund.counts());
    refunds
        .flat_map(|refund| &refund.lines)
        .filter(|refunded| refunded.line == line)
        .map(|refunded| refunded.withdrawn)
        .sum()
}

/// The request `id` of an order.
pub(crate) fn request(order: &Order, id: Id<kind::RefundRequest>) -> Option<&RefundRequest> {
    order
        .refund_requests
        .iter()
        .find(|request| request.id == id)
}

fn request_mut(order: &mut Order, id: Id<kind::RefundRequest>) -> Option<&mut RefundRequest> {
    let mut requests = order.refund_requests.iter_mut();
    requests.find(|request| request.id == id)
}
