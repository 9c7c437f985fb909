//! Queue batches, each record on its own.

use std::{borrow::Cow, fmt::Display, future::Future};

use kernel::Event;
use serde::{Deserialize, Serialize};

use super::{Handler, InvokeError, answer};

/// One message of a batch.
#[derive(Clone, Debug)]
pub struct Message {
    /// Names this delivery of the message; a redrive gives the same body a new one, so nothing may
    /// be deduplicated by it.
    pub id: String,
    /// What the sender wrote.
    pub body: String,
}

/// The messages of a batch that were not done; only these come again.
#[derive(Debug, Default)]
pub struct Failures(Vec<String>);

impl Failures {
    /// A batch of which everything was done.
    pub fn none() -> Self {
        Self::default()
    }

    /// Reports a message as not done.
    pub fn add(&mut self, message_id: impl Into<String>) {
        self.0.push(message_id.into());
    }

    /// The ids of the messages that were not done.
    pub fn ids(&self) -> &[String] {
        &self.0
    }
}

/// Hands the event of every message to `handle`, one after the other. What cannot be read as an
/// event, and what `handle` refuses, is logged and reported; the others are done all the same.
pub async fn each<F, Fut, E>(batch: Vec<Message>, mut handle: F) -> Failures
where
    F: FnMut(Event) -> Fut,
    Fut: Future<Output = Result<(), E>>,
    E: Display,
{
    let mut failures = Failures::none();
    for message in batch {
        let outcome = match serde_json::from_str::<Event>(&message.body) {
            Ok(event) => handle(event).await.map_err(|error| error.to_string()),
            Err(error) => Err(format!("it is no event: {error}")),
        };
        if let Err(error) = outcome {
            tracing::error!(message_id = message.id, error, "a message was not done");
            failures.add(message.id);
        }
    }
    failures
}

#[derive(Deserialize)]
struct SqsEvent<'a> {
    #[serde(borrow, rename = "Records")]
    records: Vec<SqsRecord<'a>>,
}

#[derive(Deserialize)]
struct SqsRecord<'a> {
    #[serde(borrow, rename = "messageId")]
    message_id: Cow<'a, str>,
    #[serde(borrow)]
    body: Cow<'a, str>,
}

#[derive(Serialize)]
struct BatchAnswer {
    #[serde(rename = "batchItemFailures")]
    failures: Vec<ItemFailure>,
}

#[derive(Serialize)]
struct ItemFailure {
    #[serde(rename = "itemIdentifier")]
    identifier: String,
}

/// The partial answer that names what failed. An empty list means that all was done.
pub(super) fn partial(failed: Vec<String>) -> Result<String, InvokeError> {
    answer(&BatchAnswer {
        failures: failed
            .into_iter()
            .map(|identifier| ItemFailure { identifier })
            .collect(),
    })
}

pub(super) async fn handle(
    handler: &Handler<Vec<Message>, Failures>,
    payload: &str,
) -> Result<String, InvokeError> {
    let event: SqsEvent<'_> = serde_json::from_str(payload).map_err(InvokeError::UnknownShape)?;
    let batch = event
        .records
        .into_iter()
        .map(|record| Message {
            id: record.message_id.into_owned(),
            body: record.body.into_owned(),
        })
        .collect();
    partial(handler(batch).await.0)
}
