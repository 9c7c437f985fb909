//! What is told of allotments: to the partner, and to the organization that offered them.

use kernel::{Event, Id, Money, Timestamp, kind};
use platform::{ServiceError, table::Change};
use serde::Serialize;

use super::{Subscriber, unwritable};
use crate::{
    allotment::{Allotment, State},
    keys, store,
};

/// An allotment, as both sides are told of it.
#[derive(Debug, Serialize)]
struct PublicAllotment {
    allotment: Id<kind::Allotment>,
    partner: Id<kind::Partner>,
    organization: Id<kind::Organization>,
    concert: Id<kind::Concert>,
    ticket_quota: Id<kind::TicketQuota>,
    state: State,
    units: u32,
    used: u32,
    returned: u32,
    unit_price: Money,
    closes_at: Timestamp,
    sandbox: bool,
}

/// What a change of allotments means to the others. What is granted of them changes their counts,
/// and is told as grants.
pub(super) fn allotment_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    if change.sk.as_deref() != Some(keys::grants::ALLOTMENT) {
        return Ok(Vec::new());
    }
    let old = change.old.clone().map(store::allotment_of).transpose()?;
    let Some(new) = change.new.clone().map(store::allotment_of).transpose()? else {
        return Ok(Vec::new());
    };
    if old.is_some_and(|old| old.state == new.state) {
        return Ok(Vec::new());
    }
    let (partner, organization) = (new.partner.to_string(), new.organization.to_string());
    let (kind, audience) = match new.state {
        State::Offered => ("allotment.offered", vec![partner]),
        State::Open => ("allotment.accepted", vec![organization]),
        State::Declined => ("allotment.declined", vec![organization]),
        // For the partner an offer that was taken back is one that is closed.
        State::Withdrawn => ("allotment.closed", vec![partner]),
        State::Closed => ("allotment.closed", vec![partner, organization]),
    };
    let event = Event::for_webhooks(
        kind,
        new.id.to_string(),
        new.version,
        new.updated_at,
        &audience,
        PublicAllotment::from(&new),
    );
    Ok(vec![(Subscriber::Webhooks, event.map_err(unwritable)?)])
}

impl From<&Allotment> for PublicAllotment {
    fn from(allotment: &Allotment) -> Self {
        Self {
            allotment: allotment.id,
            partner: allotment.partner,
            organization: allotment.organization,
            concert: allotment.concert,
            ticket_quota: allotment.ticket_quota,
            state: allotment.state,
            units: allotment.units.get(),
            used: allotment.used,
            returned: allotment.returned,
            unit_price: allotment.unit_price,
            closes_at: allotment.closes_at,
            sandbox: allotment.sandbox,
        }
    }
}
