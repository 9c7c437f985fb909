//! What must hold: each invariant is a function, named as a violation of it is reported.

mod goods;
mod money;

use std::collections::{BTreeMap, BTreeSet};

use alipay::TradeStatus;
use sandbox::trade::SandboxTrade;
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Violation,
    books::{Books, Order},
    courier::Courier,
    market::{Market, text},
    people::People,
};

/// Everything that is looked at in the end.
pub(crate) struct End<'a> {
    pub(crate) books: &'a Books,
    pub(crate) people: &'a People,
    /// The gateway's own book, by our number of the trade.
    pub(crate) trades: BTreeMap<String, SandboxTrade>,
    pub(crate) quotas: Vec<Quota>,
}

/// A quota, as its rows say.
pub(crate) struct Quota {
    pub(crate) id: String,
    pub(crate) capacity: i64,
    pub(crate) committed: i64,
    pub(crate) free: i64,
    pub(crate) held: i64,
}

#[derive(Deserialize)]
struct Row {
    pk: String,
    capacity: i64,
    committed: i64,
    free: i64,
    holds: BTreeMap<String, Value>,
}

type Check = fn(&End<'_>) -> Result<(), String>;

/// What must hold once everything is quiet.
const CHECKS: [(&str, Check); 13] = [
    (
        "orders_move_along_legal_edges",
        orders_move_along_legal_edges,
    ),
    ("nothing_is_left_in_between", nothing_is_left_in_between),
    (
        "what_buyers_were_told_is_there_and_nothing_else",
        what_buyers_were_told_is_there_and_nothing_else,
    ),
    (
        "an_order_is_paid_exactly_when_the_gateway_has_its_money",
        money::an_order_is_paid_exactly_when_the_gateway_has_its_money,
    ),
    (
        "no_more_goes_back_than_was_paid",
        money::no_more_goes_back_than_was_paid,
    ),
    (
        "refunds_are_those_of_the_gateway",
        money::refunds_are_those_of_the_gateway,
    ),
    (
        "the_gateway_has_what_orders_keep",
        money::the_gateway_has_what_orders_keep,
    ),
    (
        "payments_says_what_the_gateway_says",
        money::payments_says_what_the_gateway_says,
    ),
    ("stock_is_what_was_sold", goods::stock_is_what_was_sold),
    (
        "tickets_are_the_seats_that_were_sold",
        goods::tickets_are_the_seats_that_were_sold,
    ),
    (
        "a_ticket_has_one_live_secret",
        goods::a_ticket_has_one_live_secret,
    ),
    (
        "nobody_is_let_in_twice_a_day",
        goods::nobody_is_let_in_twice_a_day,
    ),
    (
        "files_are_open_to_who_paid_for_them",
        goods::files_are_open_to_who_paid_for_them,
    ),
];

/// Looks at everything once it is quiet.
pub(crate) async fn check_all(
    market: &Market,
    people: &People,
    courier: &Courier,
) -> Result<Books, Violation> {
    if let [(queue, body), ..] = courier.dead().as_slice() {
        return Err(Violation::new(
            "nothing_is_dead",
            format!("{queue}: {body}"),
        ));
    }
    let books = Books::read(market)?;
    let trades = market.world.sandbox.trades().into_iter();
    let end = End {
        books: &books,
        people,
        trades: trades
            .map(|trade| (trade.order.out_trade_no.to_string(), trade))
            .collect(),
        quotas: quotas(market).await,
    };
    for (name, check) in CHECKS {
        check(&end).map_err(|message| Violation::new(name, message))?;
    }
    Ok(books)
}

/// Looks at what must hold at every moment.
pub(crate) async fn no_quota_is_overdrawn(market: &Market) -> Result<(), Violation> {
    for quota in quotas(market).await {
        let Quota {
            capacity,
            committed,
            free,
            held,
            ..
        } = quota;
        if committed < 0 || free < 0 || committed + held + free != capacity {
            let said = format!(
                "{}: {committed} committed, {held} held, {free} free of {capacity}",
                quota.id
            );
            return Err(Violation::new("no_quota_is_overdrawn", said));
        }
    }
    Ok(())
}

/// An order's versions follow each other, and its states along the edges that there are.
fn orders_move_along_legal_edges(end: &End<'_>) -> Result<(), String> {
    for order in &end.books.orders {
        let mut before: Option<(u64, &str)> = None;
        for (version, state) in &order.history {
            let is_legal = match before {
                None => *version == 1,
                Some((last, from)) => *version == last + 1 && is_reachable(from, state),
            };
            if !is_legal {
                return Err(format!("{}: {:?}", order.id, order.history));
            }
            before = Some((*version, state));
        }
    }
    Ok(())
}

/// Everything has an end: nothing waits for a payment, a refund, or an answer of another context.
fn nothing_is_left_in_between(end: &End<'_>) -> Result<(), String> {
    for order in &end.books.orders {
        if ["awaiting_payment", "shipped"].contains(&order.state.as_str()) {
            return Err(format!("{} is {} for ever", order.id, order.state));
        }
        if let Some(refund) = order
            .counted_refunds()
            .find(|refund| refund.state != "succeeded")
        {
            return Err(format!(
                "{} of {} is {} for ever",
                refund.id, order.id, refund.state
            ));
        }
        if let Some(request) = order
            .refund_requests
            .iter()
            .find(|request| request.state == "awaiting_recall")
        {
            return Err(format!(
                "{} of {} waits for its tickets for ever",
                request.id, order.id
            ));
        }
        let is_handed_over_by_us = |fulfilment: &str| ["ticket", "download"].contains(&fulfilment);
        let mut lines = order
            .lines
            .iter()
            .filter(|line| is_handed_over_by_us(&line.fulfilment));
        if let Some(line) = lines.find(|line| {
            order.is_paid() && line.fulfilled + withdrawn(order, &line.id) < line.quantity
        }) {
            return Err(format!(
                "{} of {} is not handed over: {line:?}",
                line.id, order.id
            ));
        }
    }
    let waiting = end
        .books
        .intents
        .iter()
        .find(|intent| intent.state == "requires_action");
    waiting.map_or(Ok(()), |intent| {
        Err(format!("{} waits to be paid for ever", intent.id))
    })
}

/// Every checkout that was answered 201 is there, and there is no other.
fn what_buyers_were_told_is_there_and_nothing_else(end: &End<'_>) -> Result<(), String> {
    let there: BTreeSet<_> = end
        .books
        .orders
        .iter()
        .map(|order| order.group.clone())
        .collect();
    let told: BTreeSet<_> = end
        .people
        .checkouts
        .iter()
        .filter_map(|checkout| checkout.group.clone())
        .collect();
    if there == told {
        return Ok(());
    }
    let (lost, unknown) = (told.difference(&there), there.difference(&told));
    Err(format!(
        "lost: {:?}; nobody's: {:?}",
        lost.collect::<Vec<_>>(),
        unknown.collect::<Vec<_>>()
    ))
}

/// How a trade of the gateway stands.
pub(crate) fn is_captured(trade: &SandboxTrade) -> bool {
    trade.paid_at.is_some() && trade.status != TradeStatus::WaitBuyerPay
}

fn withdrawn(order: &Order, line: &str) -> u32 {
    let refunds = order.counted_refunds().flat_map(|refund| &refund.lines);
    refunds
        .filter(|refunded| refunded.line == line)
        .map(|refunded| refunded.withdrawn)
        .sum()
}

/// Whether an order can get from one state to another; one write may make several moves at once.
fn is_reachable(from: &str, to: &str) -> bool {
    let edges: &[&str] = match from {
        "awaiting_payment" => &["paid", "expired", "cancelled"],
        "expired" => &["paid"],
        "paid" => &["fulfilling", "shipped", "refunded"],
        "fulfilling" => &["shipped", "refunded"],
        "shipped" => &["received", "disputed", "refunded"],
        "received" => &["completed", "disputed", "refunded"],
        "disputed" => &["resolved_refund", "resolved_release"],
        "completed" => &["refunded"],
        _ => &[],
    };
    // Late money settles an order that has ended in one write with its refund.
    from == to
        || edges
            .iter()
            .any(|next| *next == to || is_reachable(next, to))
}

async fn quotas(market: &Market) -> Vec<Quota> {
    let table = market.world.table("QuotasTable");
    let mut keys = Vec::new();
    for (quota, shards) in &market.quotas {
        let shards = (0..*shards).map(|shard| format!("QUOTA#{quota}#{shard}"));
        keys.extend(shards.map(|pk| (table.clone(), platform::table::Key::partition(pk))));
    }
    let rows = market
        .world
        .aws
        .get_many(&keys)
        .await
        .expect("the quotas are read");
    let rows = rows
        .into_iter()
        .flatten()
        .map(|row| row.parse::<Row>("a quota").expect("it is a quota's row"));
    rows.map(|row| Quota {
        held: row
            .holds
            .values()
            .filter_map(|hold| hold["units"].as_i64())
            .sum(),
        id: quota_of(&row.pk),
        capacity: row.capacity,
        committed: row.committed,
        free: row.free,
    })
    .collect()
}

/// The quota of a row's key `QUOTA#<quota>#<shard>`.
fn quota_of(pk: &str) -> String {
    let quota = pk.trim_start_matches("QUOTA#");
    quota
        .rsplit_once('#')
        .map_or_else(|| text(&Value::Null), |(quota, _)| quota.to_owned())
}
