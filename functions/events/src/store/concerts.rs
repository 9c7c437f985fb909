//! Concerts: the concert itself, and its places in the lists of its organization and of the public.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Query, Write},
};
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes, under_version};
use crate::{
    concert::{Concert, State},
    keys,
    programme::Programme,
    text::Prose,
    ticket_quota::TicketQuota,
};

/// A concert, under its own key and again in each list.
#[derive(Serialize, Deserialize)]
struct ConcertItem {
    pk: String,
    sk: String,
    id: Id<kind::Concert>,
    organization: Id<kind::Organization>,
    programme: Programme,
    state: State,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cancel_reason: Option<Prose>,
    ticket_quotas: Vec<TicketQuota>,
    created_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published_at: Option<Timestamp>,
    updated_at: Timestamp,
    version: u64,
}

/// To which concert a ticket quota belongs.
#[derive(Serialize, Deserialize)]
struct QuotaItem {
    pk: String,
    sk: String,
    of_concert: Id<kind::Concert>,
}

impl Store {
    /// The concert `id`.
    pub(crate) async fn concert(
        &self,
        id: Id<kind::Concert>,
    ) -> Result<Option<Concert>, ServiceError> {
        let item: Option<ConcertItem> = self.table.get(&keys::concert(id)).await?;
        Ok(item.map(Concert::from))
    }

    /// The concert that a ticket quota belongs to.
    pub(crate) async fn concert_with(
        &self,
        quota: Id<kind::TicketQuota>,
    ) -> Result<Option<Concert>, ServiceError> {
        let item: Option<QuotaItem> = self.table.get(&keys::ticket_quota(quota)).await?;
        match item {
            Some(item) => self.concert(item.of_concert).await,
            None => Ok(None),
        }
    }

    /// The writes that keep a concert in its new version, in place of `before`.
    pub(crate) fn save_concert(&self, concert: &Concert, before: Option<&Concert>) -> Vec<Write> {
        let put = |key: &Key| Write::put(&self.table, &item(concert, key));
        let own = put(&keys::concert(concert.id));
        let mut writes = vec![
            under_version(own, concert.version),
            put(&keys::owned(concert.organization, concert.id)),
        ];
        let place = announced_at(concert);
        writes.extend(place.iter().map(put));
        let left = before.and_then(announced_at);
        let left = left.filter(|left| place.as_ref() != Some(left));
        writes.extend(left.map(|left| Write::delete(&self.table, left)));
        writes
    }

    /// The write by which a new ticket quota leads to its concert.
    pub(crate) fn add_quota(
        &self,
        quota: Id<kind::TicketQuota>,
        concert: Id<kind::Concert>,
    ) -> Write {
        let (pk, sk) = attributes(&keys::ticket_quota(quota));
        let item = QuotaItem {
            pk,
            sk,
            of_concert: concert,
        };
        Write::put(&self.table, &item).when_absent()
    }

    /// A page of the announced concerts that have not ended, in the order in which they end.
    pub(crate) async fn announced(
        &self,
        now: Timestamp,
        after: Option<&str>,
        limit: u32,
    ) -> Result<PageOf<Concert>, ServiceError> {
        // Behind all that end at this very moment, since `~` sorts behind `#`.
        let from = format!("{}~", keys::milliseconds(now));
        // A place before the present is one that time has passed by.
        let from = after.map_or(from.as_str(), |after| after.max(from.as_str()));
        let query = Query::new("pk = :pk AND sk > :from")
            .bind(":pk", keys::ANNOUNCED)
            .bind(":from", from);
        self.page(query.limit(limit)).await
    }

    /// A page of the concerts of an organization, newest first.
    pub(crate) async fn concerts_of(
        &self,
        organization: Id<kind::Organization>,
        after: Option<Id<kind::Concert>>,
        limit: u32,
    ) -> Result<PageOf<Concert>, ServiceError> {
        let mut query = Query::prefix(keys::organization(organization), keys::CONCERT_PREFIX)
            .descending()
            .limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::owned(organization, after));
        }
        let mut page = self.page(query).await?;
        let last = page.items.last().map(|concert| concert.id.to_string());
        page.next = page.next.and(last);
        Ok(page)
    }

    async fn page(&self, query: Query) -> Result<PageOf<Concert>, ServiceError> {
        let page = self.table.query(query).await?;
        let next = page.next.as_ref().and_then(|next| next.text("sk"));
        let next = next.map(str::to_owned);
        let items: Vec<ConcertItem> = page.parse()?;
        Ok(PageOf {
            items: items.into_iter().map(Concert::from).collect(),
            next,
        })
    }
}

/// The concert that an item is.
pub(crate) fn concert_of(item: Item) -> Result<Concert, ServiceError> {
    let item: ConcertItem = item.parse("a concert")?;
    Ok(item.into())
}

/// Where a concert stands in the public's list, if it stands there.
fn announced_at(concert: &Concert) -> Option<Key> {
    match concert.state {
        State::Published => Some(keys::announced(concert.programme.times.ends_at, concert.id)),
        State::Draft | State::Cancelled | State::Ended => None,
    }
}

fn item(concert: &Concert, key: &Key) -> ConcertItem {
    let (pk, sk) = attributes(key);
    ConcertItem {
        pk,
        sk,
        id: concert.id,
        organization: concert.organization,
        programme: concert.programme.clone(),
        state: concert.state,
        cancel_reason: concert.cancel_reason.clone(),
        ticket_quotas: concert.ticket_quotas.clone(),
        created_at: concert.created_at,
        published_at: concert.published_at,
        updated_at: concert.updated_at,
        version: concert.version,
    }
}

impl From<ConcertItem> for Concert {
    fn from(item: ConcertItem) -> Self {
        Self {
            id: item.id,
            organization: item.organization,
            programme: item.programme,
            state: item.state,
            cancel_reason: item.cancel_reason,
            ticket_quotas: item.ticket_quotas,
            created_at: item.created_at,
            published_at: item.published_at,
            updated_at: item.updated_at,
            version: item.version,
        }
    }
}
