//! What is kept in the vouchers table, and every change to it.
//!
//! The shapes of items are known here alone; the rest of the crate sees partners, rewards, batches
//! and vouchers. Reads are strongly consistent.

mod code_batches;
mod partners;
mod pool;
mod redemptions;
mod rewards;
mod stock;
mod vouchers;

pub(crate) use code_batches::CreateBatchError;
pub(crate) use redemptions::CommitError;
pub(crate) use rewards::EditRewardError;
pub(crate) use vouchers::HeldAt;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws,
    table::{Key, Table},
};

use self::stock::Stock;

/// The vouchers table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    aws: Aws,
    table: Table,
    clock: Clock,
    stock: Arc<Stock>,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct PageOf<T> {
    pub(crate) items: Vec<T>,
    pub(crate) has_more: bool,
}

impl Store {
    /// The store in the table called `table_name`.
    pub(crate) fn new(aws: &Aws, table_name: &str, clock: Clock) -> Self {
        Self {
            aws: aws.clone(),
            table: aws.table(table_name),
            clock,
            stock: Arc::default(),
        }
    }
}

/// A key as the two attributes of an item.
fn attributes(key: &Key) -> (String, String) {
    (key.pk().to_owned(), key.sk().unwrap_or_default().to_owned())
}
