//! What Lambda tells the on-failure destination of records that it gave up: not what was in them,
//! but where they stood in the stream.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::retry::Piece;

/// A table's stream has one shard here, and nothing can be asked about it.
const SHARD_ID: &str = "shardId-00000000000000000001-local000";

/// Why records were given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    /// The function failed on them as often as the template allows.
    RetryAttemptsExhausted,
    /// They got older than the template allows.
    RecordAgeExceeded,
}

/// Records that were given up.
pub(super) struct Discarded<'a> {
    pub(super) piece: &'a Piece,
    pub(super) condition: Condition,
    pub(super) function_arn: &'a str,
    pub(super) stream_arn: &'a str,
    pub(super) at: Timestamp,
}

impl Condition {
    /// AWS's word for it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Self::RecordAgeExceeded => "RecordAgeExceeded",
        }
    }
}

impl Discarded<'_> {
    /// The document for the destination; `None` if there are no records.
    pub(super) fn document(&self) -> Option<Value> {
        let piece = self.piece;
        let (first, last) = (piece.records.first()?, piece.records.last()?);
        let mut document = json!({
            "requestContext": {
                "requestId": piece.request_id,
                "functionArn": self.function_arn,
                "condition": self.condition.name(),
                "approximateInvokeCount": piece.invocations,
            },
            "version": "1.0",
            "timestamp": format!("{:.3}", self.at),
            "DDBStreamBatchInfo": {
                "shardId": SHARD_ID,
                "startSequenceNumber": first.sequence_number,
                "endSequenceNumber": last.sequence_number,
                "approximateArrivalOfFirstRecord": format!("{:.0}", first.created_at),
                "approximateArrivalOfLastRecord": format!("{:.0}", last.created_at),
                "batchSize": piece.records.len(),
                "streamArn": self.stream_arn,
            },
        });
        // Records that got too old unseen have no answer to tell of.
        if piece.invocations > 0 {
            let mut response = json!({ "statusCode": 200, "executedVersion": "$LATEST" });
            if piece.ended_in_error {
                response["functionError"] = json!("Unhandled");
            }
            document["responseContext"] = response;
        }
        Some(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::stream::record::Record;

    fn record(number: &str, created_seconds: i64) -> Record {
        Record {
            sequence_number: number.to_owned(),
            created_at: Timestamp::from_second(created_seconds).unwrap(),
            json: String::new(),
        }
    }

    fn document(piece: &Piece, condition: Condition) -> Option<Value> {
        let discarded = Discarded {
            piece,
            condition,
            function_arn: "arn:aws:lambda:us-east-1:000000000000:function:planet-Worker",
            stream_arn: "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/now",
            at: "2026-06-01T12:00:00.25Z".parse().unwrap(),
        };
        discarded.document()
    }

    #[test]
    fn the_destination_learns_where_the_records_stood() {
        let piece = Piece {
            records: vec![record("100", 0), record("101", 1), record("103", 2)],
            invocations: 4,
            retries: 3,
            request_id: Some("req_1".to_owned()),
            ended_in_error: true,
        };
        assert_eq!(
            document(&piece, Condition::RetryAttemptsExhausted).unwrap(),
            json!({
                "requestContext": {
                    "requestId": "req_1",
                    "functionArn": "arn:aws:lambda:us-east-1:000000000000:function:planet-Worker",
                    "condition": "RetryAttemptsExhausted",
                    "approximateInvokeCount": 4,
                },
                "responseContext": {
                    "statusCode": 200,
                    "executedVersion": "$LATEST",
                    "functionError": "Unhandled",
                },
                "version": "1.0",
                "timestamp": "2026-06-01T12:00:00.250Z",
                "DDBStreamBatchInfo": {
                    "shardId": SHARD_ID,
                    "startSequenceNumber": "100",
                    "endSequenceNumber": "103",
                    "approximateArrivalOfFirstRecord": "1970-01-01T00:00:00Z",
                    "approximateArrivalOfLastRecord": "1970-01-01T00:00:02Z",
                    "batchSize": 3,
                    "streamArn": "arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/now",
                },
            })
        );
    }

    #[test]
    fn an_answer_that_named_failures_was_no_error() {
        let piece = Piece {
            records: vec![record("100", 0)],
            invocations: 1,
            ..Piece::default()
        };
        let document = document(&piece, Condition::RetryAttemptsExhausted).unwrap();
        assert_eq!(
            document["responseContext"],
            json!({ "statusCode": 200, "executedVersion": "$LATEST" })
        );
    }

    #[test]
    fn records_that_nobody_saw_have_no_answer() {
        let piece = Piece::new(vec![record("100", 0)]);
        let document = document(&piece, Condition::RecordAgeExceeded).unwrap();
        assert_eq!(document["requestContext"]["condition"], "RecordAgeExceeded");
        assert_eq!(document["requestContext"]["approximateInvokeCount"], 0);
        assert_eq!(document.get("responseContext"), None);
    }

    #[test]
    fn no_records_make_no_document() {
        assert_eq!(
            document(&Piece::default(), Condition::RecordAgeExceeded),
            None
        );
    }
}
