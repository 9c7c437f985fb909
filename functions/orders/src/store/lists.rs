//! Orders in lists: of a buyer, of a shop, of what is due.

use std::{fmt, str::FromStr};

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Query},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes, order_item::order_of};
use crate::{keys, order::Order};

/// One page of a list.
#[derive(Debug)]
pub(crate) struct PageOf<T> {
    pub(crate) items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub(crate) next: Option<PlacedAt>,
}

/// Where in a list of orders one stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PlacedAt {
    pub(crate) placed_at: Timestamp,
    pub(crate) order: Id<kind::Order>,
}

/// A text that is no place in a list of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no place in a list of orders")]
pub(crate) struct PlacedAtError;

/// The keys that an index has of an order.
#[derive(Deserialize)]
struct KeysItem {
    pk: String,
    sk: String,
}

/// Where a page of an index ended: its own keys and the table's.
#[derive(Serialize)]
struct BuyerCursor {
    pk: String,
    sk: String,
    buyer: String,
    placed: String,
}

/// The same for a shop's orders.
#[derive(Serialize)]
struct SellerCursor {
    pk: String,
    sk: String,
    seller: String,
    placed: String,
}

impl fmt::Display for PlacedAt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}#{}",
            self.placed_at.as_millisecond(),
            self.order
        )
    }
}

impl FromStr for PlacedAt {
    type Err = PlacedAtError;

    fn from_str(text: &str) -> Result<Self, PlacedAtError> {
        let (placed_ms, order) = text.split_once('#').ok_or(PlacedAtError)?;
        let placed_ms = placed_ms.parse().map_err(|_| PlacedAtError)?;
        Ok(Self {
            placed_at: Timestamp::from_millisecond(placed_ms).map_err(|_| PlacedAtError)?,
            order: order.parse().map_err(|_| PlacedAtError)?,
        })
    }
}

impl Store {
    /// A page of what somebody ordered, newest first.
    pub(crate) async fn orders_of_buyer(
        &self,
        buyer: Id<kind::Account>,
        after: Option<PlacedAt>,
        limit: u32,
    ) -> Result<PageOf<Order>, ServiceError> {
        let query = Query::new("#buyer = :buyer")
            .bind(":buyer", buyer)
            .index(keys::BY_BUYER);
        let after = after.map(|after| {
            let (pk, sk) = attributes(&keys::order(after.order));
            Item::of(&BuyerCursor {
                pk,
                sk,
                buyer: buyer.to_string(),
                placed: keys::placed(after.placed_at),
            })
        });
        self.page(query, after.transpose().map_err(unstorable)?, limit)
            .await
    }

    /// A page of what was bought of a shop, newest first.
    pub(crate) async fn orders_of_seller(
        &self,
        seller: Id<kind::Shop>,
        after: Option<PlacedAt>,
        limit: u32,
    ) -> Result<PageOf<Order>, ServiceError> {
        let query = Query::new("#seller = :seller")
            .bind(":seller", seller)
            .index(keys::BY_SELLER);
        let after = after.map(|after| {
            let (pk, sk) = attributes(&keys::order(after.order));
            Item::of(&SellerCursor {
                pk,
                sk,
                seller: seller.to_string(),
                placed: keys::placed(after.placed_at),
            })
        });
        self.page(query, after.transpose().map_err(unstorable)?, limit)
            .await
    }

    /// At most `limit` orders of one shard of the due index with which time has something to do.
    pub(crate) async fn due(
        &self,
        shard: &str,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Id<kind::Order>>, ServiceError> {
        let query = Query::new("#due_shard = :shard AND #due_at <= :now")
            .bind(":shard", shard)
            .bind(":now", now.as_millisecond())
            .index(keys::DUE)
            .limit(limit);
        let found: Vec<KeysItem> = self.table.query(query).await?.parse()?;
        let found = found.iter();
        Ok(found
            .filter_map(|found| keys::order_at(&found.pk, &found.sk))
            .collect())
    }

    async fn page(
        &self,
        query: Query,
        after: Option<Item>,
        limit: u32,
    ) -> Result<PageOf<Order>, ServiceError> {
        let mut query = query.descending().limit(limit);
        if let Some(after) = after {
            query = query.from(after);
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let found: Vec<KeysItem> = page.parse()?;
        let orders = found
            .iter()
            .filter_map(|found| keys::order_at(&found.pk, &found.sk));
        let wanted: Vec<_> = orders.map(keys::order).collect();
        let items = self.table.get_many(&wanted).await?.into_iter().flatten();
        let items: Vec<Order> = items.map(order_of).collect::<Result<_, _>>()?;
        let next = items.last().filter(|_| has_more).map(|last| PlacedAt {
            placed_at: last.placed_at,
            order: last.id,
        });
        Ok(PageOf { items, next })
    }
}

fn unstorable(error: platform::table::ToItemError) -> ServiceError {
    ServiceError::malformed("a place in a list", error)
}
