//! A change as it stands in the stream.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

/// One record of the event, and what the poller must know of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) sequence_number: String,
    /// When the change was made.
    pub(super) created_at: Timestamp,
    /// The record as JSON text.
    pub(super) json: String,
}

impl Record {
    /// Reads what the stream's reader gave.
    pub(super) fn new(record: &Value) -> Self {
        let data = &record["dynamodb"];
        let number = data["SequenceNumber"].as_str();
        let created_at = data["ApproximateCreationDateTime"]
            .as_f64()
            .and_then(|seconds| SignedDuration::try_from_secs_f64(seconds).ok())
            .and_then(|since_1970| Timestamp::from_duration(since_1970).ok());
        Self {
            sequence_number: number.unwrap_or_default().to_owned(),
            created_at: created_at.unwrap_or(Timestamp::UNIX_EPOCH),
            json: record.to_string(),
        }
    }
}
