//! The message that endpoints get of an event.
//!
//! It is written once, when the event comes in, so that every endpoint and every attempt gets the same
//! bytes. A receiver's body limit is 20,000 bytes: of an event that would be larger it is told what
//! has happened to whom, without the data, which the API has.

use kernel::{Event, Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{
    owner::Owner,
    subject::{Subject, SubjectError},
};

/// No body is larger.
const MAX_BODY_BYTES: usize = 20_000;

/// An event, ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Message {
    /// The event's id: the `webhook-id` of every attempt.
    pub(crate) event: Id<kind::Event>,
    /// The type of the event.
    pub(crate) event_type: String,
    /// What it is about.
    pub(crate) subject: Subject,
    /// The subject's version: of one subject, a higher one is later.
    pub(crate) sequence: u64,
    /// The body, byte for byte.
    pub(crate) body: String,
}

/// Why an event is no message.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MessageError {
    /// It does not say for whom it is, or what.
    #[error("its data is malformed: {0}")]
    Data(#[from] serde_json::Error),
    /// It is about nothing that can be named.
    #[error(transparent)]
    Subject(#[from] SubjectError),
}

#[derive(Deserialize)]
struct Data {
    audience: Vec<Owner>,
    payload: Value,
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    event_type: &'a str,
    timestamp: Timestamp,
    id: Id<kind::Event>,
    subject: &'a Subject,
    sequence: u64,
    data: &'a Value,
}

impl Message {
    /// The message of an event, and for whom it is, each once.
    pub(crate) fn of(event: Event) -> Result<(Vec<Owner>, Self), MessageError> {
        let Data {
            mut audience,
            payload,
        } = serde_json::from_value(event.data)?;
        audience.sort_unstable();
        audience.dedup();
        let subject: Subject = event.subject.parse()?;
        let render = |data: &Value| {
            serde_json::to_string(&Body {
                event_type: &event.kind,
                timestamp: event.occurred_at,
                id: event.id,
                subject: &subject,
                sequence: event.version,
                data,
            })
        };
        let mut body = render(&payload)?;
        if body.len() > MAX_BODY_BYTES {
            body = render(&json!({ "truncated": true }))?;
        }
        let message = Self {
            event: event.id,
            event_type: event.kind,
            subject,
            sequence: event.version,
            body,
        };
        Ok((audience, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(payload: Value) -> Event {
        let at = Timestamp::UNIX_EPOCH;
        let organization = Id::<kind::Organization>::derive(&["o"]).to_string();
        let audience = [organization.clone(), organization];
        Event::for_webhooks("order.paid", "ord_1", 3, at, &audience, payload).unwrap()
    }

    #[test]
    fn a_message_says_what_happened_to_what_and_when() {
        let event = event(json!({ "order": "ord_1" }));
        let (audience, message) = Message::of(event.clone()).unwrap();
        assert_eq!(audience, [Owner::Organization(Id::derive(&["o"]))]);
        let expected = format!(
            r#"{{"type":"order.paid","timestamp":"1970-01-01T00:00:00Z","id":"{}","subject":"ord_1","sequence":3,"data":{{"order":"ord_1"}}}}"#,
            event.id
        );
        assert_eq!(message.body, expected);
    }

    #[test]
    fn a_message_that_would_be_too_large_goes_without_its_data() {
        let (_, message) = Message::of(event(json!({ "text": "x".repeat(19_800) }))).unwrap();
        assert!(message.body.len() <= MAX_BODY_BYTES && message.body.len() > 19_800);
        let (_, message) = Message::of(event(json!({ "text": "x".repeat(20_000) }))).unwrap();
        let body: Value = serde_json::from_str(&message.body).unwrap();
        assert_eq!(body["data"], json!({ "truncated": true }));
        assert_eq!(
            (&body["subject"], &body["sequence"]),
            (&json!("ord_1"), &json!(3))
        );
    }

    #[test]
    fn what_is_for_nobody_known_is_no_message() {
        let mut nameless = event(json!({}));
        nameless.data["audience"] = json!(["acct_1"]);
        assert!(matches!(Message::of(nameless), Err(MessageError::Data(_))));
        let mut nothing = event(json!({}));
        nothing.subject = String::new();
        assert!(matches!(
            Message::of(nothing),
            Err(MessageError::Subject(_))
        ));
    }
}
