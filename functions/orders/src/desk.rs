//! What of an order waits on an operator's desk: the rules, pure.
//!
//! Invariant: what is owed or undecided and moves on by nobody else's hand is on the desk until an
//! operator has acted. (Requests for refunds are the seller's to decide, and time's if they do not.)

use kernel::Timestamp;

use crate::{dispute::Dispute, order::Order, refund::Refund};

/// The dispute that is to be ruled on.
pub(crate) fn open_dispute(order: &Order) -> Option<&Dispute> {
    let dispute = order.dispute.as_ref();
    dispute.filter(|dispute| dispute.ruling.is_none())
}

/// The refunds that the provider will not pay and that nobody has seen to.
pub(crate) fn failed_refunds(order: &Order) -> impl Iterator<Item = &Refund> {
    order.refunds.iter().filter(|refund| refund.has_failed())
}

/// Since when the order waits for an operator, if it does.
pub(crate) fn waits_since(order: &Order) -> Option<Timestamp> {
    let disputed = open_dispute(order).map(|dispute| dispute.opened_at);
    let failed = failed_refunds(order).map(|refund| refund.ended_at.unwrap_or(refund.due_at));
    disputed.into_iter().chain(failed).min()
}
