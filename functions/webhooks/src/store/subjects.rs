//! The order of what is to be sent of one subject, for endpoints that want one.
//!
//! Each delivery that is open has a place among those of its subject, by its version; the first of
//! them is sent, the others wait for it. A mark says which version was delivered last. Mark, place and
//! delivery change in one transaction, so that no version is sent after a later one unknowingly.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Item, Query, Write},
};
use serde::{Deserialize, Serialize};

use super::{SaveError, Store, attributes, forgotten};
use crate::{delivery::Delivery, keys, subject::Subject};

#[derive(Serialize, Deserialize)]
struct QueuedItem {
    pk: String,
    sk: String,
    delivery: Id<kind::WebhookDelivery>,
    sequence: u64,
    subject: Subject,
    expires_at: i64,
}

#[derive(Serialize, Deserialize)]
struct MarkItem {
    pk: String,
    sk: String,
    sequence: u64,
    expires_at: i64,
}

/// A delivery's place among those of its subject.
#[derive(Clone, Debug)]
pub(crate) struct Queued {
    pub(crate) delivery: Id<kind::WebhookDelivery>,
    subject: Subject,
    sequence: u64,
}

impl Store {
    /// The first of what is to be sent of a subject.
    pub(crate) async fn head(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        subject: &Subject,
    ) -> Result<Option<Queued>, ServiceError> {
        let prefix = keys::queued_prefix(subject);
        let query = Query::prefix(keys::lane_partition(endpoint), &prefix).limit(1);
        let item = self.table.query(query).await?.items.pop();
        item.map(queued_of).transpose()
    }

    /// Some of what is to be sent of any subject.
    pub(crate) async fn queued(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        limit: u32,
    ) -> Result<Vec<Queued>, ServiceError> {
        let query = Query::prefix(keys::lane_partition(endpoint), keys::SUBJECT_PREFIX);
        let page = self.table.query(query.limit(limit)).await?;
        page.items.into_iter().map(queued_of).collect()
    }

    /// Which version of a subject was delivered last.
    pub(crate) async fn mark(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        subject: &Subject,
    ) -> Result<Option<u64>, ServiceError> {
        let item: Option<MarkItem> = self.table.get(&keys::mark(endpoint, subject)).await?;
        Ok(item.map(|item| item.sequence))
    }

    /// Gives a delivery its place among those of its subject.
    pub(crate) async fn queue(&self, delivery: &Delivery) -> Result<(), ServiceError> {
        self.settle(self.put_queued(delivery)).await
    }

    /// Removes a place whose delivery has ended.
    pub(crate) async fn unqueue(
        &self,
        endpoint: Id<kind::WebhookEndpoint>,
        place: &Queued,
    ) -> Result<(), ServiceError> {
        let key = keys::queued(endpoint, &place.subject, place.sequence, place.delivery);
        self.settle(Write::delete(&self.table, key)).await
    }

    /// Writes a delivery that has ended, and removes its place; if it was delivered, it becomes the
    /// mark of its subject unless a later one is.
    pub(crate) async fn end_in_order(
        &self,
        delivery: &Delivery,
        new_mark: Option<u64>,
    ) -> Result<(), SaveError> {
        let place = keys::queued(
            delivery.endpoint,
            &delivery.subject,
            delivery.sequence,
            delivery.id,
        );
        let mut writes = vec![
            self.put_delivery(delivery),
            Write::delete(&self.table, place),
        ];
        if let Some(sequence) = new_mark {
            let (pk, sk) = attributes(&keys::mark(delivery.endpoint, &delivery.subject));
            let expires_at = forgotten(self.clock.now());
            let mark = MarkItem {
                pk,
                sk,
                sequence,
                expires_at,
            };
            let put = Write::put(&self.table, &mark)
                .when("attribute_not_exists(#sequence) OR #sequence <= :sequence");
            writes.push(put.bind(":sequence", sequence));
        }
        self.commit(writes).await
    }

    /// The write that gives a delivery its place among those of its subject.
    pub(super) fn put_queued(&self, delivery: &Delivery) -> Write {
        let key = keys::queued(
            delivery.endpoint,
            &delivery.subject,
            delivery.sequence,
            delivery.id,
        );
        let (pk, sk) = attributes(&key);
        let item = QueuedItem {
            pk,
            sk,
            delivery: delivery.id,
            sequence: delivery.sequence,
            subject: delivery.subject.clone(),
            expires_at: forgotten(self.clock.now()),
        };
        Write::put(&self.table, &item)
    }
}

fn queued_of(item: Item) -> Result<Queued, ServiceError> {
    let item: QueuedItem = item.parse("a subject's place")?;
    Ok(Queued {
        delivery: item.delivery,
        subject: item.subject,
        sequence: item.sequence,
    })
}
