//! What is kept in the orders table, and every change to it.
//!
//! The shapes of items are known here alone; the rest of the crate sees orders, shops and offers.
//! Reads of the table are strongly consistent; the indexes only say which orders to read.

mod copies;
mod entitlements;
mod lists;
mod order_item;
mod orders;
mod purchases;

pub(crate) use copies::Copies;
pub(crate) use order_item::order_of;
pub(crate) use orders::CommitError;

use platform::{
    Aws,
    table::{Key, Table},
};

use crate::fulfilment::Periods;

/// The orders table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    aws: Aws,
    table: Table,
    quotas_table: Table,
    periods: Periods,
}

impl Store {
    /// The store in the table called `orders_table`, whose orders wait as long as `periods` says.
    pub(crate) fn new(aws: &Aws, orders_table: &str, quotas_table: &str, periods: Periods) -> Self {
        Self {
            aws: aws.clone(),
            table: aws.table(orders_table),
            quotas_table: aws.table(quotas_table),
            periods,
        }
    }
}

/// A key as the two attributes of an item.
fn attributes(key: &Key) -> (String, String) {
    (key.pk().to_owned(), key.sk().unwrap_or_default().to_owned())
}
