//! What can go wrong when AWS is asked for something.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// A call to a table, queue, bucket or secret that did not give an answer to act on.
///
/// The text names what was asked of what; the cause is its [`source`](Error::source), logged whole
/// once at the edge and never shown to a caller.
#[derive(Debug, thiserror::Error)]
#[error("{operation} on {target}: {kind}")]
pub struct ServiceError {
    operation: &'static str,
    target: String,
    kind: ErrorKind,
    #[source]
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// What an error says about the effect, and whether trying again can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// The service asked to slow down, or other writers kept getting in between; nothing was written.
    #[error("too busy")]
    Busy,
    /// No trustworthy answer: the effect may or may not have happened.
    #[error("the outcome is unknown")]
    Unknown,
    /// The service refused the request as such: a defect of ours, not of the moment.
    #[error("the request was refused")]
    Refused,
    /// What came back does not have the shape it must have.
    #[error("the stored data is malformed")]
    Malformed,
}

impl ServiceError {
    pub(crate) fn new(
        operation: &'static str,
        target: impl Into<String>,
        kind: ErrorKind,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self {
            operation,
            target: target.into(),
            kind,
            source: Some(source.into()),
        }
    }

    pub(crate) fn busy(operation: &'static str, target: impl Into<String>) -> Self {
        Self {
            operation,
            target: target.into(),
            kind: ErrorKind::Busy,
            source: None,
        }
    }

    /// An item of `target` that cannot be read as the type it must have.
    pub fn malformed(
        target: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::new("read", target, ErrorKind::Malformed, source)
    }

    pub(crate) fn of_sdk<E, R>(
        operation: &'static str,
        target: impl Into<String>,
        error: SdkError<E, R>,
    ) -> Self
    where
        E: ProvideErrorMetadata + Error + Send + Sync + 'static,
        R: std::fmt::Debug + Send + Sync + 'static,
    {
        let kind = kind_of(&error);
        Self::new(operation, target, kind, error)
    }

    /// What the error says about the effect.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

fn kind_of<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> ErrorKind {
    let SdkError::ServiceError(context) = error else {
        return match error {
            SdkError::ConstructionFailure(_) => ErrorKind::Refused,
            _ => ErrorKind::Unknown,
        };
    };
    match context.err().code() {
        Some(
            "ThrottlingException"
            | "ProvisionedThroughputExceededException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "SlowDown"
            // The item is part of somebody's transaction at this moment.
            | "TransactionConflictException",
        ) => ErrorKind::Busy,
        Some(
            "InternalServerError"
            | "InternalFailure"
            | "InternalError"
            | "ServiceUnavailable"
            | "TransactionInProgressException",
        )
        | None => ErrorKind::Unknown,
        Some(_) => ErrorKind::Refused,
    }
}
