//! Copies of concerts, and the allotments of each.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Key, Query, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes};
use crate::{concert::ConcertCopy, keys::grants as keys};

#[derive(Serialize, Deserialize)]
struct ConcertItem {
    pk: String,
    sk: String,
    #[serde(flatten)]
    copy: ConcertCopy,
}

/// Which concert a ticket quota is of.
#[derive(Serialize, Deserialize)]
struct TicketQuotaItem {
    pk: String,
    sk: String,
    concert: Id<kind::Concert>,
}

/// An allotment's place among those of its concert.
#[derive(Serialize, Deserialize)]
struct OfConcertItem {
    pk: String,
    sk: String,
    allotment: Id<kind::Allotment>,
}

impl Store {
    /// Keeps the copy of a concert, unless the one that is kept is as late.
    pub(crate) async fn keep_concert(&self, copy: &ConcertCopy) -> Result<(), ServiceError> {
        // A ticket quota never moves to another concert, so it may be written again; and it is
        // written first, so that whoever sees it in the copy finds the concert by it.
        for quota in &copy.ticket_quotas {
            let (pk, sk) = attributes(&keys::ticket_quota(quota.ticket_quota));
            let concert = copy.id;
            let item = TicketQuotaItem { pk, sk, concert };
            self.put(Write::put(&self.table, &item)).await?;
        }
        let (pk, sk) = attributes(&keys::concert(copy.id));
        let copy = copy.clone();
        let version = copy.version;
        let write = Write::put(&self.table, &ConcertItem { pk, sk, copy })
            .when("attribute_not_exists(pk) OR #version < :version")
            .bind(":version", version);
        self.put(write).await
    }

    /// The copy of a concert, if it was ever told of.
    pub(crate) async fn concert(
        &self,
        id: Id<kind::Concert>,
    ) -> Result<Option<ConcertCopy>, ServiceError> {
        let item: Option<ConcertItem> = self.table.get(&keys::concert(id)).await?;
        Ok(item.map(|item| item.copy))
    }

    /// The copy of the concert that a ticket quota is of.
    pub(crate) async fn concert_of(
        &self,
        quota: Id<kind::TicketQuota>,
    ) -> Result<Option<ConcertCopy>, ServiceError> {
        let item: Option<TicketQuotaItem> = self.table.get(&keys::ticket_quota(quota)).await?;
        match item {
            Some(item) => self.concert(item.concert).await,
            None => Ok(None),
        }
    }

    /// All allotments of a concert, of which there are as many as partners.
    pub(crate) async fn allotments_of(
        &self,
        concert: Id<kind::Concert>,
    ) -> Result<Vec<Id<kind::Allotment>>, ServiceError> {
        let mut allotments = Vec::new();
        let mut after: Option<Key> = None;
        loop {
            let partition = keys::concert_partition(concert);
            let mut query = Query::prefix(partition, keys::ALLOTMENT_PREFIX);
            if let Some(after) = &after {
                query = query.after(after);
            }
            let page = self.table.query(query).await?;
            let has_more = page.next.is_some();
            let items: Vec<OfConcertItem> = page.parse()?;
            allotments.extend(items.iter().map(|item| item.allotment));
            after = items.last().map(|last| Key::sorted(&last.pk, &last.sk));
            if !has_more || after.is_none() {
                return Ok(allotments);
            }
        }
    }

    /// The write that puts an allotment among those of its concert.
    pub(super) fn list_for_concert(
        &self,
        concert: Id<kind::Concert>,
        allotment: Id<kind::Allotment>,
    ) -> Write {
        let (pk, sk) = attributes(&keys::of_concert(concert, allotment));
        Write::put(&self.table, &OfConcertItem { pk, sk, allotment })
    }

    /// A write that has no meaning any more where it is refused.
    async fn put(&self, write: Write) -> Result<(), ServiceError> {
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }
}
