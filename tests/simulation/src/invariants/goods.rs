//! Stock, tickets and files.

use std::collections::{BTreeMap, BTreeSet};

use super::End;
use crate::{
    books::{Line, Order, Refund, RefundedLine},
    people::is_restocked,
};

/// The committed units of every quota are those of paid lines that were not put back, and nothing is
/// held any more.
pub(super) fn stock_is_what_was_sold(end: &End<'_>) -> Result<(), String> {
    let mut sold: BTreeMap<&str, i64> = BTreeMap::new();
    for order in end.books.orders.iter().filter(|order| order.is_paid()) {
        for line in &order.lines {
            let kept = i64::from(line.quantity) - i64::from(put_back(order, line));
            for component in &line.components {
                *sold.entry(&component.quota).or_default() += kept * i64::from(component.units);
            }
        }
    }
    let mut counted: BTreeMap<&str, i64> = BTreeMap::new();
    for quota in &end.quotas {
        *counted.entry(&quota.id).or_default() += quota.committed;
    }
    for (quota, committed) in counted {
        let sold = sold.get(quota).copied().unwrap_or(0);
        if sold != committed {
            return Err(format!(
                "{quota}: {committed} are committed, and {sold} sold"
            ));
        }
    }
    Ok(())
}

/// Every unit of a ticket line that was paid and not given back has its one ticket, and no other has.
pub(super) fn tickets_are_the_seats_that_were_sold(end: &End<'_>) -> Result<(), String> {
    let mut live: BTreeMap<&str, u32> = BTreeMap::new();
    for ticket in end
        .books
        .tickets
        .iter()
        .filter(|ticket| ticket.state == "issued")
    {
        *live.entry(&ticket.line).or_default() += 1;
    }
    for order in end.books.orders.iter().filter(|order| order.is_paid()) {
        for line in order
            .lines
            .iter()
            .filter(|line| line.fulfilment == "ticket")
        {
            let bought = line.quantity - order.returned_units(&line.id);
            let issued = live.remove(line.id.as_str()).unwrap_or(0);
            if bought != issued {
                return Err(format!(
                    "{} of {}: {bought} seats, {issued} live tickets",
                    line.id, order.id
                ));
            }
        }
    }
    live.iter().next().map_or(Ok(()), |(line, live)| {
        Err(format!(
            "{live} live tickets of {line}, which nobody bought"
        ))
    })
}

/// No two tickets open the door by the same secret. That the secrets of holders before open nothing
/// is tried at the door itself.
pub(super) fn a_ticket_has_one_live_secret(end: &End<'_>) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    let tickets = &end.books.tickets;
    let twin = tickets
        .iter()
        .find(|ticket| !seen.insert(ticket.secret["tag"].to_string()));
    twin.map_or(Ok(()), |twin| {
        Err(format!("{} has the secret of another", twin.id))
    })
}

/// A ticket opens the door once a day: at the door, on the ticket, and as the doorkeepers remember.
pub(super) fn nobody_is_let_in_twice_a_day(end: &End<'_>) -> Result<(), String> {
    let at_the_door: BTreeSet<_> = end
        .books
        .check_ins
        .iter()
        .map(|one| (one.of_ticket.clone(), one.day.clone()))
        .collect();
    let on_tickets = end.books.tickets.iter().flat_map(|ticket| {
        ticket
            .check_ins
            .keys()
            .map(|day| (ticket.id.clone(), day.clone()))
    });
    let on_tickets: BTreeSet<_> = on_tickets.collect();
    if at_the_door != on_tickets {
        return Err(format!(
            "the door says {at_the_door:?}, and the tickets say {on_tickets:?}"
        ));
    }
    for (use_of, keys) in &end.people.let_in {
        if keys.len() > 1 || !at_the_door.contains(use_of) {
            return Err(format!("{use_of:?} was let in by {keys:?}"));
        }
    }
    Ok(())
}

/// Whoever paid for files and did not get back all that they cost may download them; nobody else.
pub(super) fn files_are_open_to_who_paid_for_them(end: &End<'_>) -> Result<(), String> {
    let open = end
        .books
        .entitlements
        .iter()
        .filter(|entitlement| entitlement.revoked_at.is_none());
    let open: BTreeSet<_> = open
        .map(|entitlement| (entitlement.holder.clone(), entitlement.line.clone()))
        .collect();
    let paid = end
        .books
        .orders
        .iter()
        .filter(|order| order.is_paid())
        .flat_map(|order| {
            let files = order
                .lines
                .iter()
                .filter(|line| line.fulfilment == "download");
            let kept = files.filter(|line| order.returned_units(&line.id) < line.quantity);
            kept.map(|line| (order.buyer.clone(), line.id.clone()))
        });
    let paid: BTreeSet<_> = paid.collect();
    if open == paid {
        return Ok(());
    }
    let (closed, given): (Vec<_>, Vec<_>) = (
        paid.difference(&open).collect(),
        open.difference(&paid).collect(),
    );
    Err(format!(
        "paid and closed: {closed:?}; open and not paid: {given:?}"
    ))
}

/// How many units of a line can be sold again.
fn put_back(order: &Order, line: &Line) -> u32 {
    let refunds = order.counted_refunds();
    let parts = refunds.flat_map(|refund| refund.lines.iter().map(move |part| (refund, part)));
    parts
        .filter(|(_, part)| part.line == line.id)
        .map(|(refund, part)| part_put_back(order, line, refund, part))
        .sum()
}

fn part_put_back(order: &Order, line: &Line, refund: &Refund, part: &RefundedLine) -> u32 {
    if refund.cause == "tickets_voided" {
        // Seats of a concert that does not take place are worth nothing to anyone.
        return 0;
    }
    let request = refund.cause["request"].as_str();
    let request = request.and_then(|id| {
        order
            .refund_requests
            .iter()
            .find(|request| request.id == id)
    });
    match request {
        Some(request) if request.return_goods => part.quantity * u32::from(is_restocked(&line.sku)),
        // Tickets were asked back before their money was given.
        Some(_) if line.fulfilment == "ticket" => part.quantity,
        // Who keeps what is there gives up what is not.
        Some(_) | None => part.withdrawn,
    }
}
