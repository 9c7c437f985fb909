//! The keys of the webhooks table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | the endpoints of an owner; one of them | `OWNER#<owner>` | `ENDPOINT#<endpoint>` |
//! | how many endpoints an owner has | `OWNER#<owner>` | `COUNT` |
//! | whose an endpoint is | `ENDPOINT#<endpoint>` | `OWNER` |
//! | the lane to an endpoint: who runs it, when it is due | `LANE#<endpoint>` | `LANE` |
//! | what waits on a lane, the longest due first | `LANE#<endpoint>` | `WAITING#<due, ms>#<created, ms>#<delivery>#<version>` |
//! | what is to be sent of a subject, in order (ordered endpoints) | `LANE#<endpoint>` | `SUBJECT#<subject>#<sequence>#<delivery>` |
//! | what was delivered of a subject last (ordered endpoints) | `LANE#<endpoint>` | `MARK#<subject>` |
//! | a delivery by its id | `DELIVERY#<delivery>` | `DELIVERY` |
//!
//! | index | access pattern | hash | range |
//! |---|---|---|---|
//! | `due` | the lanes that are due, in shards | `due_shard` = `0` to `3` | `due_at` ≤ now, ms |
//! | `by_endpoint` | the deliveries to an endpoint, by time | `endpoint` | `created`: `<ms>#<delivery>` |
//!
//! A delivery's own row is the truth. Rows under `WAITING#` and `SUBJECT#` only say where to look, so
//! that what is due is found by strongly consistent reads: they are written after a delivery has come
//! to be open and removed after it has ended, and one that is left over is noticed and removed.

use kernel::{Id, Timestamp, id::IdError, kind};
use platform::table::Key;

use crate::{owner::Owner, subject::Subject};

/// The index of the lanes that are due.
pub(crate) const DUE_INDEX: &str = "due";
/// The shards of the index.
pub(crate) const DUE_SHARDS: [&str; 4] = ["0", "1", "2", "3"];
/// The index of the deliveries to an endpoint.
pub(crate) const BY_ENDPOINT: &str = "by_endpoint";

/// Before an endpoint's id in the partition of its owner.
pub(crate) const ENDPOINT_PREFIX: &str = "ENDPOINT#";
/// The sort key of a lane.
pub(crate) const LANE: &str = "LANE";
/// Before what waits on a lane.
pub(crate) const WAITING_PREFIX: &str = "WAITING#";
/// Before what is to be sent of subjects.
pub(crate) const SUBJECT_PREFIX: &str = "SUBJECT#";

const LANE_PARTITION_PREFIX: &str = "LANE#";

/// The partition of what belongs to an owner.
pub(crate) fn owner(owner: Owner) -> String {
    format!("OWNER#{owner}")
}

/// An endpoint.
pub(crate) fn endpoint(of: Owner, endpoint: Id<kind::WebhookEndpoint>) -> Key {
    Key::sorted(owner(of), format!("{ENDPOINT_PREFIX}{endpoint}"))
}

/// How many endpoints an owner has.
pub(crate) fn count(of: Owner) -> Key {
    Key::sorted(owner(of), "COUNT")
}

/// Whose an endpoint is.
pub(crate) fn owner_of(endpoint: Id<kind::WebhookEndpoint>) -> Key {
    Key::sorted(format!("{ENDPOINT_PREFIX}{endpoint}"), "OWNER")
}

/// The partition of what is on its way to an endpoint.
pub(crate) fn lane_partition(endpoint: Id<kind::WebhookEndpoint>) -> String {
    format!("{LANE_PARTITION_PREFIX}{endpoint}")
}

/// The lane to an endpoint.
pub(crate) fn lane(endpoint: Id<kind::WebhookEndpoint>) -> Key {
    Key::sorted(lane_partition(endpoint), LANE)
}

/// The endpoint to which a lane leads, from the lane's partition.
pub(crate) fn endpoint_of_lane(pk: &str) -> Result<Id<kind::WebhookEndpoint>, IdError> {
    let id = pk.strip_prefix(LANE_PARTITION_PREFIX).unwrap_or(pk);
    id.parse()
}

/// The shard of a lane in the index of what is due.
pub(crate) fn due_shard(endpoint: Id<kind::WebhookEndpoint>) -> &'static str {
    let [.., last] = endpoint.as_bytes();
    let [a, b, c, d] = DUE_SHARDS;
    match last % 4 {
        0 => a,
        1 => b,
        2 => c,
        _ => d,
    }
}

/// The place of a delivery among those that are to be sent of its subject.
pub(crate) fn queued(
    endpoint: Id<kind::WebhookEndpoint>,
    subject: &Subject,
    sequence: u64,
    delivery: Id<kind::WebhookDelivery>,
) -> Key {
    let sk = format!("{}{sequence:020}#{delivery}", queued_prefix(subject));
    Key::sorted(lane_partition(endpoint), sk)
}

/// Before what is to be sent of one subject.
pub(crate) fn queued_prefix(subject: &Subject) -> String {
    format!("{SUBJECT_PREFIX}{subject}#")
}

/// What was delivered of a subject last.
pub(crate) fn mark(endpoint: Id<kind::WebhookEndpoint>, subject: &Subject) -> Key {
    Key::sorted(lane_partition(endpoint), format!("MARK#{subject}"))
}

/// A delivery.
pub(crate) fn delivery(delivery: Id<kind::WebhookDelivery>) -> Key {
    Key::sorted(format!("DELIVERY#{delivery}"), "DELIVERY")
}

/// A delivery's place among those to its endpoint.
pub(crate) fn created(at: Timestamp, delivery: Id<kind::WebhookDelivery>) -> String {
    format!("{}#{delivery}", milliseconds(at))
}

/// A time as sort keys have it: thirteen digits last until the year 2286, so that text sorts as time
/// does.
pub(crate) fn milliseconds(at: Timestamp) -> String {
    format!("{:013}", at.as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_leads_back_to_its_endpoint() {
        let endpoint = Id::derive(&["e"]);
        assert_eq!(endpoint_of_lane(lane(endpoint).pk()), Ok(endpoint));
        assert!(endpoint_of_lane("OWNER#x").is_err());
        assert!(DUE_SHARDS.contains(&due_shard(endpoint)));
    }

    #[test]
    fn what_is_queued_of_a_subject_sorts_by_version_and_not_as_text() {
        let (endpoint, delivery) = (Id::derive(&["e"]), Id::derive(&["d"]));
        let subject = "ord_1".parse().unwrap();
        let key = |sequence| queued(endpoint, &subject, sequence, delivery);
        assert!(key(9).sk() < key(10).sk());
        assert!(key(10).sk().unwrap().starts_with(&queued_prefix(&subject)));
        let longer = "ord_10".parse().unwrap();
        let other = queued(endpoint, &longer, 1, delivery);
        assert!(!other.sk().unwrap().starts_with(&queued_prefix(&subject)));
    }
}
