//! Everything that can be done to an order, and orders to do it to.

use kernel::{Id, Timestamp, kind};
use proptest::prelude::*;

use crate::{
    dispute,
    example::{NOW, PERIODS, asked, order, order_of, parcel, yuan},
    fulfilment::{self, HandedOver},
    order::{Fulfilment, Order, OrderState},
    refund::{self, Changed, Wish},
};

/// Something that is done to an order. Requests and refunds are named by their place, from the last.
#[derive(Clone, Debug)]
pub(super) enum Move {
    Ship(u32),
    Deliver(u32),
    IssueTickets(u32),
    Unlock,
    Receive,
    PassTime(i64),
    Ask(Vec<(usize, Part)>, bool),
    Approve(usize),
    Reject(usize),
    Cancel(usize),
    ReturnReceived(usize, bool),
    Recalled(usize),
    RecallRefused(usize),
    RefundUnasked(Vec<(usize, Part)>, bool),
    Void(u32),
    Settle(usize, bool),
    Retry(usize),
    PayElsewhere(usize),
    ChargeBack(u8, i64),
    Dispute,
    Release,
    Rule(Vec<(usize, Part)>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    Units(u32),
    Amount(i64),
}

fn any_part() -> impl Strategy<Value = Part> {
    prop_oneof![
        9 => (1_u32..3).prop_map(Part::Units),
        1 => prop::sample::select(vec![0, 3, 4]).prop_map(Part::Units),
        6 => (1_i64..2_500).prop_map(Part::Amount),
        1 => (-1_i64..20_000).prop_map(Part::Amount),
    ]
}

/// Mostly one part, and of a line that is there.
fn any_parts() -> impl Strategy<Value = Vec<(usize, Part)>> {
    let part = || (0_usize..4, any_part());
    prop_oneof![
        8 => part().prop_map(|part| vec![part]),
        1 => prop::collection::vec(part(), 0..4),
        1 => (0_usize..9, any_part()).prop_map(|part| vec![part]),
    ]
}

pub(super) fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        2 => (1_u32..4).prop_map(Move::Ship),
        1 => (0_u32..3).prop_map(Move::Deliver),
        2 => (0_u32..3).prop_map(Move::IssueTickets),
        1 => Just(Move::Unlock),
        1 => Just(Move::Receive),
        1 => (0_i64..12).prop_map(Move::PassTime),
        4 => (any_parts(), any::<bool>()).prop_map(|(parts, back)| Move::Ask(parts, back)),
        4 => (0_usize..2).prop_map(Move::Approve),
        1 => (0_usize..3).prop_map(Move::Reject),
        1 => (0_usize..3).prop_map(Move::Cancel),
        2 => (0_usize..2, any::<bool>()).prop_map(|(n, r)| Move::ReturnReceived(n, r)),
        2 => (0_usize..2).prop_map(Move::Recalled),
        1 => (0_usize..2).prop_map(Move::RecallRefused),
        4 => (any_parts(), any::<bool>()).prop_map(|(parts, back)| Move::RefundUnasked(parts, back)),
        1 => (0_u32..3).prop_map(Move::Void),
        3 => (0_usize..3, any::<bool>()).prop_map(|(i, s)| Move::Settle(i, s)),
        2 => (0_usize..3).prop_map(Move::Retry),
        1 => (0_usize..3).prop_map(Move::PayElsewhere),
        1 => (0_u8..3, 1_i64..9_000).prop_map(|(n, a)| Move::ChargeBack(n, a)),
        1 => Just(Move::Dispute),
        1 => Just(Move::Release),
        1 => any_parts().prop_map(Move::Rule),
    ]
}

/// An order as it may be found: with one line or with all, handed over or not.
pub(super) fn any_start() -> impl Strategy<Value = Order> {
    let ways = [
        Fulfilment::Shipment,
        Fulfilment::Download,
        Fulfilment::Ticket,
        Fulfilment::Service,
    ];
    let starts = ways.into_iter().map(order_of);
    let starts: Vec<_> = starts.chain([order(OrderState::Paid)]).collect();
    (prop::sample::select(starts), any::<bool>()).prop_map(|(start, is_handed_over)| {
        if is_handed_over {
            handed_over(start)
        } else {
            start
        }
    })
}

pub(super) fn handed_over(mut order: Order) -> Order {
    for line in &mut order.lines {
        line.fulfilled_quantity = line.quantity;
    }
    fulfilment::moved_on(order, NOW)
}

/// Does it, or answers `None` if it is refused.
pub(super) fn done(order: Order, what: &Move, now: Timestamp) -> Option<Changed> {
    let line = |fulfilment| {
        order
            .lines
            .iter()
            .find(|line| line.fulfilment == fulfilment)
    };
    let line = |fulfilment| line(fulfilment).map(|line| line.id);
    let unknown: Id<kind::OrderLine> = Id::derive(&["of another order"]);
    let wishes = |parts: &[(usize, Part)]| {
        let wish = |part| match part {
            Part::Units(units) => Wish::Units(units),
            Part::Amount(minor) => Wish::Amount(yuan(minor)),
        };
        // In an order of one line, most places are that line.
        let place = |index: usize| {
            if index < 4 {
                index % order.lines.len()
            } else {
                index
            }
        };
        let line = |index| {
            order
                .lines
                .get(place(index))
                .map_or(unknown, |line| line.id)
        };
        let parts = parts
            .iter()
            .map(|(index, part)| (line(*index), wish(*part)));
        parts.collect::<Vec<_>>()
    };
    let new_request = |parts: &[(usize, Part)], return_goods| {
        let number = u8::try_from(order.refund_requests.len()).unwrap();
        asked(number, &wishes(parts), return_goods)
    };
    let request = |place: usize| {
        let mut requests = order.refund_requests.iter().rev();
        requests.nth(place).map(|request| request.id)
    };
    let refund = |place: usize| {
        let mut refunds = order.refunds.iter().rev();
        refunds.nth(place).map(|refund| (refund.id, refund.amount))
    };
    let operator = Id::derive(&["an operator"]);
    match what {
        Move::Ship(quantity) => {
            line(Fulfilment::Shipment)?;
            let parcel = parcel(&order, *quantity, now);
            fulfilment::ship(order, parcel).ok().map(Changed::from)
        }
        Move::Deliver(quantity) => {
            let part = HandedOver {
                line: line(Fulfilment::Service)?,
                quantity: *quantity,
            };
            let delivered = fulfilment::deliver(order, &[part], now);
            delivered.ok().map(Changed::from)
        }
        Move::IssueTickets(units) => {
            let line = line(Fulfilment::Ticket)?;
            let issued = fulfilment::tickets_issued(order, line, *units, now);
            issued.ok().map(Changed::from)
        }
        Move::Unlock => match order.state {
            OrderState::Paid | OrderState::Fulfilling => Some(fulfilment::unlock(order, now)),
            _ => None,
        },
        Move::Receive => fulfilment::receive(order, now).ok().map(Changed::from),
        Move::PassTime(_) => fulfilment::pass_time(&order, PERIODS, now),
        Move::Ask(parts, return_goods) => {
            let asked = new_request(parts, *return_goods);
            refund::ask(order, asked, now).ok().map(Changed::from)
        }
        Move::Approve(place) => {
            let request = request(*place)?;
            refund::approve(order, request, now).ok()
        }
        Move::Reject(place) => {
            let request = request(*place)?;
            let reason = "No.".parse().unwrap();
            let rejected = refund::reject(order, request, &reason, now);
            rejected.ok().map(Changed::from)
        }
        Move::Cancel(place) => {
            let request = request(*place)?;
            let cancelled = refund::cancel(order, request, now);
            cancelled.ok().map(Changed::from)
        }
        Move::ReturnReceived(place, restock) => {
            let request = request(*place)?;
            refund::return_received(order, request, *restock, now).ok()
        }
        Move::Recalled(place) => {
            let request = request(*place)?;
            refund::recalled(order, request, now).ok()
        }
        Move::RecallRefused(place) => {
            let request = request(*place)?;
            refund::recall_refused(order, request, None, now).ok()
        }
        Move::RefundUnasked(parts, return_goods) => {
            let asked = new_request(parts, *return_goods);
            refund::refund_unasked(order, asked, now).ok()
        }
        Move::Void(units) => {
            let line = line(Fulfilment::Ticket)?;
            refund::tickets_voided(order, line, *units, now).ok()
        }
        Move::Settle(place, has_succeeded) => {
            let (id, amount) = refund(*place)?;
            let settled = refund::settled(order, id, amount, *has_succeeded, now);
            settled.ok().map(Changed::from)
        }
        Move::Retry(place) => {
            let (id, _) = refund(*place)?;
            refund::retry(order, id, now).ok().map(Changed::from)
        }
        Move::PayElsewhere(place) => {
            let (id, _) = refund(*place)?;
            let paid = refund::PaidElsewhere {
                by: operator,
                reference: "a transfer".parse().unwrap(),
            };
            let order = refund::paid_elsewhere(order, id, paid, now);
            order.ok().map(Changed::from)
        }
        Move::ChargeBack(number, minor) => {
            let id = Id::derive(&["a chargeback", &number.to_string()]);
            let orders = refund::charged_back(vec![order], id, yuan(*minor), now);
            orders.ok()?.pop().map(Changed::from)
        }
        Move::Dispute => {
            let reason = dispute::DisputeReason::Other;
            let text = "It is broken.".parse().unwrap();
            let opened = dispute::open(order, reason, text, PERIODS, now);
            opened.ok().map(Changed::from)
        }
        Move::Release => {
            let released = dispute::release(order, operator, now);
            released.ok().map(Changed::from)
        }
        Move::Rule(parts) => {
            let wishes = wishes(parts);
            dispute::refund(order, operator, &wishes, now).ok()
        }
    }
}
