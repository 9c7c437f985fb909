//! A message as Lambda shows it to a function.

use engines::{Message, REGION};
use serde_json::json;

/// One record of the event, and what is needed of it afterwards.
pub(super) struct Record {
    pub(super) message_id: String,
    pub(super) receipt_handle: String,
    /// The record as JSON text.
    pub(super) json: String,
}

impl Record {
    /// The record of `message`, which came from the queue with this ARN.
    pub(super) fn new(message: &Message, queue_arn: &str) -> Self {
        let json = json!({
            "messageId": message.message_id,
            "receiptHandle": message.receipt_handle,
            "body": message.body,
            "attributes": message.attributes,
            "messageAttributes": message.message_attributes,
            "md5OfBody": message.md5_of_body,
            "eventSource": "aws:sqs",
            "eventSourceARN": queue_arn,
            "awsRegion": REGION,
        });
        Self {
            message_id: message.message_id.clone(),
            receipt_handle: message.receipt_handle.clone(),
            json: json.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::Value;

    use super::*;

    #[test]
    fn a_record_has_the_shape_that_lambda_gives() {
        let message = Message {
            message_id: "m-1".to_owned(),
            receipt_handle: "r-1".to_owned(),
            body: "{\"a\":1}".to_owned(),
            md5_of_body: "bb6cb5c68df4652941caf652a366f2d8".to_owned(),
            attributes: BTreeMap::from([("ApproximateReceiveCount".to_owned(), "1".to_owned())]),
            message_attributes: BTreeMap::from([(
                "kind".to_owned(),
                json!({ "stringValue": "x", "dataType": "String" }),
            )]),
        };
        let record = Record::new(&message, "arn:aws:sqs:us-east-1:000000000000:planet-Work");
        assert_eq!(
            serde_json::from_str::<Value>(&record.json).unwrap(),
            json!({
                "messageId": "m-1",
                "receiptHandle": "r-1",
                "body": "{\"a\":1}",
                "attributes": { "ApproximateReceiveCount": "1" },
                "messageAttributes": { "kind": { "stringValue": "x", "dataType": "String" } },
                "md5OfBody": "bb6cb5c68df4652941caf652a366f2d8",
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:planet-Work",
                "awsRegion": "us-east-1",
            })
        );
    }
}
