//! What can go wrong with an engine itself, as opposed to a request it refuses.

use std::{io, path::PathBuf};

use dynoxide::DynoxideError;
use rustack_sqs_model::error::SqsError;

/// An engine that cannot be started, reached or saved.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// A file or folder cannot be used.
    #[error("{} cannot be used", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// Another process has the data folder.
    #[error("{} is in use by another process", folder.display())]
    InUse {
        /// Which one.
        folder: PathBuf,
    },
    /// A file of a data folder holds something else than what was put there.
    #[error("{} is damaged", path.display())]
    Damaged {
        /// Which one.
        path: PathBuf,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// A table cannot be made or read.
    #[error("table {table}")]
    Table {
        /// Its name.
        table: String,
        /// What DynamoDB said.
        #[source]
        source: Box<DynoxideError>,
    },
    /// The database file cannot be prepared.
    #[error("the database cannot be prepared")]
    Database(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A table of the data folder differs from the template's.
    #[error(
        "table {table} in {} was made with other keys, indexes or stream than the template now \
         has: move the folder away to begin anew",
        folder.display()
    )]
    Changed {
        /// Its name.
        table: String,
        /// The data folder.
        folder: PathBuf,
    },
    /// A queue refuses something.
    #[error("queue {queue}")]
    Queue {
        /// Its name.
        queue: String,
        /// What SQS said.
        #[source]
        source: SqsError,
    },
    /// The buckets cannot be made.
    #[error("the buckets cannot be kept in {}", folder.display())]
    Buckets {
        /// Where they were to be kept.
        folder: PathBuf,
        /// What s3s-fs said.
        message: String,
    },
    /// The system gives no randomness to make a secret of.
    #[error("secret {secret} cannot be generated")]
    Secret {
        /// Its name.
        secret: String,
        /// What the system said.
        #[source]
        source: getrandom::Error,
    },
    /// The template has no such thing.
    #[error("the template has no {kind} called {name}")]
    Unknown {
        /// `table` or `queue`.
        kind: &'static str,
        /// What was asked for.
        name: String,
    },
}

impl EngineError {
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }

    pub(crate) fn table(table: &str) -> impl FnOnce(DynoxideError) -> Self {
        let table = table.to_owned();
        |source| Self::Table {
            table,
            source: Box::new(source),
        }
    }

    pub(crate) fn queue(queue: &str) -> impl FnOnce(SqsError) -> Self {
        let queue = queue.to_owned();
        |source| Self::Queue { queue, source }
    }
}
