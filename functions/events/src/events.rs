//! What this context tells the others.

use kernel::{Event, Id, Timestamp};
use platform::{ServiceError, table::Change};
use serde_json::{Value, json};

use crate::{
    concert::{self, Concert},
    keys,
    line::{self, Line},
    recall::Outcome,
    store,
    ticket_quota::TicketQuota,
};

/// Who gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscriber {
    /// `shops`, which sell the tickets of concerts.
    Shops,
    /// `orders`, which wait for tickets and pay money back.
    Orders,
    /// This context's own worker.
    Events,
    /// Nobody yet: told for those who will want to know.
    Nobody,
}

/// A concert was called off; its tickets are to become void.
pub(crate) const CONCERT_CANCELLED: &str = "concert.cancelled";

/// The version of what is written once.
const ONLY_VERSION: u64 = 1;

/// What `change` means to the others. No secret and no hash of one is ever in it.
pub(crate) fn events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let Some(sk) = change.sk.as_deref() else {
        return Ok(Vec::new());
    };
    // In the lists stand copies, under other sort keys; what is told is told of the thing itself.
    if sk == keys::CONCERT {
        concert_events(change)
    } else if sk == keys::LINE {
        line_events(change)
    } else if sk.starts_with(keys::RECALL_PREFIX) {
        recall_events(change)
    } else if sk == keys::TICKET {
        ticket_events(change)
    } else if change.pk.starts_with(keys::DOOR_PREFIX) {
        door_events(change)
    } else {
        Ok(Vec::new())
    }
}

fn concert_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let old = change.old.clone().map(store::concert_of).transpose()?;
    let Some(concert) = change.new.clone().map(store::concert_of).transpose()? else {
        return Ok(Vec::new());
    };
    let told = |kind, data| {
        let subject = concert.id.to_string();
        derived(kind, subject, concert.version, concert.updated_at, data)
    };
    let changed = told("concert.changed", described(&concert))?;
    let mut events = vec![(Subscriber::Shops, changed)];
    let is_cancelled = |concert: &Concert| concert.state == concert::State::Cancelled;
    if is_cancelled(&concert) && !old.as_ref().is_some_and(is_cancelled) {
        let data = json!({ "concert": concert.id });
        events.push((Subscriber::Events, told(CONCERT_CANCELLED, data)?));
    }
    Ok(events)
}

fn described(concert: &Concert) -> Value {
    let quotas: Vec<_> = concert.ticket_quotas.iter().map(described_quota).collect();
    json!({
        "concert": concert.id,
        "organization": concert.organization,
        "state": concert.state,
        "title": concert.programme.title,
        "starts_at": concert.programme.times.starts_at,
        "region": concert.programme.region,
        "ticket_quotas": quotas,
        "version": concert.version,
    })
}

fn described_quota(quota: &TicketQuota) -> Value {
    json!({
        "ticket_quota": quota.id,
        "name": quota.name,
        "quota": format!("tickets:{}", quota.id),
        "days": quota.days,
        "capacity": quota.capacity,
        "per_buyer_limit": quota.per_buyer_limit,
    })
}

fn line_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let old = change.old.clone().map(store::line_of).transpose()?;
    let Some(line) = change.new.clone().map(store::line_of).transpose()? else {
        return Ok(Vec::new());
    };
    if old.is_some_and(|old| old.state == line.state) {
        return Ok(Vec::new());
    }
    let (kind, data) = match line.state {
        line::State::Issuing | line::State::Voiding => return Ok(Vec::new()),
        line::State::Issued => ("tickets.issued", issued(&line)),
        // All of it was paid back before.
        line::State::Voided if line.voided == 0 => return Ok(Vec::new()),
        line::State::Voided => ("tickets.voided", voided(&line)),
    };
    let event = derived(
        kind,
        line.id.to_string(),
        line.version,
        line.updated_at,
        data,
    )?;
    Ok(vec![(Subscriber::Orders, event)])
}

fn issued(line: &Line) -> Value {
    json!({
        "order": line.order,
        "line": line.id,
        "tickets": line.tickets().collect::<Vec<_>>(),
        "version": line.version,
    })
}

/// The quantity is one of tickets, of which a unit of the line may have several.
fn voided(line: &Line) -> Value {
    json!({
        "order": line.order,
        "line": line.id,
        "quantity": line.voided,
        "reason": "concert_cancelled",
        "version": line.version,
    })
}

fn recall_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let (None, Some(item)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let recall = store::recall_of(item.clone())?;
    let mut data = json!({
        "refund_request": recall.refund_request,
        "order": recall.order,
        "line": recall.line,
        "quantity": recall.quantity,
        "tickets": [],
        "version": ONLY_VERSION,
    });
    let kind = match &recall.outcome {
        Outcome::Recalled(tickets) => {
            data["tickets"] = json!(tickets);
            "tickets.recalled"
        }
        Outcome::Refused(refusal) => {
            data["reason"] = json!(refusal.as_str());
            "tickets.recall_refused"
        }
    };
    let subject = recall.refund_request.to_string();
    let mut event = derived(kind, subject, ONLY_VERSION, recall.decided_at, data)?;
    // One request may ask for tickets of several lines, and no two events have one id.
    let line = recall.line.to_string();
    event.id = Id::derive(&[kind, &event.subject, &line]);
    Ok(vec![(Subscriber::Orders, event)])
}

fn ticket_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let (Some(old), Some(new)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let old = store::ticket_of(old.clone())?;
    let ticket = store::ticket_of(new.clone())?;
    if old.holder == ticket.holder {
        return Ok(Vec::new());
    }
    let event = derived(
        "ticket.transferred",
        ticket.id.to_string(),
        ticket.version,
        ticket.held_since,
        json!({
            "ticket": ticket.id,
            "concert": ticket.concert,
            "from": old.holder,
            "to": ticket.holder,
            "version": ticket.version,
        }),
    )?;
    Ok(vec![(Subscriber::Nobody, event)])
}

fn door_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let (None, Some(item)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let check_in = store::check_in_of(item.clone())?;
    let event = derived(
        "ticket.checked_in",
        check_in.id.to_string(),
        ONLY_VERSION,
        check_in.at,
        json!({
            "check_in": check_in.id,
            "ticket": check_in.ticket,
            "concert": check_in.concert,
            "ticket_quota": check_in.ticket_quota,
            "day": check_in.day,
            "version": ONLY_VERSION,
        }),
    )?;
    Ok(vec![(Subscriber::Nobody, event)])
}

fn derived(
    kind: &str,
    subject: String,
    version: u64,
    occurred_at: Timestamp,
    data: Value,
) -> Result<Event, ServiceError> {
    Event::derived(kind, subject, version, occurred_at, data)
        .map_err(|error| ServiceError::malformed("the event", error))
}
