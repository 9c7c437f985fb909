//! The keys of the orders table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | an order by its id, which carries its group and number | `GROUP#<group>` | `ORDER#<number>` |
//! | all orders of a group | `GROUP#<group>` | `ORDER#` and on |
//! | the entitlements of an account; one of them | `ACCOUNT#<account>` | `ENTITLEMENT#<entitlement>` |
//! | how many tickets of a limited quota an account has bought or is buying | `ACCOUNT#<account>` | `TICKETS#<ticket quota>` |
//! | the copy of a shop | `SHOP#<shop>` | `SHOP` |
//! | the copy of what a shop asks for a SKU | `SHOP#<shop>` | `OFFER#<sku>` |
//! | which version of a listing the offers are copies of, and of which SKUs | `SHOP#<shop>` | `LISTING#<listing>` |
//!
//! | index | hash | range | for |
//! |---|---|---|---|
//! | `by_buyer` | `buyer`: the account | `placed`: milliseconds since 1970, 13 digits | what somebody ordered |
//! | `by_seller` | `seller`: the shop, from payment on | `placed` | what a shop has to deliver |
//! | `waiting` | `waits_for`: `operator`, while one has to act | `waits_since`, likewise | disputes to rule on, refunds that failed |
//! | `due` | `due_shard`: `0` to `7` | `due_at`: milliseconds since 1970 | orders with which time does something |
//!
//! All indexes hold keys alone and lag behind; orders that they name are read from the table.

use kernel::{Id, Timestamp, kind};
use platform::table::Key;

use crate::order;

/// Before an order's number in its sort key.
pub(crate) const ORDER_PREFIX: &str = "ORDER#";
/// Before an entitlement's id in its sort key.
pub(crate) const ENTITLEMENT_PREFIX: &str = "ENTITLEMENT#";
/// The sort key of a shop's copy.
pub(crate) const SHOP: &str = "SHOP";

/// How many digits the milliseconds of an instant have in the lists.
pub(crate) const INSTANT_DIGITS: usize = 13;

/// The index of orders by buyer.
pub(crate) const BY_BUYER: &str = "by_buyer";
/// The index of orders by the shop that sells.
pub(crate) const BY_SELLER: &str = "by_seller";
/// The index of orders that wait for somebody to act.
pub(crate) const WAITING: &str = "waiting";
/// For whom they wait.
pub(crate) const OPERATOR: &str = "operator";
/// The index of orders by when time does something to them.
pub(crate) const DUE: &str = "due";
/// The shards of that index: after a sale starts, thousands of orders fall due in one second.
pub(crate) const DUE_SHARDS: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "7"];

/// The partition of a group's orders.
pub(crate) fn group(group: Id<kind::OrderGroup>) -> String {
    format!("GROUP#{group}")
}

/// An order.
pub(crate) fn order(order: Id<kind::Order>) -> Key {
    let number = order::number_of(order);
    Key::sorted(
        group(order::group_of(order)),
        format!("{ORDER_PREFIX}{number:02}"),
    )
}

/// Which order is at this key, if one is.
pub(crate) fn order_at(pk: &str, sk: &str) -> Option<Id<kind::Order>> {
    let group = pk.strip_prefix("GROUP#")?.parse().ok()?;
    let number = sk.strip_prefix(ORDER_PREFIX)?.parse().ok()?;
    Some(order::order_id(group, number))
}

/// The partition of what belongs to an account.
pub(crate) fn account(account: Id<kind::Account>) -> String {
    format!("ACCOUNT#{account}")
}

/// An account's right to download what it bought.
pub(crate) fn entitlement(holder: Id<kind::Account>, entitlement: Id<kind::Entitlement>) -> Key {
    Key::sorted(
        account(holder),
        format!("{ENTITLEMENT_PREFIX}{entitlement}"),
    )
}

/// How many tickets of a limited quota an account has bought or is buying.
pub(crate) fn purchases(buyer: Id<kind::Account>, quota: Id<kind::TicketQuota>) -> Key {
    Key::sorted(account(buyer), format!("TICKETS#{quota}"))
}

/// The partition of what is copied from a shop.
fn shop_partition(shop: Id<kind::Shop>) -> String {
    format!("SHOP#{shop}")
}

/// The copy of a shop.
pub(crate) fn shop(shop: Id<kind::Shop>) -> Key {
    Key::sorted(shop_partition(shop), SHOP)
}

/// The copy of what a shop asks for a SKU.
pub(crate) fn offer(shop: Id<kind::Shop>, sku: Id<kind::Sku>) -> Key {
    Key::sorted(shop_partition(shop), format!("OFFER#{sku}"))
}

/// Which version of a listing the offers are copies of.
pub(crate) fn listing(shop: Id<kind::Shop>, listing: Id<kind::Listing>) -> Key {
    Key::sorted(shop_partition(shop), format!("LISTING#{listing}"))
}

/// Where an instant stands in the lists that are sorted by time: text sorts as time does, since the
/// digits last until the year 2286.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{:0INSTANT_DIGITS$}", at.as_millisecond())
}

/// The shard of the due index for an order. The bits before the number are those of a digest.
pub(crate) fn due_shard(order: Id<kind::Order>) -> &'static str {
    let [.., last_of_group, _] = order.as_bytes();
    let shard = usize::from(last_of_group) % DUE_SHARDS.len();
    DUE_SHARDS.get(shard).copied().unwrap_or("0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_is_found_by_its_id_and_its_id_by_its_key() {
        let group_id = order::group_id(Id::derive(&["group"]));
        for number in [0, 9, 10] {
            let id = order::order_id(group_id, number);
            let key = order(id);
            assert_eq!(key.sk(), Some(format!("ORDER#{number:02}").as_str()));
            assert_eq!(order_at(key.pk(), key.sk().unwrap()), Some(id));
        }
        assert_eq!(order_at("SHOP#x", "SHOP"), None);
    }
}
