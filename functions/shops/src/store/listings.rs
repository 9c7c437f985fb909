//! Listings: the listing itself, its place in the list of its shop and of its concerts, and the rows
//! by which it is found.

use kernel::{Currency, Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Query, TransactError, Transaction, Write},
};
use quota::QUOTA;
use serde::{Deserialize, Serialize};

use super::{PageOf, Store, attributes, shops::OPEN};
use crate::{
    attributes::Attributes,
    copies::{ConcertCopy, PUBLISHED},
    country::Country,
    keys,
    listing::{Illustration, Listing, ListingState, Suspension},
    owners::Owners,
    product_type::Word,
    rights,
    search::{self, Row},
    sku::Sku,
    text::{Prose, Title},
};

const LISTING: &str = "listing";
const CONCERT: &str = "concert";

#[derive(Serialize, Deserialize)]
struct ListingItem {
    pk: String,
    sk: String,
    id: Id<kind::Listing>,
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    region: Country,
    currency: Currency,
    product_type: Word,
    title: Title,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<Prose>,
    attributes: Attributes,
    media: Vec<Illustration>,
    skus: Vec<Sku>,
    owners: Owners,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    released_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    terms_accepted_at: Option<Timestamp>,
    state: ListingState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    suspension: Option<Suspension>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rejection: Option<Prose>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    published_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

/// A listing in the list of its shop or of a concert.
#[derive(Serialize, Deserialize)]
struct PointerItem {
    pk: String,
    sk: String,
    listing: Id<kind::Listing>,
}

/// Why a listing was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveListingError {
    /// It is not in the version that the change was made for.
    #[error("the listing is not in the expected version")]
    Changed,
    /// Its shop is not open any more.
    #[error("the shop is not open")]
    ShopNotOpen,
    /// The rights that it was judged by have changed.
    #[error("the rights have changed meanwhile")]
    RightsChanged,
    /// A concert is not published any more, or changed at this moment.
    #[error("the concert has changed meanwhile")]
    ConcertChanged,
    /// Somebody bought of its stock at the same moment.
    #[error("the stock has changed meanwhile")]
    StockChanged,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The listing `id`.
    pub(crate) async fn listing(
        &self,
        id: Id<kind::Listing>,
    ) -> Result<Option<Listing>, ServiceError> {
        let item: Option<ListingItem> = self.table.get(&keys::listing(id)).await?;
        Ok(item.map(Listing::from))
    }

    /// The listings with these ids, at most 100, in their order; those that exist.
    pub(crate) async fn listings(
        &self,
        ids: &[Id<kind::Listing>],
    ) -> Result<Vec<Listing>, ServiceError> {
        let keys: Vec<_> = ids.iter().map(|id| keys::listing(*id)).collect();
        let items = self.table.get_many(&keys).await?.into_iter().flatten();
        items.map(listing_of).collect()
    }

    /// A page of all listings of a shop, newest first.
    pub(crate) async fn listings_of_shop(
        &self,
        shop: Id<kind::Shop>,
        after: Option<Id<kind::Listing>>,
        limit: u32,
    ) -> Result<PageOf<Listing>, ServiceError> {
        let after = after.map(|after| keys::listing_of_shop(shop, after));
        let query = Query::prefix(keys::shop_partition(shop), keys::LISTING_PREFIX).descending();
        self.page_of(query, after, limit).await
    }

    /// A page of the listings that wait for approval, oldest first.
    pub(crate) async fn listings_to_review(
        &self,
        after: Option<Id<kind::Listing>>,
        limit: u32,
    ) -> Result<PageOf<Listing>, ServiceError> {
        let after = after.map(keys::listing_review);
        let query = Query::prefix(keys::LISTING_REVIEWS, keys::LISTING_PREFIX);
        self.page_of(query, after, limit).await
    }

    /// Some of the listings that sell tickets of a concert, and whether there are more.
    pub(crate) async fn listings_of_concert(
        &self,
        concert: Id<kind::Concert>,
        after: Option<Id<kind::Listing>>,
    ) -> Result<(Vec<Id<kind::Listing>>, bool), ServiceError> {
        const PAGE: u32 = 100;
        let after = after.map(|after| keys::listing_of_concert(concert, after));
        let query = Query::prefix(keys::concert_partition(concert), keys::LISTING_PREFIX);
        self.listed(query, after, PAGE).await
    }

    /// Keeps a listing in its new version, if the version before is the one that is kept, together
    /// with what else is to be true; in its first version if there is none before. The rows by which
    /// it is found follow.
    pub(crate) async fn save_listing(
        &self,
        before: Option<&Listing>,
        after: &Listing,
        with: Vec<Write>,
    ) -> Result<(), SaveListingError> {
        let put = Write::put(&self.table, &item(after)).labelled(LISTING);
        let mut writes = vec![match before {
            None => put.when_absent(),
            Some(before) => put
                .when("#version = :before")
                .bind(":before", before.version),
        }];
        writes.extend(self.row_writes(before, after));
        writes.extend(self.concert_writes(before, after));
        writes.extend(self.review_write(before, after));
        if before.is_none() {
            let listed = keys::listing_of_shop(after.shop, after.id);
            writes.push(Write::put(&self.table, &pointer(&listed, after.id)));
        }
        writes.extend(with);
        let committed = self.aws.transact(Transaction::from(writes)).await;
        match committed {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancelled)) => Err(if cancelled.names(LISTING) {
                SaveListingError::Changed
            } else if cancelled.names(rights::STILL) {
                SaveListingError::RightsChanged
            } else if cancelled.names(OPEN) {
                SaveListingError::ShopNotOpen
            } else if cancelled.names(QUOTA) {
                SaveListingError::StockChanged
            } else {
                SaveListingError::ConcertChanged
            }),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// What the publication of a listing depends on besides its rights, at the moment it commits:
    /// that its shop is open and its concerts are published.
    pub(crate) fn still_saleable(&self, listing: &Listing) -> Vec<Write> {
        let concerts = listing.all_concerts().into_iter().map(|concert| {
            Write::check(&self.table, keys::concert(concert))
                .when("#state = :published")
                .bind(":published", PUBLISHED)
                .labelled(CONCERT)
        });
        concerts.chain([self.check_open(listing.shop)]).collect()
    }

    /// That a concert is as it was read.
    pub(crate) fn concert_is_still(&self, seen: &ConcertCopy) -> Write {
        Write::check(&self.table, keys::concert(seen.id))
            .when("#version = :seen")
            .bind(":seen", seen.version)
            .labelled(CONCERT)
    }

    /// Takes the listing out of the rows where it is found no more and puts it into the others.
    fn row_writes(&self, before: Option<&Listing>, after: &Listing) -> Vec<Write> {
        let old = before.map(search::rows).unwrap_or_default();
        let new = search::rows(after);
        let place = |row: &Row| (row.pk.clone(), row.sk.clone());
        let kept: Vec<_> = new.iter().map(place).collect();
        let gone = old.iter().map(place).filter(|row| !kept.contains(row));
        let gone = gone.map(|(pk, sk)| Write::delete(&self.table, Key::sorted(pk, sk)));
        let put = new.difference(&old).map(|row| Write::put(&self.table, row));
        gone.chain(put).collect()
    }

    fn concert_writes(&self, before: Option<&Listing>, after: &Listing) -> Vec<Write> {
        let old = before.map(Listing::all_concerts).unwrap_or_default();
        let new = after.all_concerts();
        let key = |concert| keys::listing_of_concert(concert, after.id);
        let gone = old.difference(&new);
        let gone = gone.map(|concert| Write::delete(&self.table, key(*concert)));
        let put = new.difference(&old);
        let put = put.map(|concert| Write::put(&self.table, &pointer(&key(*concert), after.id)));
        gone.chain(put).collect()
    }

    fn review_write(&self, before: Option<&Listing>, after: &Listing) -> Option<Write> {
        let waits = |listing: &Listing| listing.state == ListingState::Submitted;
        let review = keys::listing_review(after.id);
        match (before.is_some_and(waits), waits(after)) {
            (false, true) => Some(Write::put(&self.table, &pointer(&review, after.id))),
            (true, false) => Some(Write::delete(&self.table, review)),
            (true, true) | (false, false) => None,
        }
    }

    async fn page_of(
        &self,
        query: Query,
        after: Option<Key>,
        limit: u32,
    ) -> Result<PageOf<Listing>, ServiceError> {
        let (ids, has_more) = self.listed(query, after, limit).await?;
        let last = ids.last().map(ToString::to_string);
        Ok(PageOf {
            items: self.listings(&ids).await?,
            next: last.filter(|_| has_more),
        })
    }

    async fn listed(
        &self,
        query: Query,
        after: Option<Key>,
        limit: u32,
    ) -> Result<(Vec<Id<kind::Listing>>, bool), ServiceError> {
        let mut query = query.limit(limit);
        if let Some(after) = after {
            query = query.after(&after);
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let pointers: Vec<PointerItem> = page.parse()?;
        let ids = pointers.iter().map(|pointer| pointer.listing).collect();
        Ok((ids, has_more))
    }
}

/// The listing that an item is, as the stream brings it too.
pub(crate) fn listing_of(item: Item) -> Result<Listing, ServiceError> {
    let item = item.parse::<ListingItem>("the shops table");
    item.map(Listing::from)
}

fn pointer(key: &Key, listing: Id<kind::Listing>) -> PointerItem {
    let (pk, sk) = attributes(key);
    PointerItem { pk, sk, listing }
}

fn item(listing: &Listing) -> ListingItem {
    let (pk, sk) = attributes(&keys::listing(listing.id));
    let listing = listing.clone();
    ListingItem {
        pk,
        sk,
        id: listing.id,
        shop: listing.shop,
        organization: listing.organization,
        region: listing.region,
        currency: listing.currency,
        product_type: listing.product_type,
        title: listing.title,
        description: listing.description,
        attributes: listing.attributes,
        media: listing.media,
        skus: listing.skus,
        owners: listing.owners,
        released_at: listing.released_at,
        terms_accepted_at: listing.terms_accepted_at,
        state: listing.state,
        suspension: listing.suspension,
        rejection: listing.rejection,
        published_at: listing.published_at,
        created_at: listing.created_at,
        updated_at: listing.updated_at,
        version: listing.version,
    }
}

impl From<ListingItem> for Listing {
    fn from(item: ListingItem) -> Self {
        Self {
            id: item.id,
            shop: item.shop,
            organization: item.organization,
            region: item.region,
            currency: item.currency,
            product_type: item.product_type,
            title: item.title,
            description: item.description,
            attributes: item.attributes,
            media: item.media,
            skus: item.skus,
            owners: item.owners,
            released_at: item.released_at,
            terms_accepted_at: item.terms_accepted_at,
            state: item.state,
            suspension: item.suspension,
            rejection: item.rejection,
            published_at: item.published_at,
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
        }
    }
}
