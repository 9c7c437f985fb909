//! From the stream of wallets to the journal.

use platform::{ServiceError, serve::StreamFailure, table::Change};

use crate::{entry::entries, store::Entries};

/// Writes the entries of every change, in order. An entry's key is that of its movement, so that a
/// change that is told again writes nothing new.
pub(crate) async fn write(journal: &Entries, changes: Vec<Change>) -> Result<(), StreamFailure> {
    for change in changes {
        write_one(journal, &change)
            .await
            .map_err(|cause| StreamFailure {
                sequence_number: change.sequence_number.clone(),
                cause,
            })?;
    }
    Ok(())
}

async fn write_one(journal: &Entries, change: &Change) -> Result<(), ServiceError> {
    for entry in entries(change)? {
        journal.add(&entry).await?;
    }
    Ok(())
}
