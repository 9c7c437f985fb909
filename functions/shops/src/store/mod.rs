//! What is kept in the shops table, and every change to it.
//!
//! The shapes of items are known here alone; the rest of the crate sees shops, listings and the
//! copies of what others own. Reads are strongly consistent.

mod copies;
mod listings;
mod rights;
mod rights_cases;
mod rights_registry;
mod rights_uses;
mod search;
mod shops;
mod stock;

pub(crate) use listings::{SaveListingError, listing_of};
pub(crate) use rights::{SaveRightsError, rights_change};
pub(crate) use rights_cases::{CaseList, SaveCaseError};
pub(crate) use rights_registry::RegisterError;
pub(crate) use shops::{SaveShopError, shop_of};
pub(crate) use stock::SetStockError;

use std::sync::Arc;

use kernel::Clock;
use platform::{
    Aws,
    table::{Key, Table},
};
use quota::Quotas;

use self::stock::Shown;

/// The shops table, and the quotas that count its stock. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) aws: Aws,
    pub(crate) table: Table,
    pub(crate) quotas: Quotas,
    pub(crate) clock: Clock,
    shown: Arc<Shown>,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct PageOf<T> {
    pub(crate) items: Vec<T>,
    /// After which sort key the next page begins; `None` on the last.
    pub(crate) next: Option<String>,
}

impl Store {
    /// The store in these tables.
    pub(crate) fn new(aws: &Aws, shops_table: &str, quotas_table: &str, clock: Clock) -> Self {
        Self {
            aws: aws.clone(),
            table: aws.table(shops_table),
            quotas: Quotas::new(aws.table(quotas_table), clock.clone()),
            clock,
            shown: Arc::default(),
        }
    }
}

/// A key as the two attributes of an item.
pub(crate) fn attributes(key: &Key) -> (String, String) {
    (key.pk().to_owned(), key.sk().unwrap_or_default().to_owned())
}
