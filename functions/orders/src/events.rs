//! What the others are told: a pure function of an order before and after a change.

mod webhooks;

use kernel::{Event, Id, Timestamp, kind};
use platform::{Queue, ServiceError, table::Change};
use serde_json::json;
use tokens::intent_of;

use crate::{
    keys,
    order::{Order, OrderState},
    refund::{Refund, RefundRequest, RefundState, RequestState},
    store::order_of,
};

/// The queues of those who subscribed.
#[derive(Clone, Debug)]
pub(crate) struct Subscribers {
    pub(crate) payments: Queue,
    pub(crate) events: Queue,
    pub(crate) webhooks: Queue,
}

/// An event and who wants to hear of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) to: Subscriber,
    pub(crate) event: Event,
}

/// Who subscribes to an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscriber {
    /// The context of money.
    Payments,
    /// The context of concerts and tickets.
    Events,
    /// `webhooks`, which tells the seller's organization.
    Webhooks,
    /// Nobody yet: ledger and insights will.
    Nobody,
}

impl Subscribers {
    /// The events of a change in the table, with the queues they go to.
    pub(crate) fn told(&self, change: &Change) -> Result<Vec<(Queue, Event)>, ServiceError> {
        let is_order = change
            .sk
            .as_deref()
            .is_some_and(|sk| sk.starts_with(keys::ORDER_PREFIX));
        let Some(new) = change.new.clone().filter(|_| is_order) else {
            return Ok(Vec::new());
        };
        let old = change.old.clone().map(order_of).transpose()?;
        let told = events(old.as_ref(), &order_of(new)?);
        let told = told.map_err(|error| ServiceError::malformed("an event", error))?;
        Ok(told
            .into_iter()
            .filter_map(|told| match told.to {
                Subscriber::Payments => Some((self.payments.clone(), told.event)),
                Subscriber::Events => Some((self.events.clone(), told.event)),
                Subscriber::Webhooks => Some((self.webhooks.clone(), told.event)),
                Subscriber::Nobody => None,
            })
            .collect())
    }
}

/// What the change of an order from `old` (`None` if it was placed) to `new` tells.
pub(crate) fn events(old: Option<&Order>, new: &Order) -> Result<Vec<Told>, serde_json::Error> {
    let mut told = Vec::new();
    let before = old.map(|old| old.state);
    let becomes = |state| before != Some(state) && new.state == state;
    if old.is_none() {
        told.push(placed(new)?);
    }
    if new.state.is_paid() && !before.is_some_and(OrderState::is_paid) {
        // Those who issue tickets have nothing to do for an order without any.
        if new.lines.iter().any(|line| line.tickets.is_some()) {
            told.push(paid(new)?);
        }
        told.push(webhooks::of_order("order.paid", new.paid_at, new)?);
    }
    for (state, kind, at) in [
        (OrderState::Shipped, "order.fulfilled", new.shipped_at),
        (OrderState::Received, "order.received", new.received_at),
        (OrderState::Completed, "order.completed", new.completed_at),
        (OrderState::Cancelled, "order.cancelled", new.ended_at),
        (OrderState::Expired, "order.expired", new.ended_at),
        (
            OrderState::Disputed,
            "order.disputed",
            new.dispute.as_ref().map(|dispute| dispute.opened_at),
        ),
        // The seller's money is released by receipt, as above, or by a ruling.
        (OrderState::ResolvedRelease, "order.ruled", ruled_at(new)),
        (OrderState::ResolvedRefund, "order.ruled", ruled_at(new)),
    ] {
        if becomes(state) {
            told.push(webhooks::of_order(kind, at, new)?);
        }
    }
    // A group ends as one, so its first order speaks for all.
    if before == Some(OrderState::AwaitingPayment)
        && matches!(new.state, OrderState::Cancelled | OrderState::Expired)
        && new.number() == 0
    {
        told.push(group_closed(new)?);
    }
    for refund in &new.refunds {
        if refund.state == RefundState::Due && !was_due(old, refund.id) {
            told.push(refund_due(new, refund)?);
        }
        if refund.state == RefundState::Succeeded && !had_succeeded(old, refund.id) {
            told.push(webhooks::of_refund(new, refund)?);
        }
    }
    for request in &new.refund_requests {
        if request.state == RequestState::AwaitingRecall && !was_recalled(old, request.id) {
            told.extend(recalls(new, request)?);
        }
    }
    Ok(told)
}

fn placed(order: &Order) -> Result<Told, serde_json::Error> {
    let data = json!({
        "order": order.id,
        "group": order.group,
        "buyer": order.buyer,
        "shop": order.seller,
        "organization": order.organization,
        "state": order.state,
        "total_minor": order.total.minor(),
        "currency": order.currency,
        "version": order.version,
    });
    let (subject, at) = (order.id.to_string(), order.placed_at);
    Ok(Told {
        to: Subscriber::Nobody,
        event: Event::derived("order.placed", subject, order.version, at, data)?,
    })
}

fn paid(order: &Order) -> Result<Told, serde_json::Error> {
    let lines = order.lines.iter().map(|line| {
        json!({
            "line": line.id,
            "sku": line.sku,
            "listing": line.listing,
            "quantity": line.quantity,
            "tickets": line.tickets,
        })
    });
    let data = json!({
        "order": order.id,
        "group": order.group,
        "buyer": order.buyer,
        "paid_at": order.paid_at,
        "lines": lines.collect::<Vec<_>>(),
        "version": order.version,
    });
    let subject = order.id.to_string();
    let at = order.paid_at.unwrap_or(order.placed_at);
    Ok(Told {
        to: Subscriber::Events,
        event: Event::derived("order.paid", subject, order.version, at, data)?,
    })
}

fn group_closed(order: &Order) -> Result<Told, serde_json::Error> {
    let reason = match order.state {
        OrderState::Cancelled => "cancelled",
        _ => "expired",
    };
    let data = json!({
        "group": order.group,
        "intent": intent_of(order.group),
        "reason": reason,
    });
    let at = order.ended_at.unwrap_or(order.placed_at);
    let subject = order.group.to_string();
    Ok(Told {
        to: Subscriber::Payments,
        event: Event::derived("order_group.closed", subject, order.version, at, data)?,
    })
}

fn refund_due(order: &Order, refund: &Refund) -> Result<Told, serde_json::Error> {
    let data = json!({
        "refund": refund.id,
        "intent": intent_of(order.group),
        "group": order.group,
        "order": order.id,
        "amount_minor": refund.amount.minor(),
        "currency": refund.amount.currency(),
        "reason": refund.cause.as_str(),
    });
    let subject = refund.id.to_string();
    Ok(Told {
        to: Subscriber::Payments,
        event: Event::derived(
            "order.refund_due",
            subject,
            order.version,
            refund.due_at,
            data,
        )?,
    })
}

/// One event for each line that has tickets.
fn recalls(order: &Order, request: &RefundRequest) -> Result<Vec<Told>, serde_json::Error> {
    let mut told = Vec::new();
    let at = request.decided_at.unwrap_or(request.asked_at);
    for part in &request.parts {
        let line = order.lines.iter().find(|line| line.id == part.line);
        if line.is_none_or(|line| line.tickets.is_none()) {
            continue;
        }
        let data = json!({
            "refund_request": request.id,
            "order": order.id,
            "line": part.line,
            "quantity": part.wish.units(),
        });
        let kind = "tickets.recall_asked";
        let (subject, version) = (request.id.to_string(), order.version);
        let mut event = Event::derived(kind, &subject, version, at, data)?;
        // One request may have several such lines, and no two events one id.
        let line = part.line.to_string();
        event.id = Id::derive(&[kind, &subject, &version.to_string(), &line]);
        told.push(Told {
            to: Subscriber::Events,
            event,
        });
    }
    Ok(told)
}

fn was_due(old: Option<&Order>, id: Id<kind::Refund>) -> bool {
    let mut refunds = old.iter().flat_map(|old| &old.refunds);
    refunds.any(|refund| refund.id == id && refund.state == RefundState::Due)
}

fn was_recalled(old: Option<&Order>, id: Id<kind::RefundRequest>) -> bool {
    let mut requests = old.iter().flat_map(|old| &old.refund_requests);
    requests.any(|request| request.id == id && request.state == RequestState::AwaitingRecall)
}

fn had_succeeded(old: Option<&Order>, id: Id<kind::Refund>) -> bool {
    let mut refunds = old.iter().flat_map(|old| &old.refunds);
    refunds.any(|refund| refund.id == id && refund.state == RefundState::Succeeded)
}

fn ruled_at(order: &Order) -> Option<Timestamp> {
    let ruling = order.dispute.as_ref()?.ruling?;
    Some(ruling.ruled_at)
}

#[cfg(test)]
mod tests;
