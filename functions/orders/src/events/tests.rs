//! Which change tells what to whom.

use super::*;
use crate::{
    example::{NOW, order},
    refund::Cause,
};

/// The kinds that a change tells, each with who hears of it.
fn told(old: Option<OrderState>, new: OrderState) -> Vec<(Subscriber, String)> {
    let old = old.map(order);
    let told = events(old.as_ref(), &order(new)).unwrap();
    let told = told.into_iter();
    told.map(|told| (told.to, told.event.kind)).collect()
}

#[test]
fn every_state_that_is_reached_is_told_once() {
    use OrderState as S;
    use Subscriber::{Events, Nobody, Payments};
    for (old, new, expected) in [
        (None, S::AwaitingPayment, vec![(Nobody, "order.placed")]),
        (
            None,
            S::Paid,
            vec![(Nobody, "order.placed"), (Events, "order.paid")],
        ),
        (
            Some(S::AwaitingPayment),
            S::Paid,
            vec![(Events, "order.paid")],
        ),
        (
            Some(S::AwaitingPayment),
            S::Shipped,
            vec![(Events, "order.paid"), (Nobody, "order.fulfilled")],
        ),
        (Some(S::Expired), S::Paid, vec![(Events, "order.paid")]),
        (
            Some(S::AwaitingPayment),
            S::Expired,
            vec![(Nobody, "order.expired"), (Payments, "order_group.closed")],
        ),
        (
            Some(S::AwaitingPayment),
            S::Cancelled,
            vec![
                (Nobody, "order.cancelled"),
                (Payments, "order_group.closed"),
            ],
        ),
        (Some(S::Paid), S::Paid, vec![]),
        (Some(S::Paid), S::Fulfilling, vec![]),
        (
            Some(S::Fulfilling),
            S::Shipped,
            vec![(Nobody, "order.fulfilled")],
        ),
        (Some(S::Shipped), S::Shipped, vec![]),
        (
            Some(S::Shipped),
            S::Received,
            vec![(Nobody, "order.received")],
        ),
        (
            Some(S::Received),
            S::Completed,
            vec![(Nobody, "order.completed")],
        ),
        (
            Some(S::Received),
            S::Disputed,
            vec![(Nobody, "order.disputed")],
        ),
        (
            Some(S::Disputed),
            S::ResolvedRelease,
            vec![(Nobody, "order.ruled")],
        ),
        // What was paid back is told refund by refund.
        (Some(S::Paid), S::Refunded, vec![]),
    ] {
        let expected: Vec<_> = expected
            .into_iter()
            .map(|(to, kind)| (to, kind.to_owned()))
            .collect();
        assert_eq!(told(old, new), expected, "{old:?} to {new}");
    }
}

#[test]
fn only_the_first_order_of_a_group_says_that_it_closed() {
    let mut ended = order(OrderState::Expired);
    ended.id = crate::order::order_id(ended.group, 1);
    let mut unpaid = ended.clone();
    unpaid.state = OrderState::AwaitingPayment;
    let told = events(Some(&unpaid), &ended).unwrap();
    let kinds: Vec<_> = told.iter().map(|told| told.event.kind.as_str()).collect();
    assert_eq!(kinds, ["order.expired"]);
}

#[test]
fn a_refund_is_told_when_it_falls_due_and_not_again() {
    let unpaid = order(OrderState::Expired);
    let cause = Cause::PaidTooLate;
    let late = crate::refund::refund_everything(unpaid.clone(), Id::derive(&["r"]), cause, NOW);
    let late = late.unwrap().order;
    let told = events(Some(&unpaid), &late).unwrap();
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].to, Subscriber::Payments);
    assert_eq!(told[0].event.kind, "order.refund_due");
    assert_eq!(told[0].event.data["amount_minor"], late.total.minor());
    assert_eq!(events(Some(&late), &late).unwrap(), []);
}

#[test]
fn the_same_change_tells_the_same_events() {
    let (old, new) = (order(OrderState::AwaitingPayment), order(OrderState::Paid));
    assert_eq!(
        events(Some(&old), &new).unwrap(),
        events(Some(&old), &new).unwrap()
    );
}
