//! What AWS refuses and rustack would take.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use rustack_sqs_model::{
    error::{SqsError, SqsErrorCode},
    input::{ReceiveMessageInput, SendMessageBatchInput},
    types::MessageAttributeValue,
};

/// AWS's limit for a message with its attributes, and for a whole batch.
const MAXIMUM_BYTES: usize = 1_048_576;
const MAXIMUM_DELAY_SECONDS: i32 = 900;
const MAXIMUM_MESSAGES: i32 = 10;
const MAXIMUM_WAIT_SECONDS: i32 = 20;
const MAXIMUM_VISIBILITY_SECONDS: i32 = 43_200;

/// Refuses a message that is too large or is to wait too long.
pub(super) fn check_message(
    body: &str,
    attributes: &HashMap<String, MessageAttributeValue>,
    delay_seconds: Option<i32>,
) -> Result<(), SqsError> {
    if size(body, attributes) > MAXIMUM_BYTES {
        return Err(SqsError::invalid_parameter_value(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than \
             {MAXIMUM_BYTES} bytes."
        )));
    }
    check_range("DelaySeconds", delay_seconds, 0, MAXIMUM_DELAY_SECONDS)
}

/// Refuses a batch that is too large as a whole.
pub(super) fn check_batch(input: &SendMessageBatchInput) -> Result<(), SqsError> {
    let total: usize = input
        .entries
        .iter()
        .map(|entry| size(&entry.message_body, &entry.message_attributes))
        .sum();
    if total > MAXIMUM_BYTES {
        return Err(SqsError::new(
            SqsErrorCode::BatchRequestTooLong,
            format!("Batch requests cannot be longer than {MAXIMUM_BYTES} bytes."),
        ));
    }
    Ok(())
}

/// Refuses a receive whose numbers are out of range.
pub(super) fn check_receive(input: &ReceiveMessageInput) -> Result<(), SqsError> {
    check_range(
        "MaxNumberOfMessages",
        input.max_number_of_messages,
        1,
        MAXIMUM_MESSAGES,
    )?;
    check_range(
        "WaitTimeSeconds",
        input.wait_time_seconds,
        0,
        MAXIMUM_WAIT_SECONDS,
    )?;
    check_visibility(input.visibility_timeout)
}

/// Refuses a visibility timeout that is out of range.
pub(super) fn check_visibility(seconds: Option<i32>) -> Result<(), SqsError> {
    check_range("VisibilityTimeout", seconds, 0, MAXIMUM_VISIBILITY_SECONDS)
}

/// The id of the message that a receipt handle is for. rustack's handles are
/// `base64(<message id>:<nanoseconds>:<random>)`; what is not one was never given out.
pub(super) fn message_of_receipt(receipt_handle: &str) -> Result<String, SqsError> {
    let decoded = STANDARD
        .decode(receipt_handle)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(SqsError::receipt_handle_is_invalid)?;
    match decoded.split(':').collect::<Vec<_>>().as_slice() {
        [message_id, nanoseconds, random]
            if message_id.len() == random.len() && nanoseconds.parse::<u128>().is_ok() =>
        {
            Ok((*message_id).to_owned())
        }
        _ => Err(SqsError::receipt_handle_is_invalid()),
    }
}

fn check_range(name: &str, value: Option<i32>, least: i32, most: i32) -> Result<(), SqsError> {
    match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(SqsError::invalid_parameter_value(format!(
                "Value {value} for parameter {name} is invalid. Reason: Must be between {least} \
                 and {most}, if provided."
            )))
        }
        _ => Ok(()),
    }
}

/// AWS counts attributes with their names and types.
fn size(body: &str, attributes: &HashMap<String, MessageAttributeValue>) -> usize {
    let attributes: usize = attributes
        .iter()
        .map(|(name, value)| {
            let text = value.string_value.as_ref().map_or(0, String::len);
            let bytes = value.binary_value.as_ref().map_or(0, Vec::len);
            name.len() + value.data_type.len() + text + bytes
        })
        .sum();
    body.len() + attributes
}
