//! Orders in lists: of a buyer, of a shop, of what waits for an operator, of what is due.

use std::{collections::HashMap, fmt, str::FromStr};

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Query},
};

use super::{Store, attributes, order_item::order_of};
use crate::{keys, order::Order};

/// One page of a list.
#[derive(Debug)]
pub(crate) struct PageOf<T> {
    pub(crate) items: Vec<T>,
    /// Where the next page begins; `None` on the last.
    pub(crate) next: Option<Place>,
}

/// Where in a list of orders one stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// The instant by which the list is sorted, as its index has it.
    at: String,
    order: Id<kind::Order>,
}

/// A text that is no place in a list of orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no place in a list of orders")]
pub(crate) struct PlaceError;

/// An index that lists orders by time, and the attributes by which it finds and sorts them.
struct List {
    index: &'static str,
    hash: &'static str,
    range: &'static str,
}

const OF_BUYER: List = List {
    index: keys::BY_BUYER,
    hash: "buyer",
    range: "placed",
};
const OF_SELLER: List = List {
    index: keys::BY_SELLER,
    hash: "seller",
    range: "placed",
};
const WAITING: List = List {
    index: keys::WAITING,
    hash: "waits_for",
    range: "waits_since",
};

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}#{}", self.at, self.order)
    }
}

impl FromStr for Place {
    type Err = PlaceError;

    fn from_str(text: &str) -> Result<Self, PlaceError> {
        let (at, order) = text.split_once('#').ok_or(PlaceError)?;
        if at.len() != keys::INSTANT_DIGITS || !at.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(PlaceError);
        }
        Ok(Self {
            at: at.to_owned(),
            order: order.parse().map_err(|_| PlaceError)?,
        })
    }
}

impl Store {
    /// A page of what somebody ordered, newest first.
    pub(crate) async fn orders_of_buyer(
        &self,
        buyer: Id<kind::Account>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<PageOf<Order>, ServiceError> {
        let query = OF_BUYER.query(buyer, after)?.descending().limit(limit);
        self.page(&OF_BUYER, query).await
    }

    /// A page of what was bought of a shop, newest first.
    pub(crate) async fn orders_of_seller(
        &self,
        seller: Id<kind::Shop>,
        after: Option<Place>,
        limit: u32,
    ) -> Result<PageOf<Order>, ServiceError> {
        let query = OF_SELLER.query(seller, after)?.descending().limit(limit);
        self.page(&OF_SELLER, query).await
    }

    /// A page of the orders that wait for an operator, those first that have waited longest.
    pub(crate) async fn orders_waiting(
        &self,
        after: Option<Place>,
        limit: u32,
    ) -> Result<PageOf<Order>, ServiceError> {
        let query = WAITING.query(keys::OPERATOR, after)?.limit(limit);
        self.page(&WAITING, query).await
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
        let found = self.table.query(query).await?.items;
        Ok(found.iter().filter_map(named).collect())
    }

    /// The orders that a page of an index names, as they are now.
    async fn page(&self, list: &List, query: Query) -> Result<PageOf<Order>, ServiceError> {
        let page = self.table.query(query).await?;
        let next = page.next.as_ref().and_then(|last| list.place(last));
        let orders = page.items.iter().filter_map(named);
        let wanted: Vec<_> = orders.map(keys::order).collect();
        let items = self.table.get_many(&wanted).await?.into_iter().flatten();
        let items = items.map(order_of).collect::<Result<_, _>>()?;
        Ok(PageOf { items, next })
    }
}

impl List {
    /// Asks for those under `value`, after a place.
    fn query(&self, value: impl ToString, after: Option<Place>) -> Result<Query, ServiceError> {
        let value = value.to_string();
        let query = Query::new(format!("#{} = :value", self.hash))
            .bind(":value", &value)
            .index(self.index);
        let Some(after) = after else {
            return Ok(query);
        };
        let (pk, sk) = attributes(&keys::order(after.order));
        let keys = [
            ("pk", pk),
            ("sk", sk),
            (self.hash, value),
            (self.range, after.at),
        ];
        let start = Item::of(&HashMap::from(keys))
            .map_err(|error| ServiceError::malformed("a place in a list", error))?;
        Ok(query.from(start))
    }

    /// Where in this list these keys stand.
    fn place(&self, keys: &Item) -> Option<Place> {
        Some(Place {
            at: keys.text(self.range)?.to_owned(),
            order: named(keys)?,
        })
    }
}

/// Which order an item of an index names.
fn named(keys: &Item) -> Option<Id<kind::Order>> {
    keys::order_at(keys.text("pk")?, keys.text("sk")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_was_written_and_nothing_else_is_one() {
        let place = Place {
            at: keys::instant(Timestamp::UNIX_EPOCH),
            order: Id::derive(&["order"]),
        };
        let text = place.to_string();
        assert_eq!(text.parse(), Ok(place));
        for bad in [
            "",
            "#",
            &text[1..],
            &text.replacen('0', "a", 1),
            &text.replace('#', ""),
        ] {
            assert_eq!(bad.parse::<Place>(), Err(PlaceError), "{bad}");
        }
    }
}
