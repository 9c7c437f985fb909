//! What this context tells the others.
//!
//! Invariant: no code, no secret and no sealed thing is in any event, and no account's id is in one
//! whose audience is a partner: a partner knows its member, its grant and the voucher's reference.

mod allotments;
mod clearing;
mod grants;
mod links;
mod vouchers;

use kernel::{Event, Timestamp};
use platform::{ServiceError, table::Change};
use serde::Serialize;

pub(crate) use clearing::{EXCHANGE_RECORDED, SETTLEMENT_RECORDED};

/// Who gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscriber {
    /// `events`, which issues the tickets of grants.
    Events,
    /// This context's own worker.
    Vouchers,
    /// `webhooks`, which tells partners and organizations.
    Webhooks,
}

/// What `change` means to the others.
pub(crate) fn events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    // Every room knows its own rows and has nothing to say of the others'.
    let mut events = clearing::clearing_events(change)?;
    events.extend(allotments::allotment_events(change)?);
    events.extend(grants::grant_events(change)?);
    events.extend(links::link_events(change)?);
    events.extend(vouchers::voucher_events(change)?);
    Ok(events)
}

/// An event for another context.
fn derived(
    kind: &str,
    subject: String,
    version: u64,
    occurred_at: Timestamp,
    data: impl Serialize,
) -> Result<Event, ServiceError> {
    Event::derived(kind, subject, version, occurred_at, data).map_err(unwritable)
}

/// An event for a partner or an organization, whose id is `audience`. What is in `payload` leaves
/// the platform.
fn for_webhooks(
    kind: &str,
    subject: String,
    version: u64,
    occurred_at: Timestamp,
    audience: String,
    payload: impl Serialize,
) -> Result<Event, ServiceError> {
    let audience = [audience];
    Event::for_webhooks(kind, subject, version, occurred_at, &audience, payload).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> ServiceError {
    ServiceError::malformed("the event", error)
}
