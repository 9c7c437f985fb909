//! Lanes: who runs one, when it is due, and how often it was woken.
//!
//! Whoever adds work wakes the lane afterwards. If nobody runs it, it is due at once; if somebody
//! does, they find at the end that it was woken and look again. So no work is overlooked, and no
//! message needs to arrive for that.

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Change, Item, Query, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes, time};
use crate::{
    endpoint::Endpoint,
    keys,
    lane::{Health, Lane, Wakes},
    owner::Owner,
    schedule::later,
};

/// How long a lane belongs to whoever took it: longer than its function lives.
const LEASE: SignedDuration = SignedDuration::from_secs(70);
/// Due before any clock can think otherwise.
const AT_ONCE_MS: i64 = 0;
/// How many lanes are found in one request.
const PAGE: u32 = 200;

#[derive(Serialize, Deserialize)]
struct LaneItem {
    pk: String,
    sk: String,
    owner: Owner,
    woken: u64,
    #[serde(default)]
    roused: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    /// In milliseconds. Absent if there is nothing to do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    holder: Option<String>,
    /// In milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leased_until: Option<i64>,
    failures: u32,
    probes: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failing_since: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    watch: Option<Id<kind::WebhookDelivery>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_success_at: Option<Timestamp>,
    /// In milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    not_before: Option<i64>,
}

/// A lane that was taken, and by whom.
#[derive(Debug)]
pub(crate) struct Taken {
    pub(crate) lane: Lane,
    holder: String,
}

/// What became of a lane that was to be left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    /// Nobody runs it any more.
    Done,
    /// It was woken meanwhile, and is still ours: the new counts.
    Woken(Wakes),
    /// It has become somebody else's, or is no more.
    NotOurs,
}

impl Store {
    /// Takes a lane, if it is due and nobody has it.
    pub(crate) async fn take_lane(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
    ) -> Result<Option<Taken>, ServiceError> {
        let holder = Id::<kind::Request>::generate(&self.clock).to_string();
        let now = self.clock.now();
        let write = Write::update(
            &self.table,
            keys::lane(endpoint),
            "SET #holder = :holder, #leased_until = :until, #due_at = :until, #due_shard = :shard",
        )
        .when("#due_at <= :now AND (attribute_not_exists(#leased_until) OR #leased_until <= :now)")
        .bind(":holder", &holder)
        .bind(":until", later(now, LEASE).as_millisecond())
        .bind(":shard", keys::due_shard(endpoint))
        .bind(":now", now.as_millisecond());
        match self.table.write(write).await {
            Ok(written) => {
                let item = written.item.map(|item| lane_of(endpoint, item));
                let lane = item.transpose()?;
                Ok(lane.map(|lane| Taken { lane, holder }))
            }
            Err(WriteError::Refused { .. }) => Ok(None),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// Leaves a lane until `next`, unless it was woken since `taken.lane.wakes` was read.
    pub(crate) async fn leave_lane(
        &self,
        taken: &Taken,
        next: Option<Timestamp>,
    ) -> Result<Release, ServiceError> {
        let due_at = next.map(Timestamp::as_millisecond);
        self.put_lane(taken, taken.lane.wakes.woken, due_at).await
    }

    /// Leaves a lane on which there is work left, and wakes it.
    pub(crate) async fn pass_lane_on(&self, taken: &Taken) -> Result<Release, ServiceError> {
        let woken = taken.lane.wakes.woken + 1;
        self.put_lane(taken, woken, Some(AT_ONCE_MS)).await
    }

    async fn put_lane(
        &self,
        taken: &Taken,
        woken: u64,
        due_at: Option<i64>,
    ) -> Result<Release, ServiceError> {
        let item = LaneItem {
            woken,
            due_at,
            due_shard: due_at.map(|_| keys::due_shard(taken.lane.endpoint).to_owned()),
            ..LaneItem::of(&taken.lane)
        };
        let write = Write::put(&self.table, &item)
            .when("#holder = :holder AND #woken = :woken")
            .bind(":holder", &taken.holder)
            .bind(":woken", taken.lane.wakes.woken);
        match self.table.write(write).await {
            Ok(_) => Ok(Release::Done),
            Err(WriteError::Refused { existing }) => taken.seen_in(existing),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// Says that there is work on a lane. One that is left alone stays so: it is due when that ends.
    pub(crate) async fn wake_lane(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
    ) -> Result<(), ServiceError> {
        let wake = Write::update(
            &self.table,
            keys::lane(endpoint),
            "SET #due_at = :at_once, #due_shard = :shard ADD #woken :one",
        )
        .when("attribute_exists(pk) AND (attribute_not_exists(#not_before) OR #not_before <= :now)")
        .bind(":now", self.clock.now_ms());
        self.settle(at_once(wake, endpoint)).await
    }

    /// Says that there is work on a lane, whatever was thought of its endpoint: that has changed. If
    /// somebody runs it, they find by the count of this that they are to forget what they think.
    pub(crate) async fn rouse_lane(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
    ) -> Result<(), ServiceError> {
        let rouse = Write::update(
            &self.table,
            keys::lane(endpoint),
            "SET #due_at = :at_once, #due_shard = :shard, #failures = :none, #probes = :none \
             ADD #woken :one, #roused :one REMOVE #not_before, #watch, #failing_since",
        )
        .when("attribute_exists(pk)")
        .bind(":none", 0);
        self.settle(at_once(rouse, endpoint)).await
    }

    /// How an endpoint is.
    pub(crate) async fn health(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
    ) -> Result<Health, ServiceError> {
        let item = self.table.get_item(&keys::lane(endpoint)).await?;
        let lane = item.map(|item| lane_of(endpoint, item)).transpose()?;
        Ok(lane.map(|lane| lane.health).unwrap_or_default())
    }

    /// How several endpoints are, in their order.
    pub(crate) async fn healths(
        &self,
        endpoints: &[Endpoint],
    ) -> Result<Vec<Health>, ServiceError> {
        let lanes: Vec<_> = endpoints.iter().map(|one| keys::lane(one.id)).collect();
        let items = self.table.get_many(&lanes).await?;
        let healths = items.into_iter().zip(endpoints).map(|(item, endpoint)| {
            let lane = item.map(|item| lane_of(endpoint.id, item)).transpose()?;
            Ok(lane.map(|lane| lane.health).unwrap_or_default())
        });
        healths.collect()
    }

    /// A page of the lanes of a shard that are due, and where the next one begins.
    pub(crate) async fn due_lanes(
        &self,
        shard: &str,
        after: Option<Item>,
    ) -> Result<(Vec<Id<kind::WebhookEndpoint>>, Option<Item>), ServiceError> {
        let mut query = Query::new("#due_shard = :shard AND #due_at <= :now")
            .bind(":shard", shard)
            .bind(":now", self.clock.now_ms())
            .index(keys::DUE_INDEX)
            .limit(PAGE);
        if let Some(after) = after {
            query = query.from(after);
        }
        let page = self.table.query(query).await?;
        let due = page.items.iter().map(|item| {
            keys::endpoint_of_lane(item.text("pk").unwrap_or_default())
                .map_err(|error| ServiceError::malformed("a lane", error))
        });
        Ok((due.collect::<Result<_, _>>()?, page.next))
    }

    /// The write that creates the lane of a new endpoint.
    pub(super) fn new_lane(&self, endpoint: &Endpoint) -> Write {
        let lane = Lane {
            endpoint: endpoint.id,
            owner: endpoint.owner,
            wakes: Wakes::default(),
            health: Health::default(),
        };
        Write::put(&self.table, &LaneItem::of(&lane)).when_absent()
    }
}

impl Taken {
    /// What has become of the lane, by the item that stands there.
    fn seen_in(&self, existing: Option<Item>) -> Result<Release, ServiceError> {
        let ours = existing.filter(|item| item.text("holder") == Some(self.holder.as_str()));
        let lane = ours.map(|item| lane_of(self.lane.endpoint, item));
        let lane = lane.transpose()?;
        Ok(lane.map_or(Release::NotOurs, |lane| Release::Woken(lane.wakes)))
    }
}

impl LaneItem {
    /// The item of a lane that nobody has and on which nothing is to be done.
    fn of(lane: &Lane) -> Self {
        let (pk, sk) = attributes(&keys::lane(lane.endpoint));
        let health = &lane.health;
        Self {
            pk,
            sk,
            owner: lane.owner,
            woken: lane.wakes.woken,
            roused: lane.wakes.roused,
            due_shard: None,
            due_at: None,
            holder: None,
            leased_until: None,
            failures: health.failures,
            probes: health.probes,
            failing_since: health.failing_since,
            watch: health.watch,
            last_success_at: health.last_success_at,
            not_before: health.not_before.map(Timestamp::as_millisecond),
        }
    }
}

/// The endpoint whose lane a change has woken while nobody had it; whoever has it finds out by
/// themselves.
pub(crate) fn woken_of(
    change: &Change,
    now: Timestamp,
) -> Result<Option<(Id<kind::WebhookEndpoint>, u64)>, ServiceError> {
    let Some(new) = change.new_as::<LaneItem>()? else {
        return Ok(None);
    };
    let woken_before = change.old_as::<LaneItem>()?.map_or(0, |old| old.woken);
    let is_held = new
        .leased_until
        .is_some_and(|until| until > now.as_millisecond());
    if new.woken <= woken_before || is_held {
        return Ok(None);
    }
    let endpoint = keys::endpoint_of_lane(&change.pk)
        .map_err(|error| ServiceError::malformed("a lane", error))?;
    Ok(Some((endpoint, new.woken)))
}

fn at_once(write: Write, endpoint: Id<kind::WebhookEndpoint>) -> Write {
    write
        .bind(":at_once", AT_ONCE_MS)
        .bind(":shard", keys::due_shard(endpoint))
        .bind(":one", 1)
}

fn lane_of(endpoint: Id<kind::WebhookEndpoint>, item: Item) -> Result<Lane, ServiceError> {
    let item: LaneItem = item.parse("a lane")?;
    Ok(Lane {
        endpoint,
        owner: item.owner,
        wakes: Wakes {
            woken: item.woken,
            roused: item.roused,
        },
        health: Health {
            failures: item.failures,
            failing_since: item.failing_since,
            watch: item.watch,
            probes: item.probes,
            last_success_at: item.last_success_at,
            not_before: item.not_before.map(time).transpose()?,
        },
    })
}
