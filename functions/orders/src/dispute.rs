//! Quarrels between buyer and seller: the rules, pure.
//!
//! Invariant: an order is disputed at most once, and a dispute ends by one ruling. Until then the
//! seller's money waits and nothing more is granted; only what was granted before is still paid.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{
    fulfilment::{Periods, due_at},
    order::{IllegalMove, Order, OrderState},
    refund::{Cause, Changed, GrantError, RefundPart, Wish, grant},
    words::Statement,
};

/// How many statements the two sides can make together.
pub(crate) const MAX_STATEMENTS: usize = 20;

/// A quarrel that an operator decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: Id<kind::Dispute>,
    pub(crate) reason: DisputeReason,
    pub(crate) opened_at: Timestamp,
    pub(crate) statements: Vec<Stated>,
    /// How it ended, once it has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) ruling: Option<Ruling>,
}

/// What a dispute is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum DisputeReason {
    /// It never came.
    NotReceived,
    /// It is not what was offered.
    NotAsDescribed,
    /// It came broken.
    Damaged,
    /// Something else, which the statement tells.
    Other,
}

/// What one side said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stated {
    pub(crate) by: Side,
    pub(crate) text: Statement,
    pub(crate) stated_at: Timestamp,
}

/// The sides of a dispute.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DisputeSide)]
pub(crate) enum Side {
    /// Who bought.
    Buyer,
    /// Whose shop it is.
    Seller,
}

/// How an operator decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ruling {
    pub(crate) by: Id<kind::Account>,
    pub(crate) ruled_at: Timestamp,
    /// What pays the buyer; nothing if the seller keeps all of the money.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refund: Option<Id<kind::Refund>>,
}

/// Why an order cannot be disputed. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OpenError {
    /// It is not in a state in which one quarrels.
    #[error(transparent)]
    Move(#[from] IllegalMove),
    /// The time for it is over, though nothing has noticed yet.
    #[error("the order can no longer be disputed")]
    Over,
}

/// Why nothing more can be said or ruled. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DisputeError {
    /// The order was never disputed.
    #[error("the order is not disputed")]
    None,
    /// It was ruled.
    #[error("the dispute is over")]
    Over,
    /// Everything has been said.
    #[error("a dispute has at most {MAX_STATEMENTS} statements")]
    TooManyStatements,
    /// The order does not allow it.
    #[error(transparent)]
    Move(#[from] IllegalMove),
    /// The refund that was ruled cannot be.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

/// The dispute of an order; there is at most one, so the order's own bits name it.
pub(crate) fn dispute_id(order: Id<kind::Order>) -> Id<kind::Dispute> {
    Id::from_bytes(order.as_bytes())
}

/// The order that a dispute is about.
pub(crate) fn order_of(dispute: Id<kind::Dispute>) -> Id<kind::Order> {
    Id::from_bytes(dispute.as_bytes())
}

/// The buyer disputes an order that was handed over, or should have been.
pub(crate) fn open(
    order: Order,
    reason: DisputeReason,
    text: Statement,
    periods: Periods,
    now: Timestamp,
) -> Result<Order, OpenError> {
    let is_received = order.state == OrderState::Received;
    if is_received && due_at(&order, periods).is_some_and(|over_at| over_at <= now) {
        return Err(OpenError::Over);
    }
    let mut order = order.moved_to(OrderState::Disputed)?;
    order.dispute = Some(Dispute {
        id: dispute_id(order.id),
        reason,
        opened_at: now,
        statements: vec![Stated {
            by: Side::Buyer,
            text,
            stated_at: now,
        }],
        ruling: None,
    });
    Ok(order)
}

/// One side says something.
pub(crate) fn state(
    mut order: Order,
    by: Side,
    text: Statement,
    now: Timestamp,
) -> Result<Order, DisputeError> {
    let dispute = order.dispute.as_mut().ok_or(DisputeError::None)?;
    if dispute.ruling.is_some() {
        return Err(DisputeError::Over);
    }
    if dispute.statements.len() >= MAX_STATEMENTS {
        return Err(DisputeError::TooManyStatements);
    }
    dispute.statements.push(Stated {
        by,
        text,
        stated_at: now,
    });
    Ok(order)
}

/// An operator decides that the seller keeps all of the money.
pub(crate) fn release(
    order: Order,
    by: Id<kind::Account>,
    now: Timestamp,
) -> Result<Order, DisputeError> {
    check_undecided(&order)?;
    let order = order.moved_to(OrderState::ResolvedRelease)?;
    let ruling = Ruling {
        by,
        ruled_at: now,
        refund: None,
    };
    Ok(ruled(order, ruling))
}

/// An operator decides that so much goes back, and that the seller keeps the rest.
pub(crate) fn refund(
    order: Order,
    by: Id<kind::Account>,
    wishes: &[(Id<kind::OrderLine>, Wish)],
    now: Timestamp,
) -> Result<Changed, DisputeError> {
    let dispute = check_undecided(&order)?;
    let order = order.moved_to(OrderState::ResolvedRefund)?;
    let refund = Id::derive(&["refund by ruling", &dispute.to_string()]);
    let parts = wishes.iter().map(|(line, wish)| RefundPart {
        line: *line,
        wish: *wish,
        amount: None,
    });
    let changed = grant(order, refund, Cause::Ruling(dispute), parts.collect(), now)?;
    let ruling = Ruling {
        by,
        ruled_at: now,
        refund: Some(refund),
    };
    Ok(Changed {
        order: ruled(changed.order, ruling),
        ..changed
    })
}

fn check_undecided(order: &Order) -> Result<Id<kind::Dispute>, DisputeError> {
    let dispute = order.dispute.as_ref().ok_or(DisputeError::None)?;
    if dispute.ruling.is_some() {
        return Err(DisputeError::Over);
    }
    Ok(dispute.id)
}

fn ruled(mut order: Order, ruling: Ruling) -> Order {
    if let Some(dispute) = &mut order.dispute {
        dispute.ruling = Some(ruling);
    }
    order
}
