//! What the worker does for each message.

mod issue;
mod recall;
mod void;

use kernel::{Event, Id, kind};
use platform::{SealingError, ServiceError};

use crate::{
    App, events::CONCERT_CANCELLED, line::SizeError, origin::LineId, recall::StillIssuing,
};

/// How often something is decided on anew because it changed meanwhile. Each time means that another
/// got its work done.
const MAX_TRIES: usize = 16;

/// Why a message was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumeError {
    /// It asks for something else.
    #[error("there is nothing to do for an event of kind {0}")]
    OtherKind(String),
    /// It does not say what an event of its kind says.
    #[error("its data is malformed: {0}")]
    Data(#[from] serde_json::Error),
    /// Tickets are wanted for what is not there.
    #[error("there is no concert {concert} with a ticket quota {ticket_quota}")]
    Unknown {
        /// The concert.
        concert: Id<kind::Concert>,
        /// The ticket quota.
        ticket_quota: Id<kind::TicketQuota>,
    },
    /// Tickets are wanted back before they were issued.
    #[error("there are no tickets of {0} yet")]
    UnknownLine(LineId),
    /// The same, for some of them.
    #[error(transparent)]
    StillIssuing(#[from] StillIssuing),
    /// The line is no line of tickets.
    #[error(transparent)]
    Size(#[from] SizeError),
    /// A ticket's secret could not be made.
    #[error(transparent)]
    Secret(#[from] SealingError),
    /// Others were always faster.
    #[error("others were always faster")]
    Overtaken,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Does what one message asks for. Everything is idempotent by construction: tickets, recalls and
/// voided lines have ids of their own that a repetition meets.
pub(crate) async fn handle(app: &App, event: Event) -> Result<(), ConsumeError> {
    match event.kind.as_str() {
        "order.paid" => issue::for_order(app, serde_json::from_value(event.data)?).await,
        "partner_grant.claimed" => issue::for_grant(app, serde_json::from_value(event.data)?).await,
        "tickets.recall_asked" => {
            recall::for_refund(app, serde_json::from_value(event.data)?).await
        }
        "partner_grant.recall_asked" => {
            recall::for_revocation(app, serde_json::from_value(event.data)?).await
        }
        CONCERT_CANCELLED => void::begin(app, &event).await,
        void::LINES_VOID_ASKED => void::go_on(app, &event).await,
        _ => Err(ConsumeError::OtherKind(event.kind)),
    }
}
