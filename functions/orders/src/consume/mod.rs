//! What the worker does for each event of another context.
//!
//! Every consumer is idempotent by construction and says in its own file why: told twice, late or
//! in another order, an event changes nothing more.

pub(crate) mod charged_back;
pub(crate) mod listing;
pub(crate) mod payment;
pub(crate) mod refunds;
pub(crate) mod shop;
pub(crate) mod tickets;

use kernel::Event;
use platform::ServiceError;

use crate::{App, changes::ChangeError};

/// Why an event was not done; it comes again, and in the end to the dead-letter queue.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumeError {
    /// It is of a kind that nobody here knows.
    #[error("there is nothing to do for an event of kind {0}")]
    OtherKind(String),
    /// What it tells does not have its kind's shape.
    #[error("its data is not what its kind promises: {0}")]
    Data(#[from] serde_json::Error),
    /// It contradicts what is known here.
    #[error("it cannot be: {0}")]
    Contradiction(String),
    /// Others kept getting in between.
    #[error("too many others changed the same")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Does what one event asks for.
pub(crate) async fn handle(app: &App, event: Event) -> Result<(), ConsumeError> {
    let (id, kind) = (event.id, event.kind.clone());
    let done = dispatch(app, event).await;
    // A listing that cannot be is a defect; money that cannot be is a matter for people at once.
    if let Err(ConsumeError::Contradiction(why)) = &done
        && (kind.starts_with("payment.") || kind.starts_with("refund."))
    {
        platform::books_disagree!(
            Orders,
            event = %id,
            kind,
            why,
            "orders and payments do not agree"
        );
    }
    done
}

async fn dispatch(app: &App, event: Event) -> Result<(), ConsumeError> {
    match event.kind.as_str() {
        "shop.opened" | "shop.changed" | "shop.on_leave" | "shop.suspended" | "shop.terminated" => {
            shop::changed(app, event).await
        }
        "listing.published" | "listing.changed" | "listing.paused" | "listing.suspended"
        | "listing.removed" => listing::changed(app, event).await,
        "payment.captured" => payment::captured(app, event).await,
        "payment.closed" => payment::closed(app, event).await,
        "payment.charged_back" => charged_back::charged_back(app, event).await,
        "refund.succeeded" => refunds::succeeded(app, event).await,
        "refund.failed" => refunds::failed(app, event).await,
        "tickets.issued" => tickets::issued(app, event).await,
        "tickets.recalled" => tickets::recalled(app, event).await,
        "tickets.recall_refused" => tickets::recall_refused(app, event).await,
        "tickets.voided" => tickets::voided(app, event).await,
        _ => Err(ConsumeError::OtherKind(event.kind)),
    }
}

/// What became of a change that an event asked for.
fn changed(outcome: Result<(), ChangeError>) -> Result<(), ConsumeError> {
    outcome.map_err(|error| match error {
        // Nobody is told of an order before it is there, so this is no matter of order.
        ChangeError::Absent | ChangeError::Refused(_) => {
            ConsumeError::Contradiction(error.to_string())
        }
        ChangeError::Contended => ConsumeError::Contended,
        ChangeError::Service(error) => error.into(),
    })
}
