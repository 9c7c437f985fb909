//! Batches of a table's stream, in order.

use kernel::Event;
use serde::Deserialize;

use super::{Handler, InvokeError, queue::partial};
use crate::{
    Queue, ServiceError, logging,
    table::{Change, StreamRecord},
};

/// The first change that was not done. Lambda begins again with it; what came before is not
/// repeated.
#[derive(Debug, thiserror::Error)]
#[error("the change {sequence_number} was not done")]
pub struct StreamFailure {
    /// The sequence number of that change.
    pub sequence_number: String,
    /// Why.
    #[source]
    pub cause: ServiceError,
}

/// The outbox: turns every change into events and sends each to the queues of its subscribers.
///
/// The events' ids derive from the items, so that a repeated batch sends the same events again and
/// consumers recognise them.
pub async fn publish<F>(changes: Vec<Change>, events_of: F) -> Result<(), StreamFailure>
where
    F: Fn(&Change) -> Result<Vec<(Queue, Event)>, ServiceError>,
{
    for change in changes {
        let sent = async {
            for (queue, event) in events_of(&change)? {
                queue.send_event(&event).await?;
            }
            Ok(())
        };
        sent.await.map_err(|cause| StreamFailure {
            sequence_number: change.sequence_number.clone(),
            cause,
        })?;
    }
    Ok(())
}

#[derive(Deserialize)]
struct StreamEvent {
    #[serde(rename = "Records")]
    records: Vec<StreamRecord>,
}

pub(super) async fn handle(
    handler: &Handler<Vec<Change>, Result<(), StreamFailure>>,
    payload: &str,
) -> Result<String, InvokeError> {
    let event: StreamEvent = serde_json::from_str(payload).map_err(InvokeError::UnknownShape)?;
    let mut changes = Vec::with_capacity(event.records.len());
    let mut unreadable = None;
    for record in event.records {
        let sequence_number = record.dynamodb.sequence_number.clone();
        match Change::of_record(record) {
            Ok(change) => changes.push(change),
            Err(cause) => {
                unreadable = Some(StreamFailure {
                    sequence_number,
                    cause,
                });
                break;
            }
        }
    }
    let failure = handler(changes).await.err().or(unreadable);
    if let Some(failure) = &failure {
        tracing::error!(error = logging::causes(failure), "a change was not done");
    }
    partial(
        failure
            .map(|failure| failure.sequence_number)
            .into_iter()
            .collect(),
    )
}
