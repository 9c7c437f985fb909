//! What every request under an `Idempotency-Key` has in common.

use axum::response::Response;
use platform::ServiceError;
use serde::de::DeserializeOwned;
use web::{ApiError, Code, RequestKey, replayed};

use crate::{App, store::CommitError};

/// How often something is decided on anew because it changed meanwhile. Each time means that another
/// got its work done.
const MAX_TRIES: usize = 16;

/// Why one try did not do what was asked for.
pub(super) enum Missed {
    /// What was decided on has changed meanwhile, or the request itself was done.
    Lost,
    /// It cannot be, or something went wrong.
    Refused(ApiError),
}

/// Does what a request asks for, once, and answers a repetition by `repeat`, from what is remembered
/// of it.
pub(super) async fn once<D, T, R>(
    app: &App,
    key: &RequestKey,
    attempt: impl Fn() -> T,
    repeat: impl Fn(D) -> R,
) -> Result<Response, ApiError>
where
    D: DeserializeOwned,
    T: Future<Output = Result<Response, Missed>>,
    R: Future<Output = Result<Response, ApiError>>,
{
    if let Some(done) = app.requests.find(key).await? {
        return repeat(done).await.map(replayed);
    }
    for _ in 0..MAX_TRIES {
        let missed = match attempt().await {
            Ok(answer) => return Ok(answer),
            Err(missed) => missed,
        };
        // What refuses us may be what our own twin has just done: then the answer is the twin's.
        if let Some(done) = app.requests.find(key).await? {
            return repeat(done).await.map(replayed);
        }
        if let Missed::Refused(error) = missed {
            return Err(error);
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

impl From<CommitError> for Missed {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Lost | CommitError::Repeated => Self::Lost,
            CommitError::Service(error) => Self::Refused(error.into()),
        }
    }
}

impl From<ApiError> for Missed {
    fn from(error: ApiError) -> Self {
        Self::Refused(error)
    }
}

impl From<ServiceError> for Missed {
    fn from(error: ServiceError) -> Self {
        Self::Refused(error.into())
    }
}
