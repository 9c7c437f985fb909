//! Deliveries, and the list of those to an endpoint.

use std::{fmt, str::FromStr};

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Query, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{SaveError, Store, attributes, forgotten, time, under_version};
use crate::{
    delivery::{Attempt, Delivery, State},
    endpoint::Endpoint,
    keys,
    owner::Owner,
    subject::Subject,
};

#[derive(Serialize, Deserialize)]
struct DeliveryItem {
    pk: String,
    sk: String,
    id: Id<kind::WebhookDelivery>,
    /// With `created`, its place in the index.
    endpoint: Id<kind::WebhookEndpoint>,
    created: String,
    owner: Owner,
    event: Id<kind::Event>,
    event_type: String,
    subject: Subject,
    sequence: u64,
    body: String,
    state: State,
    /// In milliseconds, as its place among what waits has it.
    due_ms: i64,
    asked: bool,
    tries: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    first_tried_at: Option<Timestamp>,
    attempts_made: u32,
    attempts: Vec<Attempt>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
    /// Seconds since 1970, for the table's time to live.
    expires_at: i64,
}

/// A delivery's place among those to its endpoint: when it was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Created {
    pub(crate) at: Timestamp,
    delivery: Id<kind::WebhookDelivery>,
}

/// The text is no place in a list of deliveries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no place in a list of deliveries")]
pub(crate) struct NoPlace;

/// A page of the deliveries to an endpoint.
#[derive(Debug)]
pub(crate) struct Deliveries {
    pub(crate) items: Vec<Delivery>,
    /// Where the next page begins; `None` on the last.
    pub(crate) next: Option<String>,
}

impl Store {
    /// A delivery.
    pub(crate) async fn delivery(
        &self,
        id: Id<kind::WebhookDelivery>,
    ) -> Result<Option<Delivery>, ServiceError> {
        let item = self.table.get_item(&keys::delivery(id)).await?;
        item.map(delivery_of).transpose()
    }

    /// Several deliveries, in the order of their ids.
    pub(crate) async fn deliveries(
        &self,
        ids: impl IntoIterator<Item = Id<kind::WebhookDelivery>>,
    ) -> Result<Vec<Option<Delivery>>, ServiceError> {
        let keys: Vec<_> = ids.into_iter().map(keys::delivery).collect();
        let items = self.table.get_many(&keys).await?.into_iter();
        items
            .map(|item| item.map(delivery_of).transpose())
            .collect()
    }

    /// Creates a delivery; if there is one already, it is answered.
    pub(crate) async fn create_delivery(
        &self,
        delivery: &Delivery,
    ) -> Result<Option<Delivery>, ServiceError> {
        match self.table.write(self.put_delivery(delivery)).await {
            Ok(_) => Ok(None),
            Err(WriteError::Refused { existing }) => existing.map(delivery_of).transpose(),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// Writes the next version of a delivery.
    pub(crate) async fn save_delivery(&self, delivery: &Delivery) -> Result<(), SaveError> {
        self.save(self.put_delivery(delivery)).await
    }

    /// Writes a delivery that is to be sent again, with its places.
    pub(crate) async fn queue_again(
        &self,
        delivery: &Delivery,
        endpoint: &Endpoint,
    ) -> Result<(), SaveError> {
        let mut writes = vec![self.put_delivery(delivery), self.put_waiting(delivery)];
        if endpoint.ordered {
            writes.push(self.put_queued(delivery));
        }
        self.commit(writes).await
    }

    /// A page of the deliveries to an endpoint, newest first.
    pub(crate) async fn deliveries_to(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        after: Option<Created>,
        limit: u32,
    ) -> Result<Deliveries, ServiceError> {
        let query = Query::new("#endpoint = :endpoint").descending();
        self.listed(query, endpoint, after, limit).await
    }

    /// A page of the deliveries to an endpoint that were created at `since` or later, oldest first.
    pub(crate) async fn deliveries_since(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        since: Timestamp,
        after: Option<Created>,
        limit: u32,
    ) -> Result<Deliveries, ServiceError> {
        let query = Query::new("#endpoint = :endpoint AND #created >= :since")
            .bind(":since", keys::milliseconds(since));
        self.listed(query, endpoint, after, limit).await
    }

    async fn listed(
        &self,
        query: Query,
        endpoint: Id<kind::WebhookEndpoint>,
        after: Option<Created>,
        limit: u32,
    ) -> Result<Deliveries, ServiceError> {
        let mut query = query
            .bind(":endpoint", endpoint)
            .index(keys::BY_ENDPOINT)
            .limit(limit);
        if let Some(after) = after {
            query = query.from(after.start(endpoint)?);
        }
        let page = self.table.query(query).await?;
        let next = page.next.as_ref().and_then(|item| item.text("created"));
        let next = next.map(str::to_owned);
        let keys: Vec<_> = page.items.iter().filter_map(key_of).collect();
        let items = self.table.get_many(&keys).await?.into_iter().flatten();
        Ok(Deliveries {
            items: items.map(delivery_of).collect::<Result<_, _>>()?,
            next,
        })
    }

    /// The write of a delivery in its next version.
    pub(super) fn put_delivery(&self, delivery: &Delivery) -> Write {
        let (pk, sk) = attributes(&keys::delivery(delivery.id));
        let item = DeliveryItem {
            pk,
            sk,
            id: delivery.id,
            endpoint: delivery.endpoint,
            created: keys::created(delivery.created_at, delivery.id),
            owner: delivery.owner,
            event: delivery.event,
            event_type: delivery.event_type.clone(),
            subject: delivery.subject.clone(),
            sequence: delivery.sequence,
            body: delivery.body.clone(),
            state: delivery.state,
            due_ms: delivery.due_at.as_millisecond(),
            asked: delivery.asked,
            tries: delivery.tries,
            first_tried_at: delivery.first_tried_at,
            attempts_made: delivery.attempts_made,
            attempts: delivery.attempts.clone(),
            created_at: delivery.created_at,
            updated_at: delivery.updated_at,
            version: delivery.version,
            expires_at: forgotten(delivery.updated_at),
        };
        under_version(Write::put(&self.table, &item), delivery.version)
    }
}

impl Created {
    /// Where a page of the index begins that comes after this place.
    fn start(self, endpoint: Id<kind::WebhookEndpoint>) -> Result<Item, ServiceError> {
        #[derive(Serialize)]
        struct Start {
            pk: String,
            sk: String,
            endpoint: Id<kind::WebhookEndpoint>,
            created: String,
        }
        let (pk, sk) = attributes(&keys::delivery(self.delivery));
        let created = self.to_string();
        let start = Start {
            pk,
            sk,
            endpoint,
            created,
        };
        Item::of(&start).map_err(|error| ServiceError::malformed("a cursor", error))
    }
}

impl fmt::Display for Created {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&keys::created(self.at, self.delivery))
    }
}

impl FromStr for Created {
    type Err = NoPlace;

    fn from_str(text: &str) -> Result<Self, NoPlace> {
        let (ms, delivery) = text.split_once('#').ok_or(NoPlace)?;
        let at = ms
            .parse()
            .ok()
            .and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let place = Self {
            at: at.ok_or(NoPlace)?,
            delivery: delivery.parse().map_err(|_| NoPlace)?,
        };
        // One place has one spelling.
        if place.to_string() == text {
            Ok(place)
        } else {
            Err(NoPlace)
        }
    }
}

fn key_of(item: &Item) -> Option<Key> {
    Some(Key::sorted(item.text("pk")?, item.text("sk")?))
}

fn delivery_of(item: Item) -> Result<Delivery, ServiceError> {
    let item: DeliveryItem = item.parse("a delivery")?;
    Ok(Delivery {
        id: item.id,
        endpoint: item.endpoint,
        owner: item.owner,
        event: item.event,
        event_type: item.event_type,
        subject: item.subject,
        sequence: item.sequence,
        body: item.body,
        state: item.state,
        due_at: time(item.due_ms)?,
        asked: item.asked,
        tries: item.tries,
        first_tried_at: item.first_tried_at,
        attempts_made: item.attempts_made,
        attempts: item.attempts,
        created_at: item.created_at,
        updated_at: item.updated_at,
        version: item.version,
    })
}
