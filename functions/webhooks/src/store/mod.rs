//! What is kept in the webhooks table, and every change to it.
//!
//! The shapes of items are known here alone. Reads are strongly consistent but for the two indexes.
//! Endpoints and deliveries are written under the version that was read; lanes under the lease of
//! whoever runs them.

mod deliveries;
mod endpoints;
mod lanes;
mod subjects;
mod waiting;

pub(crate) use deliveries::Created;
pub(crate) use endpoints::{CreateError, disabled_of};
pub(crate) use lanes::{Release, Taken, woken_of};
pub(crate) use waiting::Waiting;

use kernel::{Clock, Timestamp};
use platform::{
    Aws, ServiceError,
    table::{Key, Table, TransactError, Transaction, Write, WriteError},
};

/// How long what has ended is kept, and can be sent again.
const KEPT_DAYS: i64 = 100;

/// The webhooks table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    aws: Aws,
    table: Table,
    clock: Clock,
}

/// Why something was not written. Nothing was, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    /// What was decided on has changed.
    #[error("it has changed meanwhile")]
    Lost,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The store in the table called `table_name`.
    pub(crate) fn new(aws: &Aws, table_name: &str, clock: Clock) -> Self {
        Self {
            aws: aws.clone(),
            table: aws.table(table_name),
            clock,
        }
    }

    async fn save(&self, write: Write) -> Result<(), SaveError> {
        match self.table.write(write).await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused { .. }) => Err(SaveError::Lost),
            Err(WriteError::Service(error)) => Err(error.into()),
        }
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<(), SaveError> {
        match self.aws.transact(Transaction::from(writes)).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(_)) => Err(SaveError::Lost),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// Writes, or removes, what may be there or not.
    async fn settle(&self, write: Write) -> Result<(), ServiceError> {
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
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

/// When the table forgets what was written at `at`, in seconds since 1970.
fn forgotten(at: Timestamp) -> i64 {
    at.as_second() + KEPT_DAYS * 24 * 3_600
}

/// A time that is kept as milliseconds.
fn time(ms: i64) -> Result<Timestamp, ServiceError> {
    Timestamp::from_millisecond(ms).map_err(|error| ServiceError::malformed("webhooks", error))
}
