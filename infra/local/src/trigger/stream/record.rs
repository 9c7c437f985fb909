//! A change as it stands in the stream.

use jiff::Timestamp;
use serde_json::Value;

/// One record of the event, and what the poller must know of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Record {
    pub(super) sequence_number: String,
    /// When the change was made, to the second.
    pub(super) created_at: Timestamp,
    /// The record as JSON text.
    pub(super) json: String,
}

impl Record {
    /// Reads what the stream's reader gave.
    pub(super) fn new(record: &Value) -> Self {
        let data = &record["dynamodb"];
        let number = data["SequenceNumber"].as_str();
        let created = data["ApproximateCreationDateTime"].as_f64();
        // Fractions of a second are nothing that DynamoDB would promise.
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seconds since 1970 are far below where a float stops counting"
        )]
        let created_seconds = created.unwrap_or_default() as i64;
        Self {
            sequence_number: number.unwrap_or_default().to_owned(),
            created_at: Timestamp::from_second(created_seconds).unwrap_or(Timestamp::UNIX_EPOCH),
            json: record.to_string(),
        }
    }
}
