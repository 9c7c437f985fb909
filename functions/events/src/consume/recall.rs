//! Takes back the tickets of a refund request, or refuses to.
//!
//! The ticket quota's units are `orders`' to give back, with the refund itself.

use std::num::NonZeroU32;

use kernel::{Id, kind};
use serde::Deserialize;

use super::{ConsumeError, MAX_TRIES};
use crate::{
    App,
    recall::{Outcome, Recall, recall},
    store::CommitError,
};

/// Tickets that are wanted back.
#[derive(Debug, Deserialize)]
pub(super) struct RecallAsked {
    refund_request: Id<kind::RefundRequest>,
    order: Id<kind::Order>,
    line: Id<kind::OrderLine>,
    quantity: NonZeroU32,
}

/// Decides on a recall, once.
pub(super) async fn handle(app: &App, asked: RecallAsked) -> Result<(), ConsumeError> {
    for _ in 0..MAX_TRIES {
        if app
            .store
            .is_decided(asked.line, asked.refund_request)
            .await?
        {
            return Ok(());
        }
        let line = app.store.line(asked.line).await?;
        let line = line.ok_or(ConsumeError::UnknownLine(asked.line))?;
        let ids: Vec<_> = line.tickets().collect();
        let tickets = app.store.tickets(&ids).await?;
        let (outcome, tickets) = match recall(&line, tickets, asked.quantity.get())? {
            Ok(tickets) => {
                let ids = tickets.iter().map(|ticket| ticket.id).collect();
                (Outcome::Recalled(ids), tickets)
            }
            Err(refusal) => (Outcome::Refused(refusal), Vec::new()),
        };
        let decided = Recall {
            refund_request: asked.refund_request,
            order: asked.order,
            line: asked.line,
            quantity: asked.quantity.get(),
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
