//! Code batches. Every move is conditional on the status, so that workers at once and messages that
//! come again move a batch once.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{TransactError, Transaction, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes};
use crate::{
    code_batch::{BatchStatus, CodeBatch, Progress},
    code_file::{Promise, Rejection, Sha256},
    keys,
};

#[derive(Serialize, Deserialize)]
struct BatchItem {
    pk: String,
    sk: String,
    id: Id<kind::CodeBatch>,
    reward_id: Id<kind::Reward>,
    partner_id: Id<kind::Partner>,
    promised_count: u32,
    promised_bytes: u64,
    promised_sha256: Sha256,
    status: BatchStatus,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    read: u32,
    loaded: u32,
    created_at: Timestamp,
}

/// Why a batch was not announced.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateBatchError {
    /// The same request was done before.
    #[error("the request was done before")]
    Repeated,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Keeps a new batch, with the record of the request.
    pub(crate) async fn create_batch(
        &self,
        batch: &CodeBatch,
        record: Write,
    ) -> Result<(), CreateBatchError> {
        let (pk, sk) = attributes(&keys::batch(batch.id));
        let item = BatchItem {
            pk,
            sk,
            id: batch.id,
            reward_id: batch.reward,
            partner_id: batch.partner,
            promised_count: batch.promise.count,
            promised_bytes: batch.promise.byte_size,
            promised_sha256: batch.promise.sha256.clone(),
            status: batch.status,
            reason: None,
            read: batch.progress.read,
            loaded: batch.progress.loaded,
            created_at: batch.created_at,
        };
        let put = Write::put(&self.table, &item).when_absent();
        // The batch's id derives from the request, so both writes fail for the same reason alone.
        match self
            .aws
            .transact(Transaction::new().and(put).and(record))
            .await
        {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(CreateBatchError::Repeated),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// The batch `id`.
    pub(crate) async fn batch(
        &self,
        id: Id<kind::CodeBatch>,
    ) -> Result<Option<CodeBatch>, ServiceError> {
        let item: Option<BatchItem> = self.table.get(&keys::batch(id)).await?;
        Ok(item.map(CodeBatch::from))
    }

    /// Says that a batch is being loaded, unless it is over.
    pub(crate) async fn start_loading(&self, id: Id<kind::CodeBatch>) -> Result<(), ServiceError> {
        self.move_batch(
            Write::update(&self.table, keys::batch(id), "SET #status = :loading")
                .when("#status IN (:awaiting, :loading)")
                .bind(":awaiting", BatchStatus::AwaitingUpload)
                .bind(":loading", BatchStatus::Loading),
        )
        .await
    }

    /// Says how far loading has come, unless another worker is further.
    pub(crate) async fn note_progress(
        &self,
        id: Id<kind::CodeBatch>,
        progress: Progress,
    ) -> Result<(), ServiceError> {
        self.move_batch(
            Write::update(
                &self.table,
                keys::batch(id),
                "SET #read = :read, #loaded = :loaded",
            )
            .when("#status = :loading AND #read < :read")
            .bind(":loading", BatchStatus::Loading)
            .bind(":read", progress.read)
            .bind(":loaded", progress.loaded),
        )
        .await
    }

    /// Says that all of a batch is loaded.
    pub(crate) async fn finish_batch(
        &self,
        id: Id<kind::CodeBatch>,
        progress: Progress,
    ) -> Result<(), ServiceError> {
        self.move_batch(
            Write::update(
                &self.table,
                keys::batch(id),
                "SET #status = :over, #read = :read, #loaded = :loaded",
            )
            .when("#status = :loading")
            .bind(":loading", BatchStatus::Loading)
            .bind(":over", BatchStatus::Loaded)
            .bind(":read", progress.read)
            .bind(":loaded", progress.loaded),
        )
        .await
    }

    /// Says that the file of a batch was not as promised.
    pub(crate) async fn reject_batch(
        &self,
        id: Id<kind::CodeBatch>,
        rejection: Rejection,
    ) -> Result<(), ServiceError> {
        self.move_batch(
            Write::update(
                &self.table,
                keys::batch(id),
                "SET #status = :over, #reason = :reason",
            )
            .when("#status = :loading")
            .bind(":loading", BatchStatus::Loading)
            .bind(":over", BatchStatus::Rejected)
            .bind(":reason", rejection.to_string()),
        )
        .await
    }

    /// A move that is refused was made by another worker, or one further on was.
    async fn move_batch(&self, write: Write) -> Result<(), ServiceError> {
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }
}

impl From<BatchItem> for CodeBatch {
    fn from(item: BatchItem) -> Self {
        Self {
            id: item.id,
            reward: item.reward_id,
            partner: item.partner_id,
            promise: Promise {
                count: item.promised_count,
                byte_size: item.promised_bytes,
                sha256: item.promised_sha256,
            },
            status: item.status,
            reason: item.reason,
            progress: Progress {
                read: item.read,
                loaded: item.loaded,
            },
            created_at: item.created_at,
        }
    }
}
