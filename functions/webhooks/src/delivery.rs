//! Deliveries: one event on its way to one endpoint.
//!
//! `queued → delivered | retrying → delivered | exhausted`, and `parked` where it is not to be sent:
//! its endpoint is disabled, or a later version of the subject was delivered before. Whatever has
//! ended can be queued again; what is kept of it, its attempts, goes on.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    message::Message,
    owner::Owner,
    schedule::{later, wait_after},
    subject::Subject,
};

/// How many attempts are kept to be looked at: those of a whole schedule twice.
const MAX_ATTEMPTS_KEPT: usize = 24;

/// A delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Delivery {
    pub(crate) id: Id<kind::WebhookDelivery>,
    pub(crate) endpoint: Id<kind::WebhookEndpoint>,
    pub(crate) owner: Owner,
    /// The `webhook-id`.
    pub(crate) event: Id<kind::Event>,
    pub(crate) event_type: String,
    pub(crate) subject: Subject,
    pub(crate) sequence: u64,
    pub(crate) body: String,
    pub(crate) state: State,
    /// When it is to be sent, while it is to be sent at all.
    pub(crate) due_at: Timestamp,
    /// Whether somebody asked for it by hand: then it is sent although a later version was delivered.
    pub(crate) asked: bool,
    /// How often it was tried since it was queued.
    pub(crate) tries: u32,
    /// When it was tried for the first time since it was queued.
    pub(crate) first_tried_at: Option<Timestamp>,
    /// How often it was tried at all.
    pub(crate) attempts_made: u32,
    /// The last attempts, the newest last.
    pub(crate) attempts: Vec<Attempt>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    pub(crate) version: u64,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It waits for its first attempt.
    Queued,
    /// It failed, and waits for another attempt.
    Retrying,
    /// The endpoint took it.
    Delivered,
    /// It was tried as often as can be.
    Exhausted,
    /// It came to an endpoint that is disabled.
    Parked,
    /// It came after a later version of its subject was delivered, to an endpoint that wants them in
    /// order.
    Superseded,
}

/// One try to send a delivery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Attempt {
    /// When it began.
    pub(crate) at: Timestamp,
    /// How long it took, in milliseconds.
    pub(crate) took_ms: u64,
    /// The status of the reply, if one came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<u16>,
    /// Why none came, or was not read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<String>,
    /// How the reply begins.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) reply: String,
}

/// It is to be sent already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the delivery is queued already")]
pub(crate) struct AlreadyQueued;

impl State {
    /// Whether it is to be sent.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Retrying)
    }

    /// Whether it is what an endpoint has missed.
    pub(crate) fn is_missed(self) -> bool {
        matches!(self, Self::Exhausted | Self::Parked)
    }
}

impl Delivery {
    /// The id of an event's delivery to an endpoint: there is one, however often the event is told.
    pub(crate) fn id_of(
        event: Id<kind::Event>,
        endpoint: Id<kind::WebhookEndpoint>,
    ) -> Id<kind::WebhookDelivery> {
        Id::derive(&[&event.to_string(), &endpoint.to_string()])
    }

    /// A message, queued for an endpoint of `owner`.
    pub(crate) fn of(
        message: &Message,
        owner: Owner,
        endpoint: Id<kind::WebhookEndpoint>,
        now: Timestamp,
    ) -> Self {
        Self {
            id: Self::id_of(message.event, endpoint),
            endpoint,
            owner,
            event: message.event,
            event_type: message.event_type.clone(),
            subject: message.subject.clone(),
            sequence: message.sequence,
            body: message.body.clone(),
            state: State::Queued,
            due_at: now,
            asked: false,
            tries: 0,
            first_tried_at: None,
            attempts_made: 0,
            attempts: Vec::new(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The delivery of a message that came to a disabled endpoint: kept, to be recovered.
    pub(crate) fn into_parked(self) -> Self {
        let state = State::Parked;
        Self { state, ..self }
    }

    /// After an attempt that was taken.
    pub(crate) fn delivered(self, attempt: Attempt, now: Timestamp) -> Self {
        self.tried(attempt).moved(State::Delivered, now)
    }

    /// After an attempt that failed: it waits for its time, but not less than until `not_before`.
    pub(crate) fn failed(
        self,
        attempt: Attempt,
        not_before: Option<Timestamp>,
        now: Timestamp,
    ) -> Self {
        let mut tried = self.tried(attempt);
        let Some(wait) = wait_after(tried.tries, tried.id) else {
            return tried.moved(State::Exhausted, now);
        };
        let due_at = later(now, wait);
        tried.due_at = not_before.map_or(due_at, |earliest| due_at.max(earliest));
        tried.moved(State::Retrying, now)
    }

    /// After an attempt that was answered with 410: it is not tried again.
    pub(crate) fn turned_away(self, attempt: Attempt, now: Timestamp) -> Self {
        self.tried(attempt).moved(State::Parked, now)
    }

    /// Kept without being sent.
    pub(crate) fn parked(self, now: Timestamp) -> Self {
        self.moved(State::Parked, now)
    }

    /// Kept without being sent, because a later version was.
    pub(crate) fn superseded(self, now: Timestamp) -> Self {
        self.moved(State::Superseded, now)
    }

    /// To be sent now, because somebody asked for it, with a whole schedule before it.
    pub(crate) fn queued_again(self, now: Timestamp) -> Result<Self, AlreadyQueued> {
        if self.state.is_open() {
            return Err(AlreadyQueued);
        }
        let mut queued = self.moved(State::Queued, now);
        queued.asked = true;
        queued.tries = 0;
        queued.first_tried_at = None;
        queued.due_at = now;
        Ok(queued)
    }

    fn tried(mut self, attempt: Attempt) -> Self {
        self.tries += 1;
        self.attempts_made += 1;
        self.first_tried_at.get_or_insert(attempt.at);
        self.attempts.push(attempt);
        let too_many = self.attempts.len().saturating_sub(MAX_ATTEMPTS_KEPT);
        self.attempts.drain(..too_many);
        self
    }

    fn moved(self, state: State, now: Timestamp) -> Self {
        Self {
            state,
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use kernel::Event;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn attempt(second: i64) -> Attempt {
        Attempt {
            at: at(second),
            took_ms: 1,
            status: Some(500),
            error: None,
            reply: String::new(),
        }
    }

    fn delivery(name: &str) -> Delivery {
        let owner = Owner::Partner(Id::derive(&["p"]));
        let audience = [owner.to_string()];
        let event = Event::for_webhooks("voucher.issued", name, 1, at(0), &audience, json!({}));
        let (_, message) = Message::of(event.unwrap()).unwrap();
        Delivery::of(&message, owner, Id::derive(&["e"]), at(0))
    }

    #[test]
    fn a_delivery_that_always_fails_is_tried_twelve_times_and_then_exhausted() {
        let mut failing = delivery("vch_1");
        let mut tried_at = Vec::new();
        while failing.state.is_open() {
            let now = failing.due_at;
            tried_at.push(now);
            failing = failing.failed(attempt(now.as_second()), None, now);
        }
        assert_eq!((tried_at.len(), failing.state), (12, State::Exhausted));
        let span = tried_at[11].duration_since(tried_at[0]);
        assert!(span > SignedDuration::from_mins(75 * 60 + 35), "{span}");
        assert_eq!(failing.first_tried_at, Some(at(0)));
        assert_eq!(failing.attempts_made, 12);
    }

    #[test]
    fn a_pause_that_was_asked_for_is_kept() {
        let paused = delivery("vch_1").failed(attempt(0), Some(at(600)), at(0));
        assert_eq!((paused.due_at, paused.state), (at(600), State::Retrying));
        let short = delivery("vch_1").failed(attempt(0), Some(at(1)), at(0));
        assert!(short.due_at > at(3));
    }

    #[test]
    fn what_has_ended_can_be_queued_again_with_a_whole_schedule_and_its_past() {
        let ended = [
            delivery("vch_1").delivered(attempt(0), at(0)),
            delivery("vch_1").turned_away(attempt(0), at(0)),
            delivery("vch_1")
                .failed(attempt(0), None, at(0))
                .parked(at(1)),
            delivery("vch_1")
                .failed(attempt(0), None, at(0))
                .superseded(at(1)),
        ];
        for delivery in ended {
            let version = delivery.version;
            let again = delivery.queued_again(at(9)).unwrap();
            assert_eq!(
                (again.state, again.due_at, again.tries),
                (State::Queued, at(9), 0)
            );
            assert_eq!((again.attempts_made, again.version), (1, version + 1));
            assert!(again.asked);
            assert_eq!(again.queued_again(at(9)), Err(AlreadyQueued));
        }
        assert_eq!(delivery("vch_1").queued_again(at(0)), Err(AlreadyQueued));
    }

    #[test]
    fn only_the_last_attempts_are_kept() {
        let mut many = delivery("vch_1");
        for second in 0..60 {
            many = many.failed(attempt(second), None, at(second));
        }
        let kept: Vec<_> = many
            .attempts
            .iter()
            .map(|kept| kept.at.as_second())
            .collect();
        assert_eq!(kept, (36..60).collect::<Vec<_>>());
        assert_eq!(many.attempts_made, 60);
    }

    proptest! {
        #[test]
        fn every_move_is_a_new_version_and_never_too_early(
            name in "[a-z]{1,8}", fails in prop::collection::vec(0..100_000i64, 1..12),
        ) {
            let mut delivery = delivery(&name);
            let mut now = at(0);
            for pause in fails {
                let version = delivery.version;
                let earliest = later(now, SignedDuration::from_secs(pause));
                delivery = delivery.failed(attempt(now.as_second()), Some(earliest), now);
                prop_assert_eq!(delivery.version, version + 1);
                if delivery.state.is_open() {
                    prop_assert!(delivery.due_at >= earliest && delivery.due_at > now);
                    now = delivery.due_at;
                }
            }
        }
    }
}
