//! What holds for every order whatever is done to it, in whatever order, by whomever.

mod moves;

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Id, kind};
use proptest::prelude::*;
use quota::QuotaId;

use self::moves::{Move, any_move, any_start, done};
use crate::{
    example::{NOW, asked, order, order_of, request_id, yuan},
    fulfilment,
    order::{Fulfilment, Order, OrderState, order_id},
    purchase_limit::recounts,
    refund::{self, Cause, Refund, RefundState, RequestState, Wish, withdrawn},
};

/// What must hold of every order, with all units that were given back until now.
fn check(order: &Order, given_back: &BTreeMap<QuotaId, u32>) -> Result<(), TestCaseError> {
    let counting = || order.refunds.iter().filter(|refund| refund.counts());
    let mut sum = 0;
    for line in &order.lines {
        let of_line = |refund: &Refund| {
            let lines = refund.lines.iter();
            lines.copied().find(|refunded| refunded.line == line.id)
        };
        let refunded: Vec<_> = counting().filter_map(of_line).collect();
        let awaited = order.refund_requests.iter().filter(|request| {
            let state = request.state;
            matches!(
                state,
                RequestState::AwaitingReturn | RequestState::AwaitingRecall
            )
        });
        let awaited = awaited.flat_map(|request| &request.parts);
        let awaited: Vec<_> = awaited.filter(|part| part.line == line.id).collect();

        let amount: i64 = refunded.iter().map(|part| part.amount.minor()).sum();
        let promised = awaited.iter().map(|part| part.amount.unwrap().minor());
        prop_assert_eq!(line.refunded.minor(), amount + promised.sum::<i64>());
        prop_assert!((0..=line.total.minor()).contains(&line.refunded.minor()));
        sum += line.refunded.minor();

        let units: u32 = refunded.iter().map(|part| part.quantity).sum();
        let promised: u32 = awaited.iter().map(|part| part.wish.units()).sum();
        prop_assert_eq!(line.refunded_quantity, units + promised);
        prop_assert!(line.refunded_quantity <= line.quantity);
        let gone = withdrawn(order, line.id);
        prop_assert!(line.fulfilled_quantity + gone <= line.quantity);
        prop_assert!(gone <= units);
        prop_assert!(
            units <= line.fulfilled_quantity + gone,
            "it was neither had nor withdrawn"
        );
        prop_assert!(
            promised <= line.fulfilled_quantity,
            "what was not had is asked back"
        );
        let void = counting().filter(|refund| refund.cause == Cause::TicketsVoided);
        let void = void.filter_map(of_line).map(|part| part.quantity);
        prop_assert!(void.sum::<u32>() <= line.voided_quantity);
        if line.refunded_quantity == line.quantity {
            prop_assert_eq!(line.refunded, line.total, "all units together get the line");
        }

        let whole = line.commission_bp.commission(&line.total).unwrap().minor();
        let commission: i64 = refunded.iter().map(|part| part.commission.minor()).sum();
        prop_assert!((0..=whole).contains(&commission));
        prop_assert_eq!(
            i128::from(commission),
            i128::from(whole) * i128::from(amount) / i128::from(line.total.minor())
        );

        for component in &line.components {
            let back = given_back
                .get(&component.quota)
                .copied()
                .unwrap_or_default();
            let sellable = match line.fulfilment {
                // What is rendered is rendered; a file is nobody's once it is locked again.
                Fulfilment::Service => gone..=gone,
                Fulfilment::Download => units..=units,
                // What was had comes back, or does not.
                Fulfilment::Shipment => gone..=units,
                Fulfilment::Ticket => 0..=units,
            };
            prop_assert!(
                sellable.contains(&(back / component.units)),
                "{back} of {sellable:?}"
            );
        }
    }
    prop_assert!(sum <= order.total.minor());
    Ok(())
}

/// Tickets that are on sale again count against nobody, and no ticket counts twice.
fn check_count(order: &Order, given_back: &BTreeMap<QuotaId, u32>) -> Result<(), TestCaseError> {
    let recounts = recounts(&[], std::slice::from_ref(order));
    let counted = recounts.first().map_or(0, |recount| recount.change);
    let mut tickets = order.lines.iter();
    let Some(line) = tickets.find(|line| line.tickets.is_some()) else {
        prop_assert_eq!(counted, 0);
        return Ok(());
    };
    let component = &line.components[0];
    let back = given_back.get(&component.quota).copied();
    let on_sale = i64::from(back.unwrap_or_default() / component.units);
    prop_assert!((0..=i64::from(line.quantity) - on_sale).contains(&counted));
    Ok(())
}

fn left_after_chargebacks(order: &Order) -> i64 {
    let taken: i64 = order
        .chargebacks
        .iter()
        .map(|taken| taken.amount.minor())
        .sum();
    let refunded: i64 = order.lines.iter().map(|line| line.refunded.minor()).sum();
    order.total.minor() - taken - refunded
}

fn play(start: Order, moves: &[Move]) -> Result<Order, TestCaseError> {
    let mut order = start;
    let mut now = NOW;
    let mut given_back = BTreeMap::new();
    for what in moves {
        if let Move::PassTime(days) = what {
            now += jiff::SignedDuration::from_hours(24 * days);
        }
        let Some(changed) = done(order.clone(), what, now) else {
            continue;
        };
        let (before, after) = (order.state, changed.order.state);
        prop_assert!(
            before == after || before.may_become(after),
            "{before} → {after}"
        );
        if before != after && after == OrderState::Refunded {
            let mut counting = changed
                .order
                .refunds
                .iter()
                .filter(|refund| refund.counts());
            prop_assert!(counting.all(|refund| refund.state == RefundState::Succeeded));
            let lines = &changed.order.lines;
            prop_assert!(lines.iter().all(|line| line.refunded == line.total));
        }
        // What is newly promised fits into what is left; what the bank takes asks nobody.
        let promised =
            |order: &Order| -> i64 { order.lines.iter().map(|line| line.refunded.minor()).sum() };
        if promised(&changed.order) > promised(&order) {
            prop_assert!(left_after_chargebacks(&changed.order) >= 0);
        }
        for (before, after) in order.refunds.iter().zip(&changed.order.refunds) {
            let has_succeeded = before.state == RefundState::Succeeded;
            prop_assert!(
                !has_succeeded || before == after,
                "the buyer has that money"
            );
        }
        let ids = changed.order.refunds.iter().map(|refund| refund.id);
        let ids: BTreeSet<_> = ids.collect();
        prop_assert_eq!(ids.len(), changed.order.refunds.len());
        for (quota, units) in changed.consequences.given_back {
            *given_back.entry(quota).or_default() += units;
        }
        order = changed.order;
        check(&order, &given_back)?;
        check_count(&order, &given_back)?;
    }
    Ok(order)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn whatever_is_done_the_sums_hold(
        start in any_start(), moves in prop::collection::vec(any_move(), 0..40),
    ) {
        play(start, &moves)?;
    }

    #[test]
    fn in_every_state_every_move_follows_an_edge_or_is_refused(
        state in prop::sample::select(OrderState::ALL.to_vec()),
        moves in prop::collection::vec(any_move(), 1..12),
    ) {
        let mut start = order(state);
        if matches!(state, OrderState::Shipped | OrderState::Received | OrderState::Completed) {
            for line in &mut start.lines {
                line.fulfilled_quantity = line.quantity;
            }
            start.shipped_at = Some(NOW);
            start.received_at = (state != OrderState::Shipped).then_some(NOW);
        }
        play(start, &moves)?;
    }

    #[test]
    fn events_about_tickets_lead_to_the_same_in_any_order(
        issued in 0_u32..3,
        asked_units in 0_u32..3,
        order_of_events in Just(vec![0, 1, 2]).prop_shuffle(),
        again in 0_usize..3,
    ) {
        // Two tickets; some are asked back, the concert is cancelled, and the recall is refused for it.
        let start = fulfilment::tickets_issued(order_of(Fulfilment::Ticket), ticket_line(), 2, NOW);
        let mut order = start.unwrap();
        let is_asked = asked_units > 0;
        if is_asked {
            let wish = (ticket_line(), Wish::Units(asked_units));
            order = refund::refund_unasked(order, asked(0, &[wish], false), NOW).unwrap().order;
        }
        let mut events = order_of_events;
        events.push(events[again]);
        for event in events {
            order = match event {
                0 => refund::tickets_voided(order, ticket_line(), 2, NOW).unwrap().order,
                1 if is_asked => refund::recall_refused(order, request_id(0), None, NOW).unwrap().order,
                1 => order,
                _ => fulfilment::tickets_issued(order, ticket_line(), issued, NOW).unwrap(),
            };
        }
        let units: u32 = order.refunds.iter().flat_map(|refund| &refund.lines).map(|line| line.quantity).sum();
        prop_assert_eq!(units, 2);
        prop_assert_eq!(order.lines[0].refunded, order.lines[0].total);
        let all = order.refunds.clone();
        for refund in all {
            prop_assert_ne!(order.state, OrderState::Refunded);
            order = refund::settled(order, refund.id, refund.amount, true, NOW).unwrap();
        }
        prop_assert_eq!(order.state, OrderState::Refunded);
        prop_assert!(order.refunds.iter().all(|refund| refund.state == RefundState::Succeeded));
    }

    #[test]
    fn a_chargeback_is_shared_out_whole_and_counts_once(minor in 1_i64..60_000) {
        let one = order(OrderState::Paid);
        let mut other = order_of(Fulfilment::Shipment);
        other.id = order_id(one.group, 1);
        let id = Id::derive(&["a chargeback"]);
        let orders = vec![one, other];
        let changed = refund::charged_back(orders, id, yuan(minor), NOW).unwrap();
        let taken = changed.iter().flat_map(|order| &order.chargebacks);
        prop_assert_eq!(taken.map(|taken| taken.amount.minor()).sum::<i64>(), minor);
        let again = refund::charged_back(changed, id, yuan(minor), NOW).unwrap();
        prop_assert!(again.is_empty());
    }
}

#[test]
fn an_order_is_not_refunded_while_a_part_of_its_money_is_on_its_way() {
    let mut order = order_of(Fulfilment::Service);
    let line = order.lines[0].id;
    for (number, wish) in [Wish::Amount(yuan(1)), Wish::Units(2)]
        .into_iter()
        .enumerate()
    {
        let asked = asked(u8::try_from(number).unwrap(), &[(line, wish)], false);
        order = refund::refund_unasked(order, asked, NOW).unwrap().order;
    }
    for (refund, state) in [(1, OrderState::Paid), (0, OrderState::Refunded)] {
        let Refund { id, amount, .. } = order.refunds[refund];
        order = refund::settled(order, id, amount, true, NOW).unwrap();
        assert_eq!(order.state, state);
    }
}

fn ticket_line() -> Id<kind::OrderLine> {
    order_of(Fulfilment::Ticket).lines[0].id
}
