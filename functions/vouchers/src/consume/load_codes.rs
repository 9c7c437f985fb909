//! Loads the codes of a batch: checks the whole file, then writes every code, then forgets the file.
//!
//! It can stop anywhere, run again, and run twice at once. Until the file is checked nothing is
//! written; every code is written under "there is none yet"; what counts as loaded is decided by
//! which batch a voucher names, which never changes.

use kernel::{Event, Id, id::IdError, kind};
use platform::{ErrorKind, SealingError, ServiceError};

use crate::{
    App,
    code::VoucherCode,
    code_batch::{CodeBatch, Progress},
    code_file::{self, MAX_FILE_BYTES, Rejection},
};

/// The kind of event that asks for a batch to be loaded; its subject is the batch.
pub(crate) const LOAD_REQUESTED: &str = "code_batch.load_requested";

/// After how many codes the worker notes how far it has come: what a restart may have to do again.
const CODES_PER_NOTE: usize = 500;

/// Why a message was not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadCodesError {
    /// It asks for something else.
    #[error("there is nothing to do for an event of kind {0}")]
    OtherKind(String),
    /// It names no batch.
    #[error("its subject is no code batch: {0}")]
    Subject(#[from] IdError),
    /// The batch that it names is not there.
    #[error("there is no code batch {0}")]
    Unknown(Id<kind::CodeBatch>),
    /// A code could not be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Does what one message asks for.
pub(crate) async fn handle(app: &App, event: Event) -> Result<(), LoadCodesError> {
    if event.kind != LOAD_REQUESTED {
        return Err(LoadCodesError::OtherKind(event.kind));
    }
    let id = event.subject.parse()?;
    let batch = app.store.batch(id).await?;
    let batch = batch.ok_or(LoadCodesError::Unknown(id))?;
    if !batch.is_over() {
        app.store.start_loading(id).await?;
        match checked_codes(app, &batch).await? {
            Ok(codes) => load(app, &batch, &codes).await?,
            Err(rejection) => app.store.reject_batch(id, rejection).await?,
        }
    }
    // Also when the batch is over: an earlier try may have stopped right before this.
    app.codes_bucket.delete(&batch.object_key()).await?;
    Ok(())
}

/// All codes of the batch's file, if all of it is as promised.
async fn checked_codes(
    app: &App,
    batch: &CodeBatch,
) -> Result<Result<Vec<VoucherCode>, Rejection>, ServiceError> {
    let key = batch.object_key();
    match app.codes_bucket.get(&key, MAX_FILE_BYTES).await {
        Ok(Some(file)) => Ok(code_file::read(&file, &batch.promise)),
        Ok(None) => Ok(Err(Rejection::Missing)),
        // The one thing that can be malformed about an object is that it is too large.
        Err(error) if error.kind() == ErrorKind::Malformed => Ok(Err(Rejection::ByteSize)),
        Err(error) => Err(error),
    }
}

async fn load(app: &App, batch: &CodeBatch, codes: &[VoucherCode]) -> Result<(), LoadCodesError> {
    let mut progress = batch.progress;
    let done = usize::try_from(progress.read).unwrap_or(usize::MAX);
    for part in codes.get(done..).unwrap_or_default().chunks(CODES_PER_NOTE) {
        let sealed = part
            .iter()
            .map(|code| {
                let voucher = app.code_keys.voucher_id(batch.partner, code);
                Ok((voucher, app.code_keys.seal(voucher, code)?))
            })
            .collect::<Result<Vec<_>, SealingError>>()?;
        let loaded = app.store.add_codes(batch, &sealed).await?;
        progress = Progress {
            read: progress.read + u32::try_from(part.len()).unwrap_or(0),
            loaded: progress.loaded + loaded,
        };
        app.store.note_progress(batch.id, progress).await?;
    }
    app.store.finish_batch(batch.id, progress).await?;
    tracing::info!(
        batch = batch.id.to_string(),
        loaded = progress.loaded,
        known = progress.read - progress.loaded,
        "a code batch is loaded"
    );
    Ok(())
}
