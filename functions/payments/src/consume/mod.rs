//! What orders asks for.

mod group_closed;
mod refund_due;

use kernel::{Event, id::IdError, money::MoneyError};

use crate::{App, collect::CollectError, pay_back::PayBackError};

/// Why a message was not done. It comes again, and in the end it is laid aside for people.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumeError {
    /// It asks for something else.
    #[error("there is nothing to do for an event of kind {0}")]
    OtherKind(String),
    /// Its data is not what its kind promises.
    #[error("its data is unreadable: {0}")]
    Data(#[from] serde_json::Error),
    /// Its subject is not what its kind promises.
    #[error("its subject is unreadable: {0}")]
    Subject(#[from] IdError),
    /// There is no such amount.
    #[error("its amount is unreadable: {0}")]
    Amount(#[from] MoneyError),
    /// A refund was not brought further.
    #[error(transparent)]
    PayBack(#[from] PayBackError),
    /// An intent could not be closed.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] platform::ServiceError),
}

/// Does what one event asks for. Everything here is done once by construction: a refund by its own
/// id, a closing by the state of its intent.
pub(crate) async fn handle(app: &App, event: Event) -> Result<(), ConsumeError> {
    match event.kind.as_str() {
        refund_due::KIND => refund_due::handle(app, event).await,
        group_closed::KIND => group_closed::handle(app, event).await,
        _ => Err(ConsumeError::OtherKind(event.kind)),
    }
}
