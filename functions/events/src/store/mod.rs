//! What is kept in the events table, and every change to it.
//!
//! The shapes of items are known here alone; the rest of the crate sees concerts, lines, tickets and
//! check-ins. Reads are strongly consistent but for the index of somebody's tickets. Every change is
//! written under the version that it was decided on.

mod check_ins;
mod concerts;
mod lines;
mod origin;
mod recalls;
mod tickets;

pub(crate) use concerts::concert_of;
pub(crate) use lines::line_of;
pub(crate) use recalls::recall_of;
pub(crate) use tickets::ticket_of;

use platform::{
    Aws, ServiceError,
    table::{Key, Table, TransactError, Transaction, Write},
};
use web::IDEMPOTENCY;

/// The events table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    aws: Aws,
    table: Table,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct PageOf<T> {
    pub(crate) items: Vec<T>,
    /// Where the next page begins, in the words of the list; `None` on the last.
    pub(crate) next: Option<String>,
}

/// Why something was not committed. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// The same request was done before.
    #[error("the request was done before")]
    Repeated,
    /// Something that was decided on has changed.
    #[error("something has changed meanwhile")]
    Lost,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The store in the table called `table_name`.
    pub(crate) fn new(aws: &Aws, table_name: &str) -> Self {
        Self {
            aws: aws.clone(),
            table: aws.table(table_name),
        }
    }

    /// Commits all of the writes, or none.
    pub(crate) async fn commit(&self, writes: Vec<Write>) -> Result<(), CommitError> {
        match self.aws.transact(Transaction::from(writes)).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancelled)) if cancelled.names(IDEMPOTENCY) => {
                Err(CommitError::Repeated)
            }
            Err(TransactError::Cancelled(_)) => Err(CommitError::Lost),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}

/// A key as the two attributes of an item.
fn attributes(key: &Key) -> (String, String) {
    (key.pk().to_owned(), key.sk().unwrap_or_default().to_owned())
}

/// Keeps an item in its new version if the one before is kept: the first if there is none yet.
fn under_version(put: Write, version: u64) -> Write {
    match version {
        0 | 1 => put.when_absent(),
        version => put.when("#version = :before").bind(":before", version - 1),
    }
}
