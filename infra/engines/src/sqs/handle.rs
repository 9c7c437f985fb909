//! A queue without a client: for pumps and tests.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use rustack_sqs_model::{
    input::{
        ChangeMessageVisibilityInput, DeleteMessageInput, GetQueueAttributesInput,
        ReceiveMessageInput, SendMessageInput,
    },
    types::MessageAttributeValue,
};
use serde_json::{Value, json};

use super::Sqs;
use crate::{error::EngineError, template::Queue};

/// One queue.
#[derive(Clone)]
pub struct QueueHandle {
    sqs: Arc<Sqs>,
    name: String,
    url: String,
    arn: String,
}

/// A message as it was received.
#[derive(Clone, Debug, PartialEq)]
pub struct Message {
    /// Its id, the same at every receipt.
    pub message_id: String,
    /// What deletes this receipt of it.
    pub receipt_handle: String,
    /// What was sent.
    pub body: String,
    /// The MD5 of the body, in hexadecimal.
    pub md5_of_body: String,
    /// What SQS knows of it: `ApproximateReceiveCount`, `SentTimestamp`, `SenderId`,
    /// `ApproximateFirstReceiveTimestamp`, and more for FIFO and dead-lettered ones.
    pub attributes: BTreeMap<String, String>,
    /// What the sender put beside the body, in the shape of a Lambda event:
    /// `{"stringValue": …, "dataType": …}`.
    pub message_attributes: BTreeMap<String, Value>,
}

impl QueueHandle {
    pub(crate) fn new(sqs: Arc<Sqs>, queue: &Queue) -> Self {
        Self {
            sqs,
            name: queue.name.clone(),
            url: queue.url(),
            arn: queue.arn(),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its ARN.
    pub fn arn(&self) -> &str {
        &self.arn
    }

    /// Sends `body` and gives the new message's id.
    pub async fn send(&self, body: impl Into<String>) -> Result<String, EngineError> {
        self.send_input(SendMessageInput {
            message_body: body.into(),
            ..SendMessageInput::default()
        })
        .await
    }

    async fn send_input(&self, mut input: SendMessageInput) -> Result<String, EngineError> {
        input.queue_url.clone_from(&self.url);
        let output = self.sqs.send(input).await.map_err(self.error())?;
        Ok(output.message_id.unwrap_or_default())
    }

    /// Receives up to `maximum` messages (1 to 10) and hides them for `visibility`, the queue's own
    /// if `None`. Waits up to `wait` (at most 20 seconds, whole ones) for a first message.
    pub async fn receive(
        &self,
        maximum: u32,
        wait: Duration,
        visibility: Option<Duration>,
    ) -> Result<Vec<Message>, EngineError> {
        let all = || vec!["All".to_owned()];
        let output = self
            .sqs
            .receive(ReceiveMessageInput {
                queue_url: self.url.clone(),
                max_number_of_messages: Some(i32::try_from(maximum).unwrap_or(i32::MAX)),
                visibility_timeout: visibility.map(whole_seconds),
                wait_time_seconds: Some(whole_seconds(wait)),
                message_system_attribute_names: all(),
                message_attribute_names: all(),
                ..ReceiveMessageInput::default()
            })
            .await
            .map_err(self.error())?;
        Ok(output.messages.into_iter().map(message).collect())
    }

    /// Deletes the message that this receipt is for.
    pub async fn delete(&self, receipt_handle: &str) -> Result<(), EngineError> {
        self.sqs
            .delete(DeleteMessageInput {
                queue_url: self.url.clone(),
                receipt_handle: receipt_handle.to_owned(),
            })
            .await
            .map_err(self.error())
    }

    /// Hides the received message for so long from now; zero gives it back at once.
    pub async fn change_visibility(
        &self,
        receipt_handle: &str,
        visibility: Duration,
    ) -> Result<(), EngineError> {
        self.sqs
            .change_visibility(ChangeMessageVisibilityInput {
                queue_url: self.url.clone(),
                receipt_handle: receipt_handle.to_owned(),
                visibility_timeout: whole_seconds(visibility),
            })
            .await
            .map_err(self.error())
    }

    /// How many messages can be received, and how many are hidden: received and not yet deleted, or
    /// sent with a delay.
    pub async fn depth(&self) -> Result<(usize, usize), EngineError> {
        let output = self
            .sqs
            .provider
            .get_queue_attributes(GetQueueAttributesInput {
                queue_url: self.url.clone(),
                attribute_names: vec!["All".to_owned()],
            })
            .await
            .map_err(self.error())?;
        let count = |name: &str| {
            let count = output.attributes.get(name);
            count.and_then(|count| count.parse().ok()).unwrap_or(0)
        };
        let hidden: usize = count("ApproximateNumberOfMessagesNotVisible")
            + count("ApproximateNumberOfMessagesDelayed");
        Ok((count("ApproximateNumberOfMessages"), hidden))
    }

    /// Sends every message that can be received here to `source` as a new message, as a redrive of
    /// a dead-letter queue does, and says how many.
    pub async fn redrive(&self, source: &QueueHandle) -> Result<usize, EngineError> {
        const WHILE_MOVING: Duration = Duration::from_secs(60);
        let (visible, _) = self.depth().await?;
        let mut moved = 0;
        while moved < visible {
            let messages = self.receive(10, Duration::ZERO, Some(WHILE_MOVING)).await?;
            if messages.is_empty() {
                break;
            }
            for message in messages {
                source.send_input(as_new(&message)).await?;
                self.delete(&message.receipt_handle).await?;
                moved += 1;
            }
        }
        Ok(moved)
    }

    fn error(&self) -> impl FnOnce(rustack_sqs_model::error::SqsError) -> EngineError {
        EngineError::queue(&self.name)
    }
}

fn as_new(message: &Message) -> SendMessageInput {
    SendMessageInput {
        message_body: message.body.clone(),
        message_group_id: message.attributes.get("MessageGroupId").cloned(),
        // Its own id, so that two equal bodies are not taken for one.
        message_deduplication_id: message
            .attributes
            .get("MessageGroupId")
            .map(|_| message.message_id.clone()),
        message_attributes: message
            .message_attributes
            .iter()
            .filter_map(|(name, value)| Some((name.clone(), attribute_of(value)?)))
            .collect(),
        ..SendMessageInput::default()
    }
}

fn message(received: rustack_sqs_model::types::Message) -> Message {
    Message {
        message_id: received.message_id.unwrap_or_default(),
        receipt_handle: received.receipt_handle.unwrap_or_default(),
        body: received.body.unwrap_or_default(),
        md5_of_body: received.md5_of_body.unwrap_or_default(),
        attributes: received.attributes.into_iter().collect(),
        message_attributes: received
            .message_attributes
            .iter()
            .map(|(name, value)| (name.clone(), lambda_attribute(value)))
            .collect(),
    }
}

/// Lambda's events write the same attribute in lower camel case and with its list fields.
fn lambda_attribute(value: &MessageAttributeValue) -> Value {
    let sent = serde_json::to_value(value).unwrap_or_default();
    let mut shaped = json!({
        "stringListValues": [],
        "binaryListValues": [],
        "dataType": value.data_type,
    });
    for (theirs, ours) in [
        ("StringValue", "stringValue"),
        ("BinaryValue", "binaryValue"),
    ] {
        if let Some(content) = sent.get(theirs) {
            shaped[ours] = content.clone();
        }
    }
    shaped
}

fn attribute_of(shaped: &Value) -> Option<MessageAttributeValue> {
    let mut sent = json!({ "DataType": shaped.get("dataType")? });
    for (theirs, ours) in [
        ("StringValue", "stringValue"),
        ("BinaryValue", "binaryValue"),
    ] {
        if let Some(content) = shaped.get(ours) {
            sent[theirs] = content.clone();
        }
    }
    serde_json::from_value(sent).ok()
}

fn whole_seconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_secs()).unwrap_or(i32::MAX)
}
