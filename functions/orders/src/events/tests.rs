//! Which change tells what to whom.

use super::*;
use crate::{
    example::{NOW, order, order_of},
    order::Fulfilment,
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
    use Subscriber::{Events, Nobody, Payments, Webhooks};
    for (old, new, expected) in [
        (None, S::AwaitingPayment, vec![(Nobody, "order.placed")]),
        (
            None,
            S::Paid,
            vec![
                (Nobody, "order.placed"),
                (Events, "order.paid"),
                (Webhooks, "order.paid"),
            ],
        ),
        (
            Some(S::AwaitingPayment),
            S::Paid,
            vec![(Events, "order.paid"), (Webhooks, "order.paid")],
        ),
        (
            Some(S::AwaitingPayment),
            S::Shipped,
            vec![
                (Events, "order.paid"),
                (Webhooks, "order.paid"),
                (Webhooks, "order.fulfilled"),
            ],
        ),
        (
            Some(S::Expired),
            S::Paid,
            vec![(Events, "order.paid"), (Webhooks, "order.paid")],
        ),
        (
            Some(S::AwaitingPayment),
            S::Expired,
            vec![
                (Webhooks, "order.expired"),
                (Payments, "order_group.closed"),
            ],
        ),
        (
            Some(S::AwaitingPayment),
            S::Cancelled,
            vec![
                (Webhooks, "order.cancelled"),
                (Payments, "order_group.closed"),
            ],
        ),
        (Some(S::Paid), S::Paid, vec![]),
        (Some(S::Paid), S::Fulfilling, vec![]),
        (
            Some(S::Fulfilling),
            S::Shipped,
            vec![(Webhooks, "order.fulfilled")],
        ),
        (Some(S::Shipped), S::Shipped, vec![]),
        (
            Some(S::Shipped),
            S::Received,
            vec![(Webhooks, "order.received")],
        ),
        (
            Some(S::Received),
            S::Completed,
            vec![(Webhooks, "order.completed")],
        ),
        (
            Some(S::Received),
            S::Disputed,
            vec![(Webhooks, "order.disputed")],
        ),
        (
            Some(S::Disputed),
            S::ResolvedRelease,
            vec![(Webhooks, "order.ruled")],
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
fn those_who_issue_tickets_hear_of_no_order_without_any() {
    let unpaid = Order {
        state: OrderState::AwaitingPayment,
        ..order_of(Fulfilment::Shipment)
    };
    let told = events(Some(&unpaid), &order_of(Fulfilment::Shipment)).unwrap();
    let told: Vec<_> = told.iter().map(|told| told.to).collect();
    assert_eq!(told, [Subscriber::Webhooks]);
}

/// What the seller's organization is told of such a change.
fn told_outside(old: Option<&Order>, new: &Order) -> Vec<Event> {
    let told = events(old, new).unwrap().into_iter();
    let told = told.filter(|told| told.to == Subscriber::Webhooks);
    told.map(|told| told.event).collect()
}

#[test]
fn the_seller_hears_what_was_ordered_and_not_where_it_goes() {
    let mut disputed = order_of(Fulfilment::Shipment);
    disputed.state = OrderState::Disputed;
    disputed.version = 7;
    disputed.delivery = Some(secret_address());
    disputed.dispute = Some(dispute());
    let mut received = disputed.clone();
    received.state = OrderState::Received;
    let told = told_outside(Some(&received), &disputed);
    assert_eq!(told.len(), 1);
    let (line, money) = (
        &disputed.lines[0],
        |minor: i64| json!({ "minor": minor, "currency": "CNY" }),
    );
    assert_eq!(
        serde_json::to_value(&told[0]).unwrap(),
        json!({
            "id": told[0].id,
            "type": "order.disputed",
            "subject": disputed.id,
            "version": 7,
            "occurred_at": NOW,
            "data": {
                "audience": [disputed.organization],
                "payload": {
                    "order": disputed.id,
                    "group": disputed.group,
                    "shop": disputed.seller,
                    "organization": disputed.organization,
                    "buyer": disputed.buyer,
                    "state": "disputed",
                    "received_automatically": false,
                    "dispute": {
                        "dispute": disputed.dispute.as_ref().unwrap().id,
                        "reason": "damaged",
                    },
                    "lines": [{
                        "line": line.id,
                        "listing": line.listing,
                        "sku": line.sku,
                        "title": "Shipment",
                        "variant": "",
                        "quantity": 3,
                        "unit_price": money(1_000),
                        "total": money(3_000),
                    }],
                    "total": money(3_000),
                    "placed_at": NOW,
                },
            },
        })
    );
}

fn secret_address() -> crate::address::Address {
    let line = |text: &str| text.parse().unwrap();
    crate::address::Address {
        name: line("a secret"),
        phone: line("a secret"),
        street: line("a secret"),
        city: line("a secret"),
        region: None,
        postal_code: None,
        country: "CN".parse().unwrap(),
    }
}

fn dispute() -> crate::dispute::Dispute {
    crate::dispute::Dispute {
        id: Id::derive(&["a dispute"]),
        reason: crate::dispute::DisputeReason::Damaged,
        opened_at: NOW,
        statements: Vec::new(),
        ruling: None,
    }
}

#[test]
fn the_seller_hears_line_by_line_what_went_back_once_it_has() {
    let unpaid = order(OrderState::Expired);
    let (request, cause) = (Id::derive(&["r"]), Cause::PaidTooLate);
    let due = crate::refund::refund_everything(unpaid, request, cause, NOW);
    let due = due.unwrap().order;
    let (id, amount) = (due.refunds[0].id, due.refunds[0].amount);
    let paid_back = crate::refund::settled(due.clone(), id, amount, true, NOW).unwrap();
    let told = told_outside(Some(&due), &paid_back);
    let told = told.iter().find(|event| event.kind == "order.refunded");
    let told = told.unwrap();
    assert_eq!(told.subject, id.to_string());
    let money = |money: kernel::Money| json!({ "minor": money.minor(), "currency": "CNY" });
    let lines: Vec<_> = paid_back.refunds[0]
        .lines
        .iter()
        .map(|line| {
            json!({
                "line": line.line,
                "quantity": line.quantity,
                "amount": money(line.amount),
                "commission": money(line.commission),
            })
        })
        .collect();
    assert_eq!(lines.len(), 4);
    assert_eq!(
        told.data,
        json!({
            "audience": [due.organization],
            "payload": {
                "refund": id,
                "order": due.id,
                "shop": due.seller,
                "organization": due.organization,
                "buyer": due.buyer,
                "amount": money(amount),
                "lines": lines,
            },
        })
    );
    assert_eq!(told_outside(Some(&paid_back), &paid_back), []);
}

#[test]
fn what_the_contexts_and_what_the_seller_hear_of_one_change_are_two_events() {
    let (old, new) = (order(OrderState::AwaitingPayment), order(OrderState::Paid));
    let told = events(Some(&old), &new).unwrap();
    let paid: Vec<_> = told
        .iter()
        .map(|told| (told.event.kind.as_str(), told.event.version))
        .collect();
    assert_eq!(paid, [("order.paid", 1), ("order.paid", 1)]);
    assert_ne!(told[0].event.id, told[1].event.id);
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
