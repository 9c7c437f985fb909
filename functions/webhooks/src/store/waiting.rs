//! What waits on a lane, in the order in which it is due.
//!
//! The place of a delivery here follows from its row: from when it is due and its version. So every
//! version has a place of its own, and removing the place of one that is over can never remove that
//! of another.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Key, Query, Write},
};
use serde::{Deserialize, Serialize};

use super::{Store, forgotten, time};
use crate::{delivery::Delivery, keys, subject::Subject};

/// A delivery's place among what waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Waiting {
    pub(crate) delivery: Id<kind::WebhookDelivery>,
    /// What it is about.
    pub(crate) subject: Subject,
    pub(crate) due_at: Timestamp,
    sk: String,
}

#[derive(Serialize, Deserialize)]
struct WaitingItem {
    pk: String,
    sk: String,
    delivery: Id<kind::WebhookDelivery>,
    subject: Subject,
    /// In milliseconds.
    due_ms: i64,
    expires_at: i64,
}

impl Waiting {
    /// The place of a delivery as it is.
    pub(crate) fn of(delivery: &Delivery) -> Self {
        // Among those that are due at the same time the older is first.
        let sk = format!(
            "{}{}#{}#{}#{:06}",
            keys::WAITING_PREFIX,
            keys::milliseconds(delivery.due_at),
            keys::milliseconds(delivery.created_at),
            delivery.id,
            delivery.version,
        );
        Self {
            delivery: delivery.id,
            subject: delivery.subject.clone(),
            due_at: delivery.due_at,
            sk,
        }
    }

    /// Whether this is the place of the delivery as it is, and not one that it has left.
    pub(crate) fn is_of(&self, delivery: &Delivery) -> bool {
        delivery.state.is_open() && self.sk == Self::of(delivery).sk
    }

    fn item(&self, endpoint: Id<kind::WebhookEndpoint>, now: Timestamp) -> WaitingItem {
        WaitingItem {
            pk: keys::lane_partition(endpoint),
            sk: self.sk.clone(),
            delivery: self.delivery,
            subject: self.subject.clone(),
            due_ms: self.due_at.as_millisecond(),
            expires_at: forgotten(now),
        }
    }
}

impl Store {
    /// What waits on a lane: the first `limit`, the longest due first.
    pub(crate) async fn waiting(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        limit: usize,
    ) -> Result<Vec<Waiting>, ServiceError> {
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let query = Query::prefix(keys::lane_partition(endpoint), keys::WAITING_PREFIX);
        let page = self.table.query(query.limit(limit)).await?;
        let items: Vec<WaitingItem> = page.parse()?;
        let waiting = items.into_iter().map(|item| {
            Ok(Waiting {
                delivery: item.delivery,
                subject: item.subject,
                due_at: time(item.due_ms)?,
                sk: item.sk,
            })
        });
        waiting.collect()
    }

    /// Gives a delivery its place.
    pub(crate) async fn wait(&self, delivery: &Delivery) -> Result<(), ServiceError> {
        self.settle(self.put_waiting(delivery)).await
    }

    /// Removes a place.
    pub(crate) async fn leave(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        place: &Waiting,
    ) -> Result<(), ServiceError> {
        let (pk, sk) = (keys::lane_partition(endpoint), place.sk.clone());
        let key = Key::sorted(pk, sk);
        self.settle(Write::delete(&self.table, key)).await
    }

    /// The write that gives a delivery its place.
    pub(super) fn put_waiting(&self, delivery: &Delivery) -> Write {
        let item = Waiting::of(delivery).item(delivery.endpoint, self.clock.now());
        Write::put(&self.table, &item)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Event;
    use serde_json::json;

    use super::*;
    use crate::{message::Message, owner::Owner};

    fn delivery(subject: &str, ms: i64) -> Delivery {
        let at = Timestamp::from_millisecond(ms).unwrap();
        let owner = Owner::Partner(Id::derive(&["p"]));
        let audience = [owner.to_string()];
        let event = Event::for_webhooks("voucher.issued", subject, 1, at, &audience, json!({}));
        let (_, message) = Message::of(event.unwrap()).unwrap();
        Delivery::of(&message, owner, Id::derive(&["e"]), at)
    }

    #[test]
    fn what_is_due_first_stands_first_and_of_the_same_time_the_older() {
        let early = delivery("vch_1", 999);
        let late = delivery("vch_2", 1_000_000);
        let mut both_late = early.clone();
        both_late.due_at = late.due_at;
        assert!(Waiting::of(&early).sk < Waiting::of(&late).sk);
        assert!(Waiting::of(&both_late).sk < Waiting::of(&late).sk);
    }

    #[test]
    fn every_version_has_a_place_of_its_own() {
        let first = delivery("vch_1", 0);
        let place = Waiting::of(&first);
        assert!(place.is_of(&first));
        let parked = first.parked(Timestamp::UNIX_EPOCH);
        assert!(!place.is_of(&parked));
        // Queued again for the very same millisecond.
        let again = parked.queued_again(Timestamp::UNIX_EPOCH).unwrap();
        assert!(!place.is_of(&again) && Waiting::of(&again).is_of(&again));
    }
}
