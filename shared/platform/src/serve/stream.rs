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
/// consumers recognise them. That is why a change that tells several queues needs no transaction: if
/// one of them does not answer, the change is done again as a whole.
pub async fn publish<F>(changes: Vec<Change>, events_of: F) -> Result<(), StreamFailure>
where
    F: Fn(&Change) -> Result<Vec<(Queue, Event)>, ServiceError>,
{
    let mut told = Vec::with_capacity(changes.len());
    let mut unreadable = None;
    for change in changes {
        let sequence_number = change.sequence_number.clone();
        match events_of(&change) {
            Ok(events) => told.push(Told {
                sequence_number,
                events,
            }),
            Err(cause) => {
                unreadable = Some(StreamFailure {
                    sequence_number,
                    cause,
                });
                break;
            }
        }
    }
    if let Err(error) = send_together(&told).await {
        // Which change it was that could not be told, only one after the other shows.
        tracing::warn!(
            error = logging::causes(&error),
            "a batch of events was not sent"
        );
        send_in_order(&told).await?;
    }
    unreadable.map_or(Ok(()), Err)
}

/// What one change tells.
struct Told {
    sequence_number: String,
    events: Vec<(Queue, Event)>,
}

/// Sends everything in as few requests as may be, queue by queue.
async fn send_together(told: &[Told]) -> Result<(), ServiceError> {
    let mut by_queue: Vec<(&Queue, Vec<&Event>)> = Vec::new();
    for (queue, event) in told.iter().flat_map(|told| &told.events) {
        // There are a handful of queues, so looking through them is as good as a map.
        match by_queue.iter_mut().find(|(known, _)| known.is(queue)) {
            Some((_, events)) => events.push(event),
            None => by_queue.push((queue, vec![event])),
        }
    }
    for (queue, events) in by_queue {
        queue.send_events(events).await?;
    }
    Ok(())
}

/// Sends one event after the other, and stops at the first change that cannot be told whole.
async fn send_in_order(told: &[Told]) -> Result<(), StreamFailure> {
    for told in told {
        for (queue, event) in &told.events {
            let sent = queue.send_event(event).await;
            sent.map_err(|cause| StreamFailure {
                sequence_number: told.sequence_number.clone(),
                cause,
            })?;
        }
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
