//! Allotments.

use std::num::NonZeroU32;

use futures_util::future::try_join_all;
use kernel::{Id, Money, Timestamp, kind};
use platform::{
    ServiceError,
    table::{self, Key, Query, Write},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes};
use crate::{
    allotment::{Allotment, State},
    due::{self, Due},
    keys::grants as keys,
};

/// What a cancelled transaction calls the write of an allotment.
const ALLOTMENT: &str = "allotment";

#[derive(Serialize, Deserialize)]
struct AllotmentItem {
    pk: String,
    sk: String,
    id: Id<kind::Allotment>,
    partner: Id<kind::Partner>,
    organization: Id<kind::Organization>,
    concert: Id<kind::Concert>,
    ticket_quota: Id<kind::TicketQuota>,
    units: NonZeroU32,
    used: u32,
    returned: u32,
    unit_price: Money,
    closes_at: Timestamp,
    state: State,
    offered_at: Timestamp,
    sandbox: bool,
    version: u64,
    updated_at: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(rename = "due_at", skip_serializing_if = "Option::is_none")]
    due_at_ms: Option<i64>,
}

/// An allotment's place among those of its organizer.
#[derive(Serialize, Deserialize)]
struct OfOrganizationItem {
    pk: String,
    sk: String,
    allotment: Id<kind::Allotment>,
}

impl Store {
    /// The writes that keep a new allotment, and put it where it is looked for.
    pub(crate) fn create_allotment(&self, allotment: &Allotment) -> Vec<Write> {
        let organization = allotment.organization;
        let key = keys::of_organization(organization, allotment.offered_at, allotment.id);
        let (pk, sk) = attributes(&key);
        let listed = OfOrganizationItem {
            pk,
            sk,
            allotment: allotment.id,
        };
        vec![
            Write::put(&self.table, &AllotmentItem::from(allotment))
                .when_absent()
                .labelled(ALLOTMENT),
            Write::put(&self.table, &listed),
            self.list_for_concert(allotment.concert, allotment.id),
        ]
    }

    /// The write of a changed allotment, which was one version lower when it was decided on.
    pub(crate) fn save_allotment(&self, allotment: &Allotment) -> Write {
        Write::put(&self.table, &AllotmentItem::from(allotment))
            .when("#version = :before")
            .bind(":before", allotment.version.saturating_sub(1))
            .labelled(ALLOTMENT)
    }

    /// The allotment `id`.
    pub(crate) async fn allotment(
        &self,
        id: Id<kind::Allotment>,
    ) -> Result<Option<Allotment>, ServiceError> {
        let item: Option<AllotmentItem> = self.table.get(&keys::allotment(id)).await?;
        Ok(item.map(Allotment::from))
    }

    /// The allotment in the row at `key`.
    pub(crate) async fn allotment_at(&self, key: &Key) -> Result<Option<Allotment>, ServiceError> {
        let item: Option<AllotmentItem> = self.table.get(key).await?;
        Ok(item.map(Allotment::from))
    }

    /// A page of an organizer's allotments, newest first.
    pub(crate) async fn allotments(
        &self,
        organization: Id<kind::Organization>,
        after: Option<(Timestamp, Id<kind::Allotment>)>,
        limit: u32,
    ) -> Result<PageOf<Allotment>, ServiceError> {
        let partition = keys::organization(organization);
        let mut query = Query::prefix(partition, keys::ALLOTMENT_PREFIX)
            .descending()
            .limit(limit);
        if let Some((offered_at, id)) = after {
            query = query.after(&keys::of_organization(organization, offered_at, id));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let listed: Vec<OfOrganizationItem> = page.parse()?;
        let allotments = listed.iter().map(|item| self.allotment(item.allotment));
        let allotments = try_join_all(allotments).await?;
        Ok(PageOf {
            items: allotments.into_iter().flatten().collect(),
            has_more,
        })
    }
}

/// The allotment that is kept as `item`.
pub(crate) fn allotment_of(item: table::Item) -> Result<Allotment, ServiceError> {
    item.parse::<AllotmentItem>(ALLOTMENT).map(Allotment::from)
}

impl From<&Allotment> for AllotmentItem {
    fn from(allotment: &Allotment) -> Self {
        let (pk, sk) = attributes(&keys::allotment(allotment.id));
        let waits = !allotment.state.is_over();
        Self {
            pk,
            sk,
            id: allotment.id,
            partner: allotment.partner,
            organization: allotment.organization,
            concert: allotment.concert,
            ticket_quota: allotment.ticket_quota,
            units: allotment.units,
            used: allotment.used,
            returned: allotment.returned,
            unit_price: allotment.unit_price,
            closes_at: allotment.closes_at,
            state: allotment.state,
            offered_at: allotment.offered_at,
            sandbox: allotment.sandbox,
            version: allotment.version,
            updated_at: allotment.updated_at,
            due_shard: waits.then(|| due::shard(Due::Allotment, allotment.id)),
            due_at_ms: waits.then(|| allotment.closes_at.as_millisecond()),
        }
    }
}

impl From<AllotmentItem> for Allotment {
    fn from(item: AllotmentItem) -> Self {
        Self {
            id: item.id,
            partner: item.partner,
            organization: item.organization,
            concert: item.concert,
            ticket_quota: item.ticket_quota,
            units: item.units,
            used: item.used,
            returned: item.returned,
            unit_price: item.unit_price,
            closes_at: item.closes_at,
            state: item.state,
            offered_at: item.offered_at,
            sandbox: item.sandbox,
            version: item.version,
            updated_at: item.updated_at,
        }
    }
}
