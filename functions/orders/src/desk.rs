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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use kernel::Id;

    use super::*;
    use crate::{
        dispute::{self, DisputeReason},
        example::{NOW, PERIODS, order, yuan},
        order::OrderState,
        refund::{Cause, PaidElsewhere, RefundState, paid_elsewhere, retry},
    };

    #[test]
    fn what_has_waited_longest_counts_until_each_of_it_is_seen_to() {
        let later = NOW + SignedDuration::from_hours(1);
        let text = "It is broken.".parse().unwrap();
        let shipped = order(OrderState::Shipped);
        let mut order = dispute::open(shipped, DisputeReason::Other, text, PERIODS, later).unwrap();
        assert_eq!(waits_since(&order), Some(later));
        let id = Id::derive(&["a refund"]);
        order.refunds.push(Refund {
            id,
            cause: Cause::TicketsVoided,
            lines: Vec::new(),
            amount: yuan(1),
            state: RefundState::Failed,
            due_at: NOW,
            ended_at: Some(NOW),
            retried_as: None,
            paid_elsewhere: None,
        });
        assert_eq!(waits_since(&order), Some(NOW));
        let paid = PaidElsewhere {
            by: Id::derive(&["an operator"]),
            reference: "a transfer".parse().unwrap(),
        };
        let paid = paid_elsewhere(order.clone(), id, paid, later).unwrap();
        assert_eq!(waits_since(&paid), Some(later), "the dispute still waits");
        let retried = retry(order, id, later).unwrap();
        assert_eq!(waits_since(&retried), Some(later));
        let operator = Id::derive(&["an operator"]);
        let ruled = dispute::release(retried, operator, later).unwrap();
        assert_eq!(waits_since(&ruled), None);
    }
}
