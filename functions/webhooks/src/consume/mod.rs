//! What the workers do for each message.
//!
//! Events of other contexts come in by `WebhooksQueue` (see `intake.rs`), lanes that are to be run by
//! `DeliveriesQueue` (see `run.rs`).

mod in_order;
mod intake;
mod run;
mod send;

use std::collections::BTreeMap;

use kernel::{Event, Id, id::IdError, kind};
use platform::{
    ServiceError, logging,
    serve::{Failures, Message as Queued},
};

use self::intake::Intake;
use crate::{
    App, events::LANE_DUE, message::MessageError, signing::SigningError, store::SaveError,
};

/// Why a message was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ConsumeError {
    /// It is no event.
    #[error("it is no event")]
    NoEvent(#[from] serde_json::Error),
    /// It does not say what there is to tell, or whom.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// It names no lane.
    #[error(transparent)]
    Lane(#[from] IdError),
    /// Nothing can be signed.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// Others were always faster.
    #[error("others were always faster")]
    Overtaken,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl From<SaveError> for ConsumeError {
    fn from(error: SaveError) -> Self {
        match error {
            SaveError::Lost => Self::Overtaken,
            SaveError::Service(error) => Self::Service(error),
        }
    }
}

/// Does what the messages of a batch ask for, each on its own. The lanes on which they have put
/// something are woken once, at the end: a message is done when its lanes are awake.
pub(crate) async fn handle(app: &App, batch: Vec<Queued>) -> Failures {
    let mut failures = Failures::none();
    let mut intake = Intake::new(app);
    let mut to_wake: BTreeMap<Id<kind::WebhookEndpoint>, Vec<String>> = BTreeMap::new();
    for message in batch {
        match handle_one(app, &mut intake, &message.body).await {
            Ok(endpoints) => {
                for endpoint in endpoints {
                    to_wake
                        .entry(endpoint)
                        .or_default()
                        .push(message.id.clone());
                }
            }
            Err(error) => report(&mut failures, message.id, &error),
        }
    }
    for (endpoint, message_ids) in to_wake {
        if let Err(error) = app.store.wake_lane(endpoint).await {
            for message_id in message_ids {
                report(&mut failures, message_id, &error);
            }
        }
    }
    failures
}

/// Does what one message asks for; answers the endpoints for which there is something new.
async fn handle_one(
    app: &App,
    intake: &mut Intake<'_>,
    body: &str,
) -> Result<Vec<Id<kind::WebhookEndpoint>>, ConsumeError> {
    let event: Event = serde_json::from_str(body)?;
    if event.kind == LANE_DUE {
        run::run(app, event.subject.parse()?).await?;
        return Ok(Vec::new());
    }
    intake.take_in(event).await
}

fn report(failures: &mut Failures, message_id: String, error: &(dyn std::error::Error + 'static)) {
    let error = logging::causes(error);
    tracing::error!(message_id, error, "a message was not done");
    failures.add(message_id);
}
