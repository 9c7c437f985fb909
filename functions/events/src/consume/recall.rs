//! Takes tickets back for a refund or with a revoked grant, or refuses to.
//!
//! The ticket quota's units are given back by those who took them: by `orders` with the refund, by
//! `vouchers` with the grant.

use std::num::NonZeroU32;

use kernel::{Id, kind};
use serde::Deserialize;

use super::{ConsumeError, MAX_TRIES};
use crate::{
    App,
    recall::{Asked, Outcome, Recall, recall},
    store::CommitError,
};

/// Tickets that are wanted back for money.
#[derive(Debug, Deserialize)]
pub(super) struct RefundAsked {
    refund_request: Id<kind::RefundRequest>,
    order: Id<kind::Order>,
    line: Id<kind::OrderLine>,
    quantity: NonZeroU32,
}

/// A grant whose tickets are wanted back.
#[derive(Debug, Deserialize)]
pub(super) struct RevocationAsked {
    grant: Id<kind::PartnerGrant>,
    version: u64,
}

/// Takes back the tickets of a refund request, or refuses to.
pub(super) async fn for_refund(app: &App, asked: RefundAsked) -> Result<(), ConsumeError> {
    let asked = Asked::ForRefund {
        refund_request: asked.refund_request,
        order: asked.order,
        line: asked.line,
        quantity: asked.quantity.get(),
    };
    decide(app, asked).await
}

/// Takes back the tickets of a grant, or refuses to.
pub(super) async fn for_revocation(app: &App, asked: RevocationAsked) -> Result<(), ConsumeError> {
    let asked = Asked::ForRevocation {
        grant: asked.grant,
        version: asked.version,
    };
    decide(app, asked).await
}

/// Decides on a recall, once.
async fn decide(app: &App, asked: Asked) -> Result<(), ConsumeError> {
    for _ in 0..MAX_TRIES {
        if app.store.is_decided(&asked).await? {
            return Ok(());
        }
        let line = app.store.line(asked.line()).await?;
        let line = line.ok_or_else(|| ConsumeError::UnknownLine(asked.line()))?;
        let ids: Vec<_> = line.tickets().collect();
        let tickets = app.store.tickets(&ids).await?;
        let (outcome, tickets) = match recall(&line, tickets, &asked)? {
            Ok(tickets) => {
                let ids = tickets.iter().map(|ticket| ticket.id).collect();
                (Outcome::Recalled(ids), tickets)
            }
            Err(refusal) => (Outcome::Refused(refusal), Vec::new()),
        };
        let decided = Recall {
            asked: asked.clone(),
            outcome,
            decided_at: app.clock.now(),
        };
        match app.store.decide(&decided, &tickets).await {
            Ok(()) => return Ok(()),
            // Somebody was let in with one of the tickets, or gave one away: look again.
            Err(CommitError::Lost | CommitError::Repeated) => {}
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ConsumeError::Overtaken)
}
