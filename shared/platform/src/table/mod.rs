//! Tables: strongly consistent reads, conditional writes, transactions.
//!
//! Every table has the string keys `pk` and, where it has a sort key, `sk`. Expressions are
//! DynamoDB's own; a `#name` in one stands for the attribute of that name (no list of names to keep
//! beside it) and a `:value` is bound with `bind`.

mod batch;
mod expression;
mod item;
mod query;
mod stream;
mod transaction;
mod write;

pub(crate) use batch::get_many;
pub use item::{Item, Key, ToItemError};
pub use query::{Page, Query};
pub use stream::Change;
pub(crate) use stream::StreamRecord;
pub(crate) use transaction::transact;
pub use transaction::{Cancellation, TransactError, Transaction};
pub use write::{Write, WriteError, Written};

use aws_sdk_dynamodb::Client;
use serde::de::DeserializeOwned;

use crate::error::ServiceError;

/// One table. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Table {
    client: Client,
    name: String,
}

impl Table {
    pub(crate) fn new(client: Client, name: String) -> Self {
        Self { client, name }
    }

    /// The table's physical name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Reads the item at `key` with strong consistency: one read unit per 4 KB begun.
    pub async fn get<T: DeserializeOwned>(&self, key: &Key) -> Result<Option<T>, ServiceError> {
        self.get_item(key)
            .await?
            .map(|item| item.parse(&self.name))
            .transpose()
    }

    /// The same, as it is stored.
    pub async fn get_item(&self, key: &Key) -> Result<Option<Item>, ServiceError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.name)
            .set_key(Some(key.to_sdk()))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| ServiceError::of_sdk("get", &self.name, error))?;
        Ok(answer.item.map(Item::from_sdk))
    }

    /// Reads the items at `keys`, at most 100, in one round trip, with strong consistency and in the
    /// order of the keys.
    pub async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Item>>, ServiceError> {
        let keys: Vec<_> = keys.iter().map(|key| (self.clone(), key.clone())).collect();
        get_many(&self.client, &keys).await
    }

    /// Runs `query` and answers with one page.
    pub async fn query(&self, query: Query) -> Result<Page, ServiceError> {
        query.run(&self.client, &self.name).await
    }

    /// Commits one write under its condition.
    ///
    /// The write carries a fresh token in the attribute `attempt`. When its condition fails, the
    /// item that made it fail is looked at: if it bears our own token, an earlier try of this very
    /// call had committed and only its reply was lost, and that is success. A delete leaves nothing
    /// to recognise, so its condition must be one that its own effect does not break.
    pub async fn write(&self, write: Write) -> Result<Written, WriteError> {
        write.run(&self.client, &self.name).await
    }
}
