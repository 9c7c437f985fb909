//! SQS: rustack's queues, called without a socket, and made as strict as AWS.
//!
//! Everything that sends, receives or deletes goes through [`Sqs`], whether it comes from an AWS
//! client or from a [`QueueHandle`], so that limits hold and messages are kept for both.

mod handle;
mod kept;
mod limits;
mod requests;

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use rustack_sqs_core::{config::SqsConfig, handler::RustackSqsHandler, provider::RustackSqs};
use rustack_sqs_model::{
    error::SqsError,
    input::{CreateQueueInput, DeleteMessageInput, ReceiveMessageInput, SendMessageInput},
    output::{ReceiveMessageOutput, SendMessageOutput},
};
use serde_json::json;
use tokio::sync::watch;

pub use self::handle::{Message, QueueHandle};
use self::kept::Kept;
use crate::{
    error::EngineError,
    files,
    template::{ACCOUNT_ID, Queue, REGION, Template},
};

/// What rustack takes at most. AWS takes 1 MiB since August 2025.
const MAXIMUM_MESSAGE_BYTES: u32 = 262_144;
const MESSAGES_FILE: &str = "messages.json";

/// The queues.
pub(crate) struct Sqs {
    provider: Arc<RustackSqs>,
    handler: RustackSqsHandler,
    queues: Vec<Queue>,
    /// Every message not yet deleted, where messages are to outlive the process.
    kept: Option<(PathBuf, Kept)>,
    activity: watch::Sender<u64>,
    is_closed: AtomicBool,
}

impl Sqs {
    /// Queues that are empty and gone with the process.
    pub(crate) async fn memory(
        template: &Template,
        activity: watch::Sender<u64>,
    ) -> Result<Self, EngineError> {
        let sqs = Self::over(template, None, activity);
        sqs.create_queues().await?;
        Ok(sqs)
    }

    /// Queues with the messages that [`save`](Self::save) left in `folder`.
    pub(crate) async fn on_disk(
        template: &Template,
        folder: &Path,
        activity: watch::Sender<u64>,
    ) -> Result<Self, EngineError> {
        let path = folder.join(MESSAGES_FILE);
        let saved = files::read_json(&path)?.unwrap_or_default();
        let sqs = Self::over(template, Some((path, Kept::default())), activity);
        sqs.create_queues().await?;
        sqs.send_saved(saved).await?;
        Ok(sqs)
    }

    fn over(
        template: &Template,
        kept: Option<(PathBuf, Kept)>,
        activity: watch::Sender<u64>,
    ) -> Self {
        let provider = Arc::new(RustackSqs::new(SqsConfig {
            skip_signature_validation: true,
            default_region: REGION.to_owned(),
            account_id: ACCOUNT_ID.to_owned(),
            host: format!("sqs.{REGION}.localhost"),
            port: 80,
        }));
        Self {
            handler: RustackSqsHandler::new(Arc::clone(&provider)),
            provider,
            queues: template.queues.clone(),
            kept,
            activity,
            is_closed: AtomicBool::new(false),
        }
    }

    /// Dead-letter queues come first, since other queues name them.
    async fn create_queues(&self) -> Result<(), EngineError> {
        let (dead_letter, others): (Vec<_>, Vec<_>) = self
            .queues
            .iter()
            .partition(|queue| self.is_dead_letter(queue));
        for queue in dead_letter.into_iter().chain(others) {
            self.provider
                .create_queue(CreateQueueInput {
                    queue_name: queue.name.clone(),
                    attributes: attributes(queue).into_iter().collect(),
                    ..CreateQueueInput::default()
                })
                .await
                .map_err(EngineError::queue(&queue.name))?;
        }
        Ok(())
    }

    fn is_dead_letter(&self, queue: &Queue) -> bool {
        let arn = queue.arn();
        let mut policies = self.queues.iter().filter_map(|each| each.redrive.as_ref());
        policies.any(|policy| policy.dead_letter_arn == arn)
    }

    async fn send_saved(&self, saved: kept::Saved) -> Result<(), EngineError> {
        for (queue, input) in saved.into_inputs() {
            // A queue that the template no longer has takes its messages with it.
            if !self.queues.iter().any(|each| each.name == queue) {
                tracing::warn!(queue, "dropped a saved message: its queue is gone");
                continue;
            }
            self.send(input).await.map_err(EngineError::queue(&queue))?;
        }
        Ok(())
    }

    async fn send(&self, input: SendMessageInput) -> Result<SendMessageOutput, SqsError> {
        limits::check_message(
            &input.message_body,
            &input.message_attributes,
            input.delay_seconds,
        )?;
        let keep = self.kept.is_some().then(|| input.clone());
        let output = self.provider.send_message(input).await?;
        if let (Some((_, kept)), Some(input)) = (&self.kept, keep) {
            kept.sent(&output, input, |name| self.default_delay(name));
        }
        self.activity.send_modify(|count| *count += 1);
        Ok(output)
    }

    fn default_delay(&self, name: &str) -> u32 {
        let mut queues = self.queues.iter();
        queues
            .find(|queue| queue.name == name)
            .and_then(|queue| queue.delay_seconds)
            .unwrap_or(0)
    }

    async fn receive(&self, input: ReceiveMessageInput) -> Result<ReceiveMessageOutput, SqsError> {
        limits::check_receive(&input)?;
        let url = input.queue_url.clone();
        let output = self.provider.receive_message(input).await?;
        if let Some((_, kept)) = &self.kept {
            kept.received(&url, &output.messages);
        }
        Ok(output)
    }

    async fn delete(&self, input: DeleteMessageInput) -> Result<(), SqsError> {
        let message_id = limits::message_of_receipt(&input.receipt_handle)?;
        self.provider.delete_message(input).await?;
        if let Some((_, kept)) = &self.kept {
            kept.deleted(&message_id);
        }
        Ok(())
    }

    /// The queue with this ARN, URL, name or logical id.
    pub(crate) fn find(&self, name: &str) -> Result<&Queue, EngineError> {
        self.queues
            .iter()
            .find(|queue| queue.is_called(name))
            .ok_or_else(|| EngineError::Unknown {
                kind: "queue",
                name: name.to_owned(),
            })
    }

    /// Writes down every message that is not deleted, wherever messages are kept at all.
    pub(crate) fn save(&self) -> Result<(), EngineError> {
        match &self.kept {
            None => Ok(()),
            Some((path, kept)) => files::replace(path, &kept.saved()),
        }
    }

    /// Saves and stops. Doing so again does nothing.
    pub(crate) async fn close(&self) -> Result<(), EngineError> {
        if self.is_closed.swap(true, Ordering::AcqRel) {
            return Ok(());
        }
        if self.kept.is_some() {
            self.find_dead_letters().await?;
        }
        self.save()?;
        self.provider.shutdown_all().await;
        Ok(())
    }

    /// rustack moves a message to its dead-letter queue without a word; receiving it there shows
    /// where it is.
    async fn find_dead_letters(&self) -> Result<(), EngineError> {
        const LONG: i32 = 43_200;
        for queue in self
            .queues
            .iter()
            .filter(|queue| self.is_dead_letter(queue))
        {
            loop {
                let received = self
                    .receive(ReceiveMessageInput {
                        queue_url: queue.url(),
                        max_number_of_messages: Some(10),
                        visibility_timeout: Some(LONG),
                        wait_time_seconds: Some(0),
                        ..ReceiveMessageInput::default()
                    })
                    .await
                    .map_err(EngineError::queue(&queue.name))?;
                if received.messages.is_empty() {
                    break;
                }
            }
        }
        Ok(())
    }
}

/// The attributes of `queue` as `CreateQueue` takes them.
fn attributes(queue: &Queue) -> Vec<(String, String)> {
    let numbers = [
        ("VisibilityTimeout", queue.visibility_timeout_seconds),
        ("MessageRetentionPeriod", queue.retention_seconds),
        ("ReceiveMessageWaitTimeSeconds", queue.receive_wait_seconds),
        ("DelaySeconds", queue.delay_seconds),
        (
            "MaximumMessageSize",
            queue
                .maximum_message_bytes
                .map(|bytes| bytes.min(MAXIMUM_MESSAGE_BYTES)),
        ),
    ];
    let mut attributes: Vec<(String, String)> = numbers
        .into_iter()
        .filter_map(|(name, number)| Some((name.to_owned(), number?.to_string())))
        .collect();
    let mut add = |name: &str, value: String| attributes.push((name.to_owned(), value));
    if let Some(policy) = &queue.redrive {
        let policy = json!({
            "deadLetterTargetArn": policy.dead_letter_arn,
            "maxReceiveCount": policy.maximum_receives,
        });
        add("RedrivePolicy", policy.to_string());
    }
    if queue.is_fifo {
        add("FifoQueue", "true".to_owned());
        add(
            "ContentBasedDeduplication",
            queue.deduplicates_by_content.to_string(),
        );
    }
    attributes
}

/// The name at the end of a queue's URL.
fn name_of_url(url: &str) -> &str {
    url.rsplit('/').next().unwrap_or(url)
}
