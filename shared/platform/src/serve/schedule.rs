//! Scheduled work.

use serde::Deserialize;

use super::{Handler, InvokeError, answer};
use crate::ServiceError;

/// A schedule's input, as the template writes it.
#[derive(Clone, Debug, Deserialize)]
pub struct Schedule {
    /// Which of the context's jobs is due.
    #[serde(rename = "schedule")]
    pub name: String,
}

pub(super) async fn handle(
    handler: &Handler<Schedule, Result<(), ServiceError>>,
    payload: &str,
) -> Result<String, InvokeError> {
    let schedule: Schedule = serde_json::from_str(payload).map_err(InvokeError::UnknownShape)?;
    handler(schedule).await.map_err(InvokeError::Job)?;
    answer(&())
}
