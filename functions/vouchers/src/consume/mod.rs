//! What the worker does for each message.

pub(crate) mod clear;
mod concerts;
pub(crate) mod load_codes;
mod tickets;

use kernel::{Event, Id, kind};
use platform::{
    ServiceError,
    serve::{Failures, Message, each},
};

use crate::{
    App, allotment::AllotmentError, clearing::EntryId, consume::load_codes::LoadCodesError,
    grant::GrantError, granting::MoveError,
};

/// Why a message was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumeError {
    /// It asks for something else.
    #[error("there is nothing to do for an event of kind {0}")]
    OtherKind(String),
    /// A batch of codes was not loaded.
    #[error(transparent)]
    LoadCodes(#[from] LoadCodesError),
    /// Its data is not what its kind has.
    #[error("its data cannot be read: {0}")]
    Data(#[from] serde_json::Error),
    /// A grant did not follow.
    #[error("the grant did not follow: {0}")]
    Grant(#[from] MoveError<GrantError>),
    /// An allotment did not follow.
    #[error("the allotment did not follow: {0}")]
    Allotment(#[from] MoveError<AllotmentError>),
    /// Grants wait that cannot wait any more.
    #[error("grants of the allotment {0} wait that are not to be claimed")]
    Waiting(Id<kind::Allotment>),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Does what the messages of a batch ask for: what is to be cleared all together, since each
/// partner's account is one row that everything has to pass; everything else one by one.
pub(crate) async fn handle_batch(app: &App, batch: Vec<Message>) -> Failures {
    let (mut to_clear, mut others) = (Vec::new(), Vec::new());
    for message in batch {
        // What is no event is left for `each` to report.
        let event = serde_json::from_str::<Event>(&message.body).ok();
        match event.as_ref().and_then(EntryId::of_event) {
            Some(entry) => to_clear.push((message.id, entry)),
            None => others.push(message),
        }
    }
    let (uncleared, mut failures) = tokio::join!(
        clear::clear(app, to_clear),
        each(others, |event| handle(app, event)),
    );
    for message_id in uncleared {
        failures.add(message_id);
    }
    failures
}

/// Does what one message asks for.
async fn handle(app: &App, event: Event) -> Result<(), ConsumeError> {
    match event.kind.as_str() {
        load_codes::LOAD_REQUESTED => Ok(load_codes::handle(app, event).await?),
        "concert.changed" => concerts::follow(app, event).await,
        kind if kind.starts_with(tickets::PREFIX) => tickets::follow(app, event).await,
        _ => Err(ConsumeError::OtherKind(event.kind)),
    }
}
