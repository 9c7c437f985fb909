//! What `vouchers` is told of the tickets of its grants: each event has the grant for its subject.

use jiff::civil::Date;
use kernel::{Event, Id, Timestamp, kind};
use platform::ServiceError;
use serde_json::json;

use super::{Subscriber, Told, derived};
use crate::{
    line::{Line, State},
    recall::{Outcome, Recall},
    ticket::Ticket,
};

type Grant = Id<kind::PartnerGrant>;

/// That the grant's tickets have come to where they are.
pub(super) fn of_line(grant: Grant, line: &Line) -> Result<Option<Told>, ServiceError> {
    let (kind, data) = match line.state {
        State::Issuing | State::Voiding => return Ok(None),
        State::Issued => (
            "partner_tickets.issued",
            json!({
                "grant": grant,
                "tickets": line.tickets().collect::<Vec<_>>(),
                "issued_at": line.updated_at,
            }),
        ),
        State::Refused => (
            "partner_tickets.refused",
            json!({ "grant": grant, "reason": "unknown" }),
        ),
        // They were taken back before.
        State::Voided if line.voided == 0 => return Ok(None),
        // The concert was called off before there was one.
        State::Voided if line.issued == 0 => (
            "partner_tickets.refused",
            json!({ "grant": grant, "reason": "concert_cancelled" }),
        ),
        State::Voided => (
            "partner_tickets.voided",
            // The news of the one who came may be later than this, and is not to be contradicted.
            json!({ "grant": grant, "reason": "concert_cancelled", "attended": line.attended }),
        ),
    };
    told(kind, grant, line.version, line.updated_at, data).map(Some)
}

/// What became of the tickets of a grant that is to be revoked. The version is the grant's, so that
/// each time of asking has an answer of its own.
pub(super) fn of_recall(grant: Grant, version: u64, recall: &Recall) -> Result<Told, ServiceError> {
    let (kind, data) = match &recall.outcome {
        Outcome::Recalled(tickets) => (
            "partner_tickets.recalled",
            json!({ "grant": grant, "tickets": tickets }),
        ),
        Outcome::Refused(refusal) => (
            "partner_tickets.recall_refused",
            json!({ "grant": grant, "reason": refusal.as_str() }),
        ),
    };
    told(kind, grant, version, recall.decided_at, data)
}

/// That somebody was let in with one of the grant's tickets.
pub(super) fn of_check_in(
    grant: Grant,
    ticket: &Ticket,
    day: Date,
    at: Timestamp,
) -> Result<Told, ServiceError> {
    let kind = "partner_tickets.checked_in";
    let data = json!({ "grant": grant, "ticket": ticket.id, "day": day, "at": at });
    let (to, event) = told(kind, grant, ticket.version, at, data)?;
    // A grant may have several tickets that are used alike, and no two events have one id.
    let id = Id::derive(&[kind, &ticket.id.to_string(), &day.to_string()]);
    Ok((to, Event { id, ..event }))
}

fn told(
    kind: &str,
    grant: Grant,
    version: u64,
    at: Timestamp,
    data: serde_json::Value,
) -> Result<Told, ServiceError> {
    let event = derived(kind, grant.to_string(), version, at, data)?;
    Ok((Subscriber::Vouchers, event))
}
