//! The copies of shops and of what they ask, and reading all that an order depends on at once.

use std::collections::HashMap;

use kernel::{Currency, Id, Money, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key, TransactError, Transaction, Write, WriteError},
};
use quota::QuotaId;
use serde::{Deserialize, Serialize};

use super::{Store, attributes, order_item::order_of};
use crate::{
    checkout::Basket,
    keys,
    offer::{Listing, Offer, Shop},
    order::{self, Component, Download, Fulfilment, Order, OwnerShare, Tickets},
};

/// How often a listing is copied anew because another version of it came at the same moment.
const MAX_TRIES: usize = 8;

/// All that is read, in one round trip, before an order is placed.
#[derive(Debug, Default)]
pub(crate) struct Copies {
    /// The orders that stand where the new ones would: there if the request was done before.
    pub(crate) placed: Vec<Order>,
    pub(crate) shops: HashMap<Id<kind::Shop>, Shop>,
    pub(crate) offers: HashMap<(Id<kind::Shop>, Id<kind::Sku>), Offer>,
    /// A row of each quota that was asked for.
    pub(crate) quotas: HashMap<QuotaId, Item>,
}

/// A shop's item.
#[derive(Serialize, Deserialize)]
struct ShopItem {
    pk: String,
    sk: String,
    #[serde(flatten)]
    shop: Shop,
}

/// The item of what a shop asks for a SKU. Amounts are minor units.
#[derive(Serialize, Deserialize)]
struct OfferItem {
    pk: String,
    sk: String,
    /// That of the listing.
    version: u64,
    sku: Id<kind::Sku>,
    listing: Id<kind::Listing>,
    shop: Id<kind::Shop>,
    title: String,
    variant: String,
    product_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unavailable: Option<String>,
    price: i64,
    currency: Currency,
    owners: Vec<OwnerShare>,
    fulfilment: Fulfilment,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_days: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    released_at: Option<Timestamp>,
    components: Vec<Component>,
    downloads: Vec<Download>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tickets: Option<Tickets>,
}

/// The item that says which SKUs a listing has.
#[derive(Serialize, Deserialize)]
struct ListingItem {
    pk: String,
    sk: String,
    version: u64,
    skus: Vec<Id<kind::Sku>>,
}

impl Store {
    /// Reads what an order of this basket depends on, and these rows of quotas, at one moment and in
    /// one round trip.
    pub(crate) async fn look(
        &self,
        basket: &Basket,
        quota_rows: Vec<(QuotaId, Key)>,
    ) -> Result<Copies, ServiceError> {
        let mut wanted = Vec::new();
        for (number, order) in (0..).zip(&basket.orders) {
            let id = order::order_id(basket.group, number);
            wanted.push(keys::order(id));
            wanted.push(keys::shop(order.shop));
            let offers = order.lines.iter();
            wanted.extend(offers.map(|line| keys::offer(order.shop, line.sku)));
        }
        let (quotas, rows): (Vec<_>, Vec<_>) = quota_rows.into_iter().unzip();
        let own = wanted.iter().map(|key| (self.table.clone(), key.clone()));
        let rows = rows.into_iter().map(|row| (self.quotas_table.clone(), row));
        let all: Vec<_> = own.chain(rows).collect();
        let mut found = self.aws.get_many(&all).await?.into_iter();
        let mut copies = Copies::default();
        for (key, item) in wanted.iter().zip(found.by_ref()) {
            if let Some(item) = item {
                copies.add(key, item)?;
            }
        }
        let rows = quotas.into_iter().zip(found);
        copies.quotas = rows
            .filter_map(|(quota, row)| Some((quota, row?)))
            .collect();
        Ok(copies)
    }

    /// The copy of a shop.
    pub(crate) async fn shop(&self, id: Id<kind::Shop>) -> Result<Option<Shop>, ServiceError> {
        let item: Option<ShopItem> = self.table.get(&keys::shop(id)).await?;
        Ok(item.map(|item| item.shop))
    }

    /// Keeps what a shop told, unless something newer is kept.
    pub(crate) async fn keep_shop(&self, shop: Shop) -> Result<(), ServiceError> {
        let (pk, sk) = attributes(&keys::shop(shop.shop));
        let version = shop.version;
        let write = Write::put(&self.table, &ShopItem { pk, sk, shop })
            .when("attribute_not_exists(pk) OR #version < :version")
            .bind(":version", version);
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// Keeps what a listing offers, unless something newer is kept. What it offered before and
    /// offers no more is not for sale from then on.
    ///
    /// All of its SKUs change in one transaction under the version that is kept, so that two
    /// versions that arrive at once do not mix. A transaction has at most 100 writes, of which shops
    /// knows: a listing has at most 49 SKUs there, so that all of them can be exchanged at once.
    pub(crate) async fn keep_listing(&self, listing: &Listing) -> Result<(), ServiceError> {
        for _ in 0..MAX_TRIES {
            let key = keys::listing(listing.shop, listing.listing);
            let kept: Option<ListingItem> = self.table.get(&key).await?;
            if kept
                .as_ref()
                .is_some_and(|kept| kept.version >= listing.version)
            {
                return Ok(());
            }
            match self
                .aws
                .transact(self.replace(listing, kept.as_ref()))
                .await
            {
                Ok(()) => return Ok(()),
                Err(TransactError::Cancelled(_)) => {}
                Err(TransactError::Service(error)) => return Err(error),
            }
        }
        Err(ServiceError::malformed(
            "a listing's copy",
            "its versions keep overtaking each other",
        ))
    }

    fn replace(&self, listing: &Listing, kept: Option<&ListingItem>) -> Transaction {
        let skus: Vec<_> = listing.offers.iter().map(|offer| offer.sku).collect();
        let gone = kept.iter().flat_map(|kept| &kept.skus);
        let gone: Vec<_> = gone.filter(|sku| !skus.contains(sku)).copied().collect();
        let (pk, sk) = attributes(&keys::listing(listing.shop, listing.listing));
        let item = ListingItem {
            pk,
            sk,
            version: listing.version,
            skus,
        };
        let write = Write::put(&self.table, &item);
        let write = match kept {
            Some(kept) => write.when("#version = :seen").bind(":seen", kept.version),
            None => write.when_absent(),
        };
        let mut transaction = Transaction::new().and(write);
        for offer in &listing.offers {
            let item = OfferItem::of(offer, listing.version);
            transaction = transaction.and(Write::put(&self.table, &item));
        }
        for sku in gone {
            let write = Write::update(
                &self.table,
                keys::offer(listing.shop, sku),
                "SET #unavailable = :removed, #version = :version",
            )
            .bind(":removed", "removed")
            .bind(":version", listing.version);
            transaction = transaction.and(write);
        }
        transaction
    }
}

impl Copies {
    fn add(&mut self, key: &Key, item: Item) -> Result<(), ServiceError> {
        let sk = key.sk().unwrap_or_default();
        if sk.starts_with(keys::ORDER_PREFIX) {
            self.placed.push(order_of(item)?);
        } else if sk == keys::SHOP {
            let item: ShopItem = item.parse("a shop's copy")?;
            self.shops.insert(item.shop.shop, item.shop);
        } else {
            let offer = item.parse::<OfferItem>("an offer")?.offer()?;
            self.offers.insert((offer.shop, offer.sku), offer);
        }
        Ok(())
    }
}

impl OfferItem {
    fn of(offer: &Offer, version: u64) -> Self {
        let (pk, sk) = attributes(&keys::offer(offer.shop, offer.sku));
        let offer = offer.clone();
        Self {
            pk,
            sk,
            version,
            sku: offer.sku,
            listing: offer.listing,
            shop: offer.shop,
            title: offer.title,
            variant: offer.variant,
            product_type: offer.product_type,
            unavailable: offer.unavailable,
            price: offer.price.minor(),
            currency: offer.price.currency(),
            owners: offer.owners,
            fulfilment: offer.fulfilment,
            return_days: offer.return_days,
            released_at: offer.released_at,
            components: offer.components,
            downloads: offer.downloads,
            tickets: offer.tickets,
        }
    }

    fn offer(self) -> Result<Offer, ServiceError> {
        let price = Money::new(self.price, self.currency);
        Ok(Offer {
            sku: self.sku,
            listing: self.listing,
            shop: self.shop,
            title: self.title,
            variant: self.variant,
            product_type: self.product_type,
            unavailable: self.unavailable,
            price: price.map_err(|error| ServiceError::malformed("an offer", error))?,
            owners: self.owners,
            fulfilment: self.fulfilment,
            return_days: self.return_days,
            released_at: self.released_at,
            components: self.components,
            downloads: self.downloads,
            tickets: self.tickets,
        })
    }
}
