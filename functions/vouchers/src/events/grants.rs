//! What is told of grants: to `events`, which has the tickets, and to the partner.

use kernel::{Event, Id, Timestamp, kind};
use platform::{ServiceError, table::Change};
use serde::Serialize;
use serde_json::json;

use super::{Subscriber, derived, for_webhooks};
use crate::{
    grant::{Earns, Grant, State},
    keys, store,
};

/// A grant, as its partner is told of it: by its own names, and never whose it is or its code.
#[derive(Debug, Serialize)]
struct PublicGrant<'a> {
    grant: Id<kind::PartnerGrant>,
    transaction_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a str>,
    state: State,
    at: Timestamp,
    sandbox: bool,
}

/// What a change of grants means to the others.
pub(super) fn grant_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    if change.sk.as_deref() != Some(keys::grants::GRANT) {
        return Ok(Vec::new());
    }
    // A new grant is told by nobody but its partner, who knows.
    let (Some(old), Some(new)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let (old, new) = (store::grant_of(old.clone())?, store::grant_of(new.clone())?);
    let mut events = Vec::new();
    if let Some(event) = for_events(&old, &new)? {
        events.push((Subscriber::Events, event));
    }
    for kind in told(&old, &new) {
        events.push((Subscriber::Webhooks, for_partner(kind, &new)?));
    }
    Ok(events)
}

/// Tickets are wanted, or wanted back. Nobody issues any to try something out.
fn for_events(old: &Grant, new: &Grant) -> Result<Option<Event>, ServiceError> {
    let Earns::Ticket {
        concert,
        ticket_quota,
        quantity,
        ..
    } = new.earns
    else {
        return Ok(None);
    };
    if new.sandbox {
        return Ok(None);
    }
    let (kind, data) = match (old.claimed, new.claimed) {
        (None, Some(claimed)) => (
            "partner_grant.claimed",
            json!({
                "grant": new.id,
                "partner": new.partner.id,
                "account": claimed.account,
                "concert": concert,
                "ticket_quota": ticket_quota,
                "quantity": quantity,
                "claimed_at": claimed.at,
                "version": new.version,
            }),
        ),
        _ if new.state == State::Revoking && old.state != State::Revoking => (
            "partner_grant.recall_asked",
            json!({ "grant": new.id, "version": new.version }),
        ),
        _ => return Ok(None),
    };
    derived(kind, new.id.to_string(), new.version, new.updated_at, data).map(Some)
}

/// What has happened to the grant, in the partner's words.
fn told(old: &Grant, new: &Grant) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    if old.claimed.is_none() && new.claimed.is_some() {
        kinds.push("partner_grant.claimed");
    }
    // Who came in had a ticket: of a grant that is attended before the news of its tickets comes,
    // both are told at once.
    let has_tickets = matches!(new.earns, Earns::Ticket { .. });
    if has_tickets && new.is_charged && !old.is_charged {
        kinds.push("partner_grant.issued");
    }
    if old.state == new.state {
        return kinds;
    }
    if old.state == State::Revoking && new.state != State::Revoked {
        kinds.push("partner_grant.revocation_refused");
    }
    kinds.extend(match new.state {
        State::Granted | State::Claimed | State::TicketIssued | State::Revoking => None,
        State::Attended => Some("partner_grant.attended"),
        State::Expired => Some("partner_grant.expired"),
        State::Revoked => Some("partner_grant.revoked"),
        State::Voided => Some("partner_grant.voided"),
    });
    kinds
}

fn for_partner(kind: &str, grant: &Grant) -> Result<Event, ServiceError> {
    let payload = PublicGrant {
        grant: grant.id,
        transaction_id: grant.transaction.as_str(),
        member: grant.member.as_ref().map(|member| member.as_str()),
        state: grant.state,
        at: grant.updated_at,
        sandbox: grant.sandbox,
    };
    for_webhooks(
        kind,
        grant.id.to_string(),
        grant.version,
        grant.updated_at,
        grant.partner.id.to_string(),
        payload,
    )
}
