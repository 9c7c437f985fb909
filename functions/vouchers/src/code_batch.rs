//! A delivery of codes, from its announcement to its end.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{code_file::Promise, reward::Reward};

/// A code batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CodeBatch {
    pub(crate) id: Id<kind::CodeBatch>,
    pub(crate) reward: Id<kind::Reward>,
    pub(crate) partner: Id<kind::Partner>,
    pub(crate) promise: Promise,
    pub(crate) status: BatchStatus,
    /// Why it was rejected, if it was.
    pub(crate) reason: Option<String>,
    pub(crate) progress: Progress,
    pub(crate) created_at: Timestamp,
}

/// Where a batch stands. `loaded` and `rejected` are its ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CodeBatchStatus)]
pub(crate) enum BatchStatus {
    /// The file is not there yet, or nobody has said that it is.
    AwaitingUpload,
    /// The worker is at it or will be soon.
    Loading,
    /// Every code of it is in the pool or was known before.
    Loaded,
    /// The file was not as promised, and no code of it was taken.
    Rejected,
}

/// How far loading has come. What happened to a code never changes, so the same number of codes
/// read always goes with the same number loaded, whoever counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Progress {
    /// How many codes from the file's beginning on are done.
    pub(crate) read: u32,
    /// How many of them came into the pool; the others the partner had delivered before.
    pub(crate) loaded: u32,
}

/// Why a batch cannot be loaded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum LoadError {
    /// It was rejected; codes come in a new batch.
    #[error("the batch was rejected; announce a new one")]
    Rejected,
}

/// What asking for a batch to be loaded leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LoadStep {
    /// The worker is to be told.
    Tell,
    /// It is done already.
    Done,
}

impl CodeBatch {
    /// A batch for the pool of `reward` whose file is awaited.
    pub(crate) fn announced(
        id: Id<kind::CodeBatch>,
        reward: &Reward,
        promise: Promise,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            reward: reward.id,
            partner: reward.partner.id,
            promise,
            status: BatchStatus::AwaitingUpload,
            reason: None,
            progress: Progress::default(),
            created_at: now,
        }
    }

    /// What is to be done to load the batch. Whoever asks twice has the worker told twice, in case
    /// the first message was lost.
    pub(crate) fn load(&self) -> Result<LoadStep, LoadError> {
        match self.status {
            BatchStatus::AwaitingUpload | BatchStatus::Loading => Ok(LoadStep::Tell),
            BatchStatus::Loaded => Ok(LoadStep::Done),
            BatchStatus::Rejected => Err(LoadError::Rejected),
        }
    }

    /// Whether nothing more will happen to it.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.status, BatchStatus::Loaded | BatchStatus::Rejected)
    }

    /// Where its file lies in the bucket.
    pub(crate) fn object_key(&self) -> String {
        format!("code-batches/{}.csv", self.id)
    }
}
