//! What is kept in the vouchers table, and every change to it.
//!
//! The shapes of items are known here alone; the rest of the crate sees partners, rewards, batches
//! and vouchers. Reads are strongly consistent.

mod allotments;
mod billing;
mod clearing;
mod code_batches;
mod concerts;
mod due;
mod exchanges;
mod grants;
mod links;
mod moves;
mod partners;
mod pool;
mod redemptions;
mod rewards;
mod settlements;
mod stock;
mod transactions;
mod voucher_item;
mod vouchers;

pub(crate) use allotments::allotment_of;
pub(crate) use billing::{BILLING, billing_of};
pub(crate) use clearing::{Found, PostError};
pub(crate) use code_batches::CreateBatchError;
pub(crate) use exchanges::exchange_of;
pub(crate) use grants::grant_of;
pub(crate) use links::MEMBER as LINKED_MEMBER;
pub(crate) use links::{SaveLinkError, link_of};
pub(crate) use moves::MoveError;
pub(crate) use partners::SavePartnerError;
pub(crate) use redemptions::CommitError;
pub(crate) use rewards::EditRewardError;
pub(crate) use settlements::{SettleError, settlement_of};
pub(crate) use transactions::TRANSACTION;
pub(crate) use voucher_item::voucher_of;
pub(crate) use vouchers::HeldAt;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws,
    table::{Key, Table, TransactError, Transaction},
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

    /// Commits writes that are true together, or none of them.
    pub(crate) async fn transact(&self, transaction: Transaction) -> Result<(), TransactError> {
        self.aws.transact(transaction).await
    }
}

/// A key as the two attributes of an item.
fn attributes(key: &Key) -> (String, String) {
    (key.pk().to_owned(), key.sk().unwrap_or_default().to_owned())
}
