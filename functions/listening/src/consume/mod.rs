//! Events of other contexts.

mod listening_token_revoked;

use kernel::Event;
use platform::table::WriteError;

use crate::store::Store;

/// Why an event was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumeError {
    /// The event is not shaped as its kind demands. It ends in the dead-letter queue.
    #[error("the event's data is malformed: {0}")]
    Malformed(#[from] serde_json::Error),
    /// The effect is not known to have happened; the event comes again.
    #[error("the event's effect could not be written: {0}")]
    Write(#[from] WriteError),
}

/// Does what `event` asks for.
pub(crate) async fn handle(store: &Store, event: Event) -> Result<(), ConsumeError> {
    match event.kind.as_str() {
        "listening_token.revoked" => listening_token_revoked::handle(store, event).await,
        // A publisher may tell more than we listen to; that is no reason to fill a dead-letter
        // queue.
        other => {
            tracing::debug!(kind = other, "an event that means nothing here");
            Ok(())
        }
    }
}
