//! `tickets.issued`, `tickets.recalled`, `tickets.recall_refused` and `tickets.voided`: what became
//! of the tickets of an order.
//!
//! Idempotent by construction: how many tickets a line has, and how many of them are void, only ever
//! grows; a recall is answered once, after which the request is past waiting.

use kernel::{Event, Id, kind};
use serde::Deserialize;

use super::{ConsumeError, changed};
use crate::{
    App,
    fulfilment::{self, HandOverError},
    order::{Line, Order},
    refund,
};

#[derive(Deserialize)]
struct Issued {
    order: Id<kind::Order>,
    line: Id<kind::OrderLine>,
    tickets: Vec<Id<kind::Ticket>>,
}

#[derive(Deserialize)]
struct Recall {
    refund_request: Id<kind::RefundRequest>,
    order: Id<kind::Order>,
    reason: Option<String>,
}

#[derive(Deserialize)]
struct Voided {
    order: Id<kind::Order>,
    line: Id<kind::OrderLine>,
    /// Tickets, of which a unit may have several.
    quantity: u32,
}

/// Tickets are with their holder.
pub(crate) async fn issued(app: &App, event: Event) -> Result<(), ConsumeError> {
    let issued: Issued = serde_json::from_value(event.data)?;
    let tickets = u32::try_from(issued.tickets.len()).unwrap_or(u32::MAX);
    let done = app.change(issued.order, |order, now| {
        let units = tickets / tickets_per_unit(&order, issued.line);
        let order = fulfilment::tickets_issued(order, issued.line, units, now)?;
        Ok::<_, HandOverError>(order.into())
    });
    changed(done.await)
}

/// Tickets that were asked back are worthless now.
pub(crate) async fn recalled(app: &App, event: Event) -> Result<(), ConsumeError> {
    let recall: Recall = serde_json::from_value(event.data)?;
    let done = app.change(recall.order, |order, now| {
        refund::recalled(order, recall.refund_request, now)
    });
    changed(done.await)
}

/// Tickets that were asked back had been used.
pub(crate) async fn recall_refused(app: &App, event: Event) -> Result<(), ConsumeError> {
    let recall: Recall = serde_json::from_value(event.data)?;
    let done = app.change(recall.order, |order, now| {
        let reason = recall.reason.clone();
        refund::recall_refused(order, recall.refund_request, reason, now)
    });
    changed(done.await)
}

/// A concert does not take place.
pub(crate) async fn voided(app: &App, event: Event) -> Result<(), ConsumeError> {
    let voided: Voided = serde_json::from_value(event.data)?;
    let done = app.change(voided.order, |order, now| {
        let units = voided.quantity / tickets_per_unit(&order, voided.line);
        refund::tickets_voided(order, voided.line, units, now)
    });
    changed(done.await)
}

/// How many tickets a unit of the line has; at least one, so that it can be divided by.
fn tickets_per_unit(order: &Order, line: Id<kind::OrderLine>) -> u32 {
    let is_line = |other: &&Line| other.id == line;
    let line = order.lines.iter().find(is_line);
    let tickets = line.and_then(|line| line.tickets.as_ref());
    tickets.map_or(1, |tickets| tickets.per_unit).max(1)
}
