//! What this context tells the others: here what happened, in the modules what each of them hears of
//! it.

mod orders;
mod vouchers;
mod webhooks;

use kernel::{Event, Timestamp};
use platform::{ServiceError, table::Change};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    concert::{self, Concert},
    keys,
    origin::Origin,
    recall::Asked,
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
    /// `vouchers`, which block tickets for partners and grant them.
    Vouchers,
    /// This context's own worker.
    Events,
    /// `webhooks`, which tell organizations.
    Webhooks,
    /// Nobody yet: told for those who will want to know.
    Nobody,
}

/// An event, and who gets it.
type Told = (Subscriber, Event);

/// A concert was called off; its tickets are to become void.
pub(crate) const CONCERT_CANCELLED: &str = "concert.cancelled";

/// The version of a decision: it is made once.
const ONLY_VERSION: u64 = 1;

/// What `change` means to the others. No secret and no hash of one is ever in it.
pub(crate) fn events(change: &Change) -> Result<Vec<Told>, ServiceError> {
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
    } else {
        Ok(Vec::new())
    }
}

fn concert_events(change: &Change) -> Result<Vec<Told>, ServiceError> {
    let old = change.old.clone().map(store::concert_of).transpose()?;
    let Some(concert) = change.new.clone().map(store::concert_of).transpose()? else {
        return Ok(Vec::new());
    };
    let told = |kind, data| {
        let subject = concert.id.to_string();
        derived(kind, subject, concert.version, concert.updated_at, data)
    };
    let changed = told("concert.changed", described(&concert))?;
    let mut events = vec![
        (Subscriber::Shops, changed.clone()),
        (Subscriber::Vouchers, changed),
    ];
    let is_cancelled = |concert: &Concert| concert.state == concert::State::Cancelled;
    if is_cancelled(&concert) && !old.as_ref().is_some_and(is_cancelled) {
        let data = json!({ "concert": concert.id });
        events.push((Subscriber::Events, told(CONCERT_CANCELLED, data)?));
    }
    events.extend(webhooks::of_concert(old.as_ref(), &concert)?);
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

fn line_events(change: &Change) -> Result<Vec<Told>, ServiceError> {
    let old = change.old.clone().map(store::line_of).transpose()?;
    let Some(line) = change.new.clone().map(store::line_of).transpose()? else {
        return Ok(Vec::new());
    };
    if old.is_some_and(|old| old.state == line.state) {
        return Ok(Vec::new());
    }
    let told = match line.origin {
        Origin::Order { order, line: id } => orders::of_line(order, id, &line)?,
        Origin::Grant { grant } => vouchers::of_line(grant, &line)?,
    };
    Ok(Vec::from_iter(told))
}

fn recall_events(change: &Change) -> Result<Vec<Told>, ServiceError> {
    let (None, Some(item)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let recall = store::recall_of(item.clone())?;
    let told = match recall.asked {
        Asked::ForRefund {
            refund_request,
            order,
            line,
            quantity,
        } => orders::of_recall(refund_request, order, line, quantity, &recall)?,
        Asked::ForRevocation { grant, version } => vouchers::of_recall(grant, version, &recall)?,
    };
    Ok(vec![told])
}

fn ticket_events(change: &Change) -> Result<Vec<Told>, ServiceError> {
    let (Some(old), Some(new)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let old = store::ticket_of(old.clone())?;
    let ticket = store::ticket_of(new.clone())?;
    let mut events = Vec::new();
    if old.holder != ticket.holder {
        let data = json!({
            "ticket": ticket.id,
            "concert": ticket.concert,
            "from": old.holder,
            "to": ticket.holder,
            "version": ticket.version,
        });
        let (subject, since) = (ticket.id.to_string(), ticket.held_since);
        let event = derived("ticket.transferred", subject, ticket.version, since, data)?;
        events.push((Subscriber::Nobody, event));
    }
    for (day, at) in &ticket.check_ins {
        if !old.check_ins.contains_key(day) {
            events.push(webhooks::of_check_in(&ticket, *day, *at)?);
            if let Origin::Grant { grant } = ticket.origin {
                events.push(vouchers::of_check_in(grant, &ticket, *day, *at)?);
            }
        }
    }
    Ok(events)
}

fn derived(
    kind: &str,
    subject: String,
    version: u64,
    occurred_at: Timestamp,
    data: impl Serialize,
) -> Result<Event, ServiceError> {
    Event::derived(kind, subject, version, occurred_at, data).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> ServiceError {
    ServiceError::malformed("the event", error)
}
