//! Queues: sending. Receiving is Lambda's business (see [`crate::serve`]).

use aws_sdk_sqs::{Client, types::SendMessageBatchRequestEntry};
use kernel::Event;

use crate::error::{ErrorKind, ServiceError};

/// SQS's own limits on one batch.
const MAX_BATCH: usize = 10;
const MAX_BATCH_BYTES: usize = 1_048_576;
const MAX_TRIES: usize = 3;

/// One standard queue: at least once, in no order. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    pub(crate) fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Sends one message. After an error it may or may not be in the queue.
    pub async fn send(&self, body: impl Into<String>) -> Result<(), ServiceError> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| ServiceError::of_sdk("send", &self.url, error))
    }

    /// Sends one event.
    pub async fn send_event(&self, event: &Event) -> Result<(), ServiceError> {
        self.send(self.encode(event)?).await
    }

    /// Sends every event, in as few requests as the service allows.
    pub async fn send_events(
        &self,
        events: impl IntoIterator<Item = &Event>,
    ) -> Result<(), ServiceError> {
        let bodies = events
            .into_iter()
            .map(|event| self.encode(event))
            .collect::<Result<Vec<_>, _>>()?;
        for batch in batches(bodies) {
            self.send_batch(batch).await?;
        }
        Ok(())
    }

    /// Whether both are one queue.
    pub(crate) fn is(&self, other: &Queue) -> bool {
        self.url == other.url
    }

    /// Sends a batch; the entries that a 200 answer reports as failed are sent again.
    async fn send_batch(&self, mut bodies: Vec<String>) -> Result<(), ServiceError> {
        for _ in 0..MAX_TRIES {
            let entries = bodies
                .iter()
                .enumerate()
                .map(|(index, body)| {
                    SendMessageBatchRequestEntry::builder()
                        .id(index.to_string())
                        .message_body(body)
                        .build()
                })
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| self.refused(error))?;
            let answer = self
                .client
                .send_message_batch()
                .queue_url(&self.url)
                .set_entries(Some(entries))
                .send()
                .await
                .map_err(|error| ServiceError::of_sdk("send", &self.url, error))?;
            if let Some(failed) = answer.failed.iter().find(|failed| failed.sender_fault) {
                return Err(self.refused(failed.code.clone()));
            }
            let failed: Vec<usize> = answer
                .failed
                .iter()
                .filter_map(|failed| failed.id.parse().ok())
                .collect();
            if failed.is_empty() {
                return Ok(());
            }
            bodies = bodies
                .into_iter()
                .enumerate()
                .filter(|(index, _)| failed.contains(index))
                .map(|(_, body)| body)
                .collect();
        }
        Err(ServiceError::busy("send", &self.url))
    }

    fn encode(&self, event: &Event) -> Result<String, ServiceError> {
        serde_json::to_string(event).map_err(|error| self.refused(error))
    }

    fn refused(&self, cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ServiceError {
        ServiceError::new("send", &self.url, ErrorKind::Refused, cause)
    }
}

/// Splits `bodies` so that each part respects the service's limits on number and bytes.
fn batches(bodies: Vec<String>) -> Vec<Vec<String>> {
    let mut batches = Vec::new();
    let mut batch: Vec<String> = Vec::new();
    let mut bytes = 0;
    for body in bodies {
        if batch.len() == MAX_BATCH || (!batch.is_empty() && bytes + body.len() > MAX_BATCH_BYTES) {
            batches.push(std::mem::take(&mut batch));
            bytes = 0;
        }
        bytes += body.len();
        batch.push(body);
    }
    if !batch.is_empty() {
        batches.push(batch);
    }
    batches
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_batch_respects_the_limits_on_number_and_bytes() {
        let small = vec!["x".to_owned(); 25];
        let sizes: Vec<_> = batches(small).iter().map(Vec::len).collect();
        assert_eq!(sizes, [10, 10, 5]);
        let large = vec!["x".repeat(400_000); 5];
        let sizes: Vec<_> = batches(large).iter().map(Vec::len).collect();
        assert_eq!(sizes, [2, 2, 1]);
        assert!(batches(Vec::new()).is_empty());
    }
}
