//! What organizations are told of their concerts, and of nobody who comes to them.

use std::num::NonZeroU32;

use jiff::civil::Date;
use kernel::{Event, Id, Timestamp, kind};
use platform::ServiceError;
use serde::Serialize;

use super::{Subscriber, Told, unwritable};
use crate::{
    concert::{Concert, State},
    days::Days,
    door,
    text::{Name, Prose},
    ticket::Ticket,
    ticket_quota::{Capacity, TicketQuota},
};

/// A concert, as those are told who give it.
#[derive(Debug, Serialize)]
struct PublicConcert<'a> {
    concert: Id<kind::Concert>,
    organization: Id<kind::Organization>,
    state: State,
    title: &'a Name,
    venue: &'a Name,
    region: &'a str,
    starts_at: Timestamp,
    ends_at: Timestamp,
    cancel_reason: Option<&'a Prose>,
    ticket_quotas: Vec<PublicTicketQuota<'a>>,
}

#[derive(Debug, Serialize)]
struct PublicTicketQuota<'a> {
    ticket_quota: Id<kind::TicketQuota>,
    name: &'a Name,
    capacity: Capacity,
    days: &'a Days,
    per_buyer_limit: Option<NonZeroU32>,
}

/// Somebody who was let in, whoever it was.
#[derive(Debug, Serialize)]
struct PublicCheckIn<'a> {
    check_in: Id<kind::CheckIn>,
    ticket: Id<kind::Ticket>,
    concert: Id<kind::Concert>,
    ticket_quota: Id<kind::TicketQuota>,
    name: &'a Name,
    day: Date,
    checked_in_at: Timestamp,
}

/// That a concert is as it is now.
pub(super) fn of_concert(
    old: Option<&Concert>,
    concert: &Concert,
) -> Result<Option<Told>, ServiceError> {
    let Some(kind) = concert_event_kind(old, concert) else {
        return Ok(None);
    };
    let (programme, times) = (&concert.programme, &concert.programme.times);
    let quotas = concert.ticket_quotas.iter().map(PublicTicketQuota::of);
    let payload = PublicConcert {
        concert: concert.id,
        organization: concert.organization,
        state: concert.state,
        title: &programme.title,
        venue: &programme.venue,
        region: programme.region.as_str(),
        starts_at: times.starts_at,
        ends_at: times.ends_at,
        cancel_reason: concert.cancel_reason.as_ref(),
        ticket_quotas: quotas.collect(),
    };
    let event = Event::for_webhooks(
        kind,
        concert.id.to_string(),
        concert.version,
        concert.updated_at,
        &[concert.organization.to_string()],
        payload,
    );
    Ok(Some((Subscriber::Webhooks, event.map_err(unwritable)?)))
}

/// Which event tells that a concert is as it is now; nobody hears of one that was never announced.
fn concert_event_kind(old: Option<&Concert>, concert: &Concert) -> Option<&'static str> {
    concert.published_at?;
    let stays = old.is_some_and(|old| old.state == concert.state);
    match concert.state {
        State::Draft => None,
        State::Published if !stays => Some("concert.published"),
        State::Cancelled if !stays => Some("concert.cancelled"),
        State::Published | State::Cancelled | State::Ended => Some("concert.changed"),
    }
}

/// That somebody was let in with a ticket.
pub(super) fn of_check_in(ticket: &Ticket, day: Date, at: Timestamp) -> Result<Told, ServiceError> {
    let payload = PublicCheckIn {
        check_in: door::check_in_id(ticket.id, day),
        ticket: ticket.id,
        concert: ticket.concert,
        ticket_quota: ticket.ticket_quota,
        name: &ticket.name,
        day,
        checked_in_at: at,
    };
    let event = Event::for_webhooks(
        "ticket.checked_in",
        ticket.id.to_string(),
        ticket.version,
        at,
        &[ticket.organization.to_string()],
        payload,
    );
    Ok((Subscriber::Webhooks, event.map_err(unwritable)?))
}

impl<'a> PublicTicketQuota<'a> {
    fn of(quota: &'a TicketQuota) -> Self {
        Self {
            ticket_quota: quota.id,
            name: &quota.name,
            capacity: quota.capacity,
            days: &quota.days,
            per_buyer_limit: quota.per_buyer_limit,
        }
    }
}
