//! Queues: sending. Receiving is Lambda's business (see [`crate::serve`]), but for an operator who
//! puts back what could not be done.

use std::{collections::HashMap, time::Duration};

use aws_sdk_sqs::{
    Client,
    types::{MessageAttributeValue, QueueAttributeName, SendMessageBatchRequestEntry},
};
use kernel::Event;

use crate::error::{ErrorKind, ServiceError};

/// SQS's own limits on one batch.
const MAX_BATCH: usize = 10;
const MAX_BATCH_BYTES: usize = 1_048_576;
const MAX_TRIES: usize = 3;
/// How many queues one request lists at most; without it the service would not say that there are
/// more.
const MAX_LISTED: i32 = 1_000;

/// One standard queue: at least once, in no order. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Queue {
    client: Client,
    url: String,
}

/// A message that was taken out of a queue and is hidden there until it is removed, or until its
/// time is over and it comes back.
#[derive(Clone, Debug)]
pub struct Taken {
    body: String,
    attributes: Option<HashMap<String, MessageAttributeValue>>,
    receipt: String,
}

/// How many messages a queue holds, as far as it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Depth {
    /// That can be taken.
    pub ready: u64,
    /// That are hidden: taken and not yet removed, or sent with a delay.
    pub hidden: u64,
}

impl Taken {
    /// What was sent.
    pub fn body(&self) -> &str {
        &self.body
    }
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

    /// Sends one event: as a batch of one, so that functions need one way of sending.
    pub async fn send_event(&self, event: &Event) -> Result<(), ServiceError> {
        self.send_batch(vec![self.encode(event)?]).await
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

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.url.rsplit('/').next().unwrap_or(&self.url)
    }

    /// How many messages it holds.
    pub async fn depth(&self) -> Result<Depth, ServiceError> {
        let ready = QueueAttributeName::ApproximateNumberOfMessages;
        let taken = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let delayed = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
        let names = [ready.clone(), taken.clone(), delayed.clone()];
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .set_attribute_names(Some(names.into()))
            .send()
            .await
            .map_err(|error| ServiceError::of_sdk("depth", &self.url, error))?;
        let attributes = answer.attributes.unwrap_or_default();
        let count = |name: &QueueAttributeName| -> Result<u64, ServiceError> {
            let count = attributes.get(name).and_then(|count| count.parse().ok());
            let missing = || ServiceError::malformed(&self.url, format!("it has no {name}"));
            count.ok_or_else(missing)
        };
        Ok(Depth {
            ready: count(&ready)?,
            hidden: count(&taken)? + count(&delayed)?,
        })
    }

    /// The queues whose dead-letter queue this is.
    pub async fn sources(&self) -> Result<Vec<Queue>, ServiceError> {
        let mut sources = Vec::new();
        let mut next = None;
        loop {
            let answer = self
                .client
                .list_dead_letter_source_queues()
                .queue_url(&self.url)
                .max_results(MAX_LISTED)
                .set_next_token(next)
                .send()
                .await
                .map_err(|error| ServiceError::of_sdk("list the sources of", &self.url, error))?;
            let urls = answer.queue_urls.into_iter();
            sources.extend(urls.map(|url| Queue::new(self.client.clone(), url)));
            next = answer.next_token;
            if next.is_none() {
                return Ok(sources);
            }
        }
    }

    /// Takes up to `most` messages, at most 10, and hides them for so long. There may be more even if
    /// none comes.
    pub async fn take(&self, most: u32, hidden_for: Duration) -> Result<Vec<Taken>, ServiceError> {
        let most = i32::try_from(most)
            .unwrap_or(i32::MAX)
            .min(MAX_BATCH as i32);
        let answer = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(most)
            .visibility_timeout(i32::try_from(hidden_for.as_secs()).unwrap_or(i32::MAX))
            .message_attribute_names("All")
            .send()
            .await
            .map_err(|error| ServiceError::of_sdk("take", &self.url, error))?;
        let messages = answer.messages.unwrap_or_default().into_iter();
        let taken = messages.map(|message| {
            let missing = || ServiceError::malformed(&self.url, "a message has no body or receipt");
            Ok(Taken {
                body: message.body.ok_or_else(missing)?,
                attributes: message.message_attributes,
                receipt: message.receipt_handle.ok_or_else(missing)?,
            })
        });
        taken.collect()
    }

    /// Sends what was taken from another queue, body and attributes. After an error it may or may not
    /// be in the queue.
    pub async fn put(&self, taken: &Taken) -> Result<(), ServiceError> {
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(&taken.body)
            .set_message_attributes(taken.attributes.clone())
            .send()
            .await
            .map(|_| ())
            .map_err(|error| ServiceError::of_sdk("send", &self.url, error))
    }

    /// Removes what was taken from this queue.
    pub async fn remove(&self, taken: &Taken) -> Result<(), ServiceError> {
        self.client
            .delete_message()
            .queue_url(&self.url)
            .receipt_handle(&taken.receipt)
            .send()
            .await
            .map(|_| ())
            .map_err(|error| ServiceError::of_sdk("remove", &self.url, error))
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

/// The queues whose names begin with `prefix`.
pub(crate) async fn list(client: &Client, prefix: &str) -> Result<Vec<Queue>, ServiceError> {
    let mut queues = Vec::new();
    let mut next = None;
    loop {
        let answer = client
            .list_queues()
            .queue_name_prefix(prefix)
            .max_results(MAX_LISTED)
            .set_next_token(next)
            .send()
            .await
            .map_err(|error| ServiceError::of_sdk("list queues", prefix, error))?;
        let urls = answer.queue_urls.unwrap_or_default().into_iter();
        queues.extend(urls.map(|url| Queue::new(client.clone(), url)));
        next = answer.next_token;
        if next.is_none() {
            return Ok(queues);
        }
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
