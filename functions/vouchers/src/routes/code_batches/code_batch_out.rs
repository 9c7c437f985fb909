//! How a code batch is shown.

use std::{collections::BTreeMap, time::Duration};

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::{
    App,
    code_batch::{BatchStatus, CodeBatch},
};

/// How long a file may be uploaded by one link.
const UPLOAD_MINUTES: u32 = 15;

/// A code batch, as operators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CodeBatchOut {
    /// Names the batch.
    #[schema(value_type = String, example = "cbt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::CodeBatch>,
    /// Into whose pool its codes come.
    #[schema(value_type = String, example = "rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    reward_id: Id<kind::Reward>,
    /// Where it stands.
    status: BatchStatus,
    /// Why it was rejected.
    #[schema(example = "line 7 repeats a code")]
    reason: Option<String>,
    /// How many codes were promised.
    #[schema(example = 500)]
    count: u32,
    /// How many codes are in the pool thanks to this batch, so far.
    #[schema(example = 498)]
    loaded: u32,
    /// How many codes were passed over, since the partner had delivered them before.
    #[schema(example = 2)]
    already_known: u32,
    /// When it was announced.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Where its file goes, while that is awaited.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    upload: Option<CodeBatchUploadOut>,
}

/// How to upload a file.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CodeBatchUploadOut {
    /// Where to. Whoever knows it can upload the file.
    url: String,
    /// `PUT`.
    method: &'static str,
    /// Headers to send exactly so.
    headers: BTreeMap<String, String>,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl CodeBatchOut {
    /// The batch without a link.
    pub(super) fn of(batch: &CodeBatch) -> Self {
        Self {
            id: batch.id,
            reward_id: batch.reward,
            status: batch.status,
            reason: batch.reason.clone(),
            count: batch.promise.count,
            loaded: batch.progress.loaded,
            already_known: batch.progress.read - batch.progress.loaded,
            created_at: batch.created_at,
            upload: None,
        }
    }

    /// The batch with a new link, if its file is awaited.
    pub(super) fn with_upload(app: &App, batch: &CodeBatch) -> Result<Self, ApiError> {
        let mut out = Self::of(batch);
        if batch.status != BatchStatus::AwaitingUpload {
            return Ok(out);
        }
        let valid_for = Duration::from_secs(u64::from(UPLOAD_MINUTES) * 60);
        let byte_size = batch.promise.byte_size;
        let link =
            app.codes_bucket
                .presign_put(&batch.object_key(), "text/csv", byte_size, valid_for)?;
        let valid_for = SignedDuration::from_mins(i64::from(UPLOAD_MINUTES));
        out.upload = Some(CodeBatchUploadOut {
            url: link.url,
            method: "PUT",
            headers: link.headers,
            // Only a clock at the end of time is out of range.
            expires_at: app
                .clock
                .now()
                .checked_add(valid_for)
                .unwrap_or(Timestamp::MAX),
        });
        Ok(out)
    }
}
