//! SQS queues.

use super::{error::TemplateError, names, properties::Properties};

/// An SQS queue. What is `None` is left to SQS's own default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Its id in the template.
    pub logical_id: String,
    /// Its name.
    pub name: String,
    /// How long a received message is hidden.
    pub visibility_timeout_seconds: Option<u32>,
    /// How long a message is kept.
    pub retention_seconds: Option<u32>,
    /// How long a receive waits for a first message.
    pub receive_wait_seconds: Option<u32>,
    /// How long a message is hidden after it was sent.
    pub delay_seconds: Option<u32>,
    /// The largest message taken, in bytes.
    pub maximum_message_bytes: Option<u32>,
    /// Where messages go that were received too often.
    pub redrive: Option<RedrivePolicy>,
    /// Whether it keeps the order of each group.
    pub is_fifo: bool,
    /// Whether it tells duplicates by their content.
    pub deduplicates_by_content: bool,
}

/// When and where a queue gives up on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedrivePolicy {
    /// The dead-letter queue's ARN.
    pub dead_letter_arn: String,
    /// How often a message is handed out before it goes there.
    pub maximum_receives: u32,
}

impl Queue {
    /// Its ARN.
    pub fn arn(&self) -> String {
        names::queue_arn(&self.name)
    }

    /// Its URL, which is what `!Ref` gives.
    pub fn url(&self) -> String {
        names::queue_url(&self.name)
    }

    /// Whether `name` is its ARN, URL, name or logical id.
    pub fn is_called(&self, name: &str) -> bool {
        self.name == name || self.logical_id == name || self.arn() == name || self.url() == name
    }

    pub(super) fn read(
        logical_id: String,
        name: String,
        mut properties: Properties,
    ) -> Result<Self, TemplateError> {
        let queue = Self {
            logical_id,
            name,
            visibility_timeout_seconds: properties.count("VisibilityTimeout")?,
            retention_seconds: properties.count("MessageRetentionPeriod")?,
            receive_wait_seconds: properties.count("ReceiveMessageWaitTimeSeconds")?,
            delay_seconds: properties.count("DelaySeconds")?,
            maximum_message_bytes: properties.count("MaximumMessageSize")?,
            redrive: redrive(&mut properties)?,
            is_fifo: properties.flag("FifoQueue")?.unwrap_or(false),
            deduplicates_by_content: properties
                .flag("ContentBasedDeduplication")?
                .unwrap_or(false),
        };
        properties.irrelevant(&[
            "DeduplicationScope",
            "FifoThroughputLimit",
            "KmsDataKeyReusePeriodSeconds",
            "KmsMasterKeyId",
            "QueueName",
            "RedriveAllowPolicy",
            "SqsManagedSseEnabled",
            "Tags",
        ]);
        properties.finish()?;
        Ok(queue)
    }
}

fn redrive(properties: &mut Properties) -> Result<Option<RedrivePolicy>, TemplateError> {
    let Some(mut section) = properties.section("RedrivePolicy")? else {
        return Ok(None);
    };
    let maximum = section.count("maxReceiveCount")?;
    let policy = RedrivePolicy {
        dead_letter_arn: section.required_text("deadLetterTargetArn")?,
        maximum_receives: section.required("maxReceiveCount", maximum)?,
    };
    section.finish()?;
    Ok(Some(policy))
}
