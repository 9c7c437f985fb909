//! Money: ours, and the gateway's own book of it.

use std::collections::{BTreeMap, BTreeSet};

use super::{End, is_captured};
use crate::books::Order;

/// An order was paid if and only if the gateway has all of its group's money; money for which there
/// were no goods any more goes back whole.
pub(super) fn an_order_is_paid_exactly_when_the_gateway_has_its_money(
    end: &End<'_>,
) -> Result<(), String> {
    for (group, orders) in groups(end) {
        let intent = intent_of(&group);
        let total: i64 = orders.iter().map(|order| order.total()).sum();
        let captured = end.trades.get(&intent).filter(|trade| is_captured(trade));
        if let Some(trade) = captured
            && trade.order.total.minor() != total
        {
            return Err(format!(
                "{group} costs {total}, and the gateway took {}",
                trade.order.total
            ));
        }
        for order in orders {
            let is_sent_back = order.given_back() == order.total();
            let is_right = match captured {
                Some(_) => order.is_paid() || is_sent_back,
                None => !order.is_paid() && order.refunds.is_empty(),
            };
            if !is_right {
                let has = if captured.is_some() { "has" } else { "has not" };
                return Err(format!(
                    "{} is {}, and the gateway {has} its money",
                    order.id, order.state
                ));
            }
        }
    }
    Ok(())
}

/// Σ refunds ≤ paid, for each order and for each line of it.
pub(super) fn no_more_goes_back_than_was_paid(end: &End<'_>) -> Result<(), String> {
    for order in &end.books.orders {
        if order.given_back() > order.total() {
            return Err(format!(
                "{}: {} of {}",
                order.id,
                order.given_back(),
                order.total()
            ));
        }
        for line in &order.lines {
            let refunded = order.counted_refunds().flat_map(|refund| &refund.lines);
            let refunded: i64 = refunded
                .filter(|part| part.line == line.id)
                .map(|part| part.amount.minor)
                .sum();
            if refunded > line.unit_price * i64::from(line.quantity)
                || order.returned_units(&line.id) > line.quantity
            {
                return Err(format!(
                    "{} of {}: {refunded} goes back for {line:?}",
                    line.id, order.id
                ));
            }
        }
        for refund in &order.refunds {
            if refund
                .lines
                .iter()
                .map(|line| line.amount.minor)
                .sum::<i64>()
                != refund.amount.minor
            {
                return Err(format!("{}: its parts are not the whole", refund.id));
            }
        }
    }
    Ok(())
}

/// Orders, payments and the gateway know the same refunds, by number and amount.
pub(super) fn refunds_are_those_of_the_gateway(end: &End<'_>) -> Result<(), String> {
    let of_orders = end.books.orders.iter().flat_map(|order| {
        let paid = order
            .refunds
            .iter()
            .filter(|refund| refund.state == "succeeded");
        paid.map(|refund| {
            (
                intent_of(&order.group),
                refund.id.clone(),
                refund.amount.minor,
            )
        })
    });
    let of_orders: BTreeSet<_> = of_orders.filter(|(_, _, minor)| *minor > 0).collect();
    let intents: BTreeMap<_, _> = end
        .books
        .orders
        .iter()
        .map(|order| (order.id.clone(), intent_of(&order.group)))
        .collect();
    let of_payments = end
        .books
        .refunds
        .iter()
        .filter(|refund| refund.state == "succeeded");
    let of_payments: BTreeSet<_> = of_payments
        .map(|refund| {
            let intent = intents.get(&refund.order).cloned().unwrap_or_default();
            (intent, refund.id.clone(), refund.amount_minor)
        })
        .collect();
    let of_gateway: BTreeSet<_> = end
        .trades
        .iter()
        .flat_map(|(number, trade)| {
            let refunds = trade.refunds.iter();
            refunds.map(move |made| {
                (
                    number.clone(),
                    made.out_request_no.to_string(),
                    made.amount.minor(),
                )
            })
        })
        .collect();
    for (name, ours) in [("orders", &of_orders), ("payments", &of_payments)] {
        if *ours != of_gateway {
            let only_ours: Vec<_> = ours.difference(&of_gateway).collect();
            let only_theirs: Vec<_> = of_gateway.difference(ours).collect();
            return Err(format!(
                "only {name}: {only_ours:?}; only the gateway: {only_theirs:?}"
            ));
        }
    }
    Ok(())
}

/// What the gateway took and did not give back is what orders were paid and did not give back.
pub(super) fn the_gateway_has_what_orders_keep(end: &End<'_>) -> Result<(), String> {
    let captured = end.trades.values().filter(|trade| is_captured(trade));
    let has: i64 = captured
        .map(|trade| trade.order.total.minor() - trade.refunded().minor())
        .sum();
    let orders = end.books.orders.iter().filter(|order| order.is_paid());
    let keeps: i64 = orders.map(|order| order.total() - order.given_back()).sum();
    if has == keeps {
        Ok(())
    } else {
        Err(format!("the gateway has {has}, and orders keep {keeps}"))
    }
}

/// The state and the sums of a payment are those of its trade.
pub(super) fn payments_says_what_the_gateway_says(end: &End<'_>) -> Result<(), String> {
    for intent in &end.books.intents {
        let trade = end
            .trades
            .get(&intent.id)
            .filter(|trade| is_captured(trade));
        let back = trade.map_or(0, |trade| trade.refunded().minor());
        let states: &[&str] = match trade {
            None => &["cancelled", "expired", "failed"],
            Some(_) if back == 0 => &["captured"],
            Some(_) if back < intent.amount_minor => &["partially_refunded"],
            Some(_) => &["refunded"],
        };
        let is_right = states.contains(&intent.state.as_str())
            && intent.refunded_minor == back
            && intent.reserved_minor == 0
            && intent.id == intent_of(&intent.group);
        if !is_right {
            return Err(format!(
                "{intent:?}, and the gateway gave {back} back: {:?}",
                trade.map(|trade| trade.status)
            ));
        }
    }
    let known: BTreeSet<_> = end.books.intents.iter().map(|intent| &intent.id).collect();
    let unknown = end.trades.keys().find(|number| !known.contains(number));
    unknown.map_or(Ok(()), |number| {
        Err(format!(
            "the gateway has a trade {number} that payments does not know"
        ))
    })
}

fn groups<'a>(end: &End<'a>) -> BTreeMap<String, Vec<&'a Order>> {
    let mut groups: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for order in &end.books.orders {
        groups.entry(order.group.clone()).or_default().push(order);
    }
    groups
}

fn intent_of(group: &str) -> String {
    kernel::Id::<kernel::kind::PaymentIntent>::derive(&["payment-intent", group]).to_string()
}
