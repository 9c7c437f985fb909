//! What one context tells the others.
//!
//! Invariant: an event's id follows from its kind, its subject and the subject's version, so a
//! stream that is replayed tells the same events again and a consumer knows them by their ids.

use serde::{Deserialize, Serialize};

use crate::{Id, Timestamp, kind};

/// A fact about a subject, as it is published.
///
/// Fields that are not known here are passed over when reading: a publisher may add some before
/// its consumers know them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Under which consumers remember that they have seen the event.
    pub id: Id<kind::Event>,
    /// What happened, such as `voucher.issued`; `type` on the wire.
    #[serde(rename = "type")]
    pub kind: String,
    /// To whom or what it happened: the text of an id.
    pub subject: String,
    /// The subject's version after it happened; of one subject, a higher one is later.
    pub version: u64,
    /// When it happened, in UTC; RFC 3339 on the wire.
    pub occurred_at: Timestamp,
    /// The rest of the story, shaped by the kind.
    pub data: serde_json::Value,
}

impl Event {
    /// The event of this kind that took the subject to this version.
    ///
    /// One change of a subject may tell several kinds of event but only one of each kind, since
    /// kind, subject and version alone decide the id.
    ///
    /// # Errors
    /// [`serde_json::Error`] if `data` has no form in JSON.
    pub fn derived(
        kind: impl Into<String>,
        subject: impl Into<String>,
        version: u64,
        occurred_at: Timestamp,
        data: impl Serialize,
    ) -> Result<Event, serde_json::Error> {
        let (kind, subject) = (kind.into(), subject.into());
        Ok(Event {
            id: Id::derive(&[&kind, &subject, &version.to_string()]),
            kind,
            subject,
            version,
            occurred_at,
            data: serde_json::to_value(data)?,
        })
    }

    /// What the contexts' event of this kind says to those outside: `payload`, which has public
    /// fields only, for whom `audience` names by the texts of their ids.
    ///
    /// Its id is another than [`derived`](Self::derived) gives, since the two say different things
    /// to different ears: who remembers one of them has not seen the other.
    ///
    /// # Errors
    /// [`serde_json::Error`] if `payload` has no form in JSON.
    pub fn for_webhooks(
        kind: impl Into<String>,
        subject: impl Into<String>,
        version: u64,
        occurred_at: Timestamp,
        audience: &[String],
        payload: impl Serialize,
    ) -> Result<Event, serde_json::Error> {
        let payload = serde_json::to_value(payload)?;
        let data = serde_json::json!({ "audience": audience, "payload": payload });
        let told = Event::derived(kind, subject, version, occurred_at, data)?;
        let version = version.to_string();
        Ok(Event {
            id: Id::derive(&["webhook", &told.kind, &told.subject, &version]),
            ..told
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    fn event(kind: &str, subject: &str, version: u64) -> Event {
        Event::derived(
            kind,
            subject,
            version,
            Timestamp::UNIX_EPOCH,
            json!({"n": 1}),
        )
        .unwrap()
    }

    #[test]
    fn the_wire_form_names_the_kind_type() {
        let event = event("voucher.issued", "vch_1", 7);
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            json!({
                "id": event.id.to_string(),
                "type": "voucher.issued",
                "subject": "vch_1",
                "version": 7,
                "occurred_at": "1970-01-01T00:00:00Z",
                "data": {"n": 1},
            })
        );
    }

    // Written down, because consumers remember ids from before a release.
    #[test]
    fn event_ids_do_not_change_between_releases() {
        let id = event("voucher.issued", "vch_1", 7).id;
        assert_eq!(id.to_string(), "evt_1HY08R5YCZB8GA1809K0DS22M6");
    }

    fn for_webhooks(kind: &str, subject: &str, version: u64) -> Event {
        let audience = ["org_1".to_owned()];
        let payload = json!({"n": 1});
        let at = Timestamp::UNIX_EPOCH;
        Event::for_webhooks(kind, subject, version, at, &audience, payload).unwrap()
    }

    // Written down, because receivers of webhooks remember ids from before a release.
    #[test]
    fn an_event_for_webhooks_says_for_whom_it_is_under_an_id_of_its_own() {
        let event = for_webhooks("voucher.issued", "vch_1", 7);
        assert_eq!(
            serde_json::to_value(&event).unwrap(),
            json!({
                "id": "evt_4GZTHVK3RHA3X8GV1VBNVZ0E73",
                "type": "voucher.issued",
                "subject": "vch_1",
                "version": 7,
                "occurred_at": "1970-01-01T00:00:00Z",
                "data": {"audience": ["org_1"], "payload": {"n": 1}},
            })
        );
    }

    #[test]
    fn a_consumer_tolerates_fields_it_does_not_know() {
        let event = event("voucher.issued", "vch_1", 7);
        let mut wire = serde_json::to_value(&event).unwrap();
        wire["trace"] = json!("abc");
        assert_eq!(serde_json::from_value::<Event>(wire).unwrap(), event);
    }

    #[test]
    fn data_that_has_no_json_is_an_error() {
        let keyed_by_list = BTreeMap::from([(vec![1], 1)]);
        let at = Timestamp::UNIX_EPOCH;
        let refused = Event::derived("k", "s", 1, at, &keyed_by_list);
        assert!(refused.is_err());
        let refused = Event::for_webhooks("k", "s", 1, at, &[], &keyed_by_list);
        assert!(refused.is_err());
    }

    proptest! {
        #[test]
        fn a_replay_gives_the_same_id_and_anything_else_another(
            a in ("[ab]{0,2}", "[ab]{0,2}", 0u64..20), b in ("[ab]{0,2}", "[ab]{0,2}", 0u64..20),
        ) {
            let (x, y) = (event(&a.0, &a.1, a.2), event(&b.0, &b.1, b.2));
            prop_assert_eq!(x.id == y.id, a == b);
            let (x, y) = (for_webhooks(&a.0, &a.1, a.2), for_webhooks(&b.0, &b.1, b.2));
            prop_assert_eq!(x.id == y.id, a == b);
        }

        #[test]
        fn no_event_for_webhooks_has_the_id_of_one_between_contexts(
            kind in "[a-z.]{0,8}", subject in "[a-z_0-9]{0,8}", version in any::<u64>(),
        ) {
            let (inside, outside) = (
                event(&kind, &subject, version),
                for_webhooks(&kind, &subject, version),
            );
            prop_assert_ne!(inside.id, outside.id);
        }

        #[test]
        fn the_id_does_not_depend_on_when_or_on_the_data(
            second in 0i64..4_000_000_000, n in any::<u64>(),
        ) {
            let at = Timestamp::from_second(second).unwrap();
            let other = Event::derived("k", "s", 1, at, json!({"n": n})).unwrap();
            prop_assert_eq!(other.id, event("k", "s", 1).id);
        }

        #[test]
        fn every_event_survives_json(kind in ".*", subject in ".*", version in any::<u64>()) {
            let event = event(&kind, &subject, version);
            let json = serde_json::to_string(&event).unwrap();
            prop_assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
        }
    }
}
