//! Requests of AWS clients.

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use http_body_util::BodyExt;
use rustack_sqs_http::{
    body::SqsResponseBody,
    dispatch::dispatch_operation,
    response::{error_to_response, json_response},
    router::resolve_operation,
};
use rustack_sqs_model::{
    error::SqsError,
    input::{
        ChangeMessageVisibilityBatchInput, ChangeMessageVisibilityInput, DeleteMessageBatchInput,
        DeleteMessageInput, PurgeQueueInput, SendMessageBatchInput, SendMessageInput,
    },
    operations::SqsOperation,
    output::{
        ChangeMessageVisibilityBatchOutput, ChangeMessageVisibilityOutput,
        DeleteMessageBatchOutput, DeleteMessageOutput, SendMessageBatchOutput,
    },
    types::{
        BatchResultErrorEntry, ChangeMessageVisibilityBatchResultEntry,
        DeleteMessageBatchResultEntry, SendMessageBatchResultEntry,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use super::{Sqs, limits, name_of_url};
use crate::answer;

/// Nothing here asks for requests by their id, but clients show it in what they log.
const REQUEST_ID: &str = "00000000-0000-0000-0000-000000000000";

/// The one answer of SQS whose members begin with small letters, which rustack does not know.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DeadLetterSources {
    queue_urls: Vec<String>,
}

impl Sqs {
    /// Answers one request.
    pub(crate) async fn answer(&self, headers: &HeaderMap, body: Bytes) -> Response<Bytes> {
        let target = headers.get("x-amz-target").map(|target| target.as_bytes());
        let Ok(operation) = resolve_operation(headers) else {
            let target = String::from_utf8_lossy(target.unwrap_or_default());
            return answer::unknown_operation(&target);
        };
        let response = match self.perform(operation, body).await {
            Ok(response) => response,
            Err(error) => error_to_response(&error, REQUEST_ID),
        };
        let (head, body) = response.into_parts();
        match body.collect().await {
            Ok(body) => Response::from_parts(head, body.to_bytes()),
            Err(error) => answer::internal_failure(&error.to_string()),
        }
    }

    async fn perform(
        &self,
        operation: SqsOperation,
        body: Bytes,
    ) -> Result<Response<SqsResponseBody>, SqsError> {
        match operation {
            SqsOperation::SendMessage => written(&self.send(read(&body)?).await?),
            SqsOperation::SendMessageBatch => written(&self.send_batch(read(&body)?).await?),
            SqsOperation::ReceiveMessage => written(&self.receive(read(&body)?).await?),
            SqsOperation::DeleteMessage => {
                self.delete(read(&body)?).await?;
                written(&DeleteMessageOutput {})
            }
            SqsOperation::DeleteMessageBatch => written(&self.delete_batch(read(&body)?).await?),
            SqsOperation::ChangeMessageVisibility => {
                self.change_visibility(read(&body)?).await?;
                written(&ChangeMessageVisibilityOutput {})
            }
            SqsOperation::ChangeMessageVisibilityBatch => {
                written(&self.change_visibility_batch(read(&body)?).await?)
            }
            SqsOperation::PurgeQueue => {
                let input: PurgeQueueInput = read(&body)?;
                let output = self.provider.purge_queue(input.clone()).await?;
                if let Some((_, kept)) = &self.kept {
                    kept.purged(name_of_url(&input.queue_url));
                }
                written(&output)
            }
            SqsOperation::ListDeadLetterSourceQueues => {
                let sources = self.provider.list_dead_letter_source_queues(read(&body)?);
                written(&DeadLetterSources {
                    queue_urls: sources.await?.queue_urls,
                })
            }
            // What is left neither adds nor removes messages, except with its whole queue.
            other => dispatch_operation(&self.handler, other, body).await,
        }
    }

    async fn send_batch(
        &self,
        input: SendMessageBatchInput,
    ) -> Result<SendMessageBatchOutput, SqsError> {
        check_entries(input.entries.iter().map(|entry| entry.id.as_str()))?;
        limits::check_batch(&input)?;
        let mut output = SendMessageBatchOutput::default();
        for entry in input.entries {
            let sent = self
                .send(SendMessageInput {
                    queue_url: input.queue_url.clone(),
                    message_body: entry.message_body,
                    delay_seconds: entry.delay_seconds,
                    message_deduplication_id: entry.message_deduplication_id,
                    message_group_id: entry.message_group_id,
                    message_attributes: entry.message_attributes,
                    message_system_attributes: entry.message_system_attributes,
                })
                .await;
            match sent {
                Ok(sent) => output.successful.push(SendMessageBatchResultEntry {
                    id: entry.id,
                    message_id: sent.message_id.unwrap_or_default(),
                    md5_of_message_body: sent.md5_of_message_body.unwrap_or_default(),
                    md5_of_message_attributes: sent.md5_of_message_attributes,
                    sequence_number: sent.sequence_number,
                }),
                Err(error) => output.failed.push(failure(entry.id, error)),
            }
        }
        Ok(output)
    }

    async fn delete_batch(
        &self,
        input: DeleteMessageBatchInput,
    ) -> Result<DeleteMessageBatchOutput, SqsError> {
        check_entries(input.entries.iter().map(|entry| entry.id.as_str()))?;
        let mut output = DeleteMessageBatchOutput::default();
        for entry in input.entries {
            let deleted = self
                .delete(DeleteMessageInput {
                    queue_url: input.queue_url.clone(),
                    receipt_handle: entry.receipt_handle,
                })
                .await;
            match deleted {
                Ok(()) => output
                    .successful
                    .push(DeleteMessageBatchResultEntry { id: entry.id }),
                Err(error) => output.failed.push(failure(entry.id, error)),
            }
        }
        Ok(output)
    }

    pub(super) async fn change_visibility(
        &self,
        input: ChangeMessageVisibilityInput,
    ) -> Result<(), SqsError> {
        limits::check_visibility(Some(input.visibility_timeout))?;
        limits::message_of_receipt(&input.receipt_handle)?;
        self.provider.change_message_visibility(input).await?;
        Ok(())
    }

    async fn change_visibility_batch(
        &self,
        input: ChangeMessageVisibilityBatchInput,
    ) -> Result<ChangeMessageVisibilityBatchOutput, SqsError> {
        check_entries(input.entries.iter().map(|entry| entry.id.as_str()))?;
        let mut output = ChangeMessageVisibilityBatchOutput::default();
        for entry in input.entries {
            let changed = self
                .change_visibility(ChangeMessageVisibilityInput {
                    queue_url: input.queue_url.clone(),
                    receipt_handle: entry.receipt_handle,
                    visibility_timeout: entry.visibility_timeout,
                })
                .await;
            match changed {
                Ok(()) => output
                    .successful
                    .push(ChangeMessageVisibilityBatchResultEntry { id: entry.id }),
                Err(error) => output.failed.push(failure(entry.id, error)),
            }
        }
        Ok(output)
    }
}

const MAXIMUM_ENTRIES: usize = 10;

/// What holds for every batch: some entries, not too many, each with an id of its own.
fn check_entries<'a>(ids: impl Iterator<Item = &'a str>) -> Result<(), SqsError> {
    let mut ids: Vec<_> = ids.collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    match count {
        0 => Err(SqsError::empty_batch_request()),
        count if count > MAXIMUM_ENTRIES => Err(SqsError::too_many_entries_in_batch()),
        count if count > ids.len() => Err(SqsError::batch_entry_ids_not_distinct()),
        _ => Ok(()),
    }
}

fn failure(id: String, error: SqsError) -> BatchResultErrorEntry {
    BatchResultErrorEntry {
        id,
        sender_fault: error.code.is_sender_fault(),
        code: error.code.error_type().to_owned(),
        message: Some(error.message),
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, SqsError> {
    serde_json::from_slice(body).map_err(|error| {
        let message = error.to_string();
        if message.contains("missing field") {
            SqsError::missing_parameter(message)
        } else {
            SqsError::invalid_parameter_value(message)
        }
    })
}

fn written(output: &impl Serialize) -> Result<Response<SqsResponseBody>, SqsError> {
    let json =
        serde_json::to_vec(output).map_err(|error| SqsError::internal_error(error.to_string()))?;
    let response = json_response(json, REQUEST_ID);
    debug_assert_eq!(response.status(), StatusCode::OK);
    Ok(response)
}
