//! Reading a run of items.

use std::collections::HashMap;

use aws_sdk_dynamodb::{Client, types::AttributeValue as SdkValue};
use serde::{Serialize, de::DeserializeOwned};

use super::{
    expression::{Values, names},
    item::{Item, Key, ToItemError},
};
use crate::error::{ErrorKind, ServiceError};

/// A query over one partition of a table or of one of its indexes.
#[derive(Debug)]
pub struct Query {
    condition: String,
    values: Values,
    index: Option<String>,
    descending: bool,
    limit: Option<i32>,
    after: Option<HashMap<String, SdkValue>>,
    defect: Option<ToItemError>,
}

/// What one call of a query found.
#[derive(Debug)]
pub struct Page {
    table: String,
    /// The items, in the order asked for.
    pub items: Vec<Item>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<Item>,
}

impl Query {
    /// A query by a key condition, such as `pk = :pk AND begins_with(sk, :prefix)`.
    pub fn new(condition: impl Into<String>) -> Self {
        Self {
            condition: condition.into(),
            values: Values::default(),
            index: None,
            descending: false,
            limit: None,
            after: None,
            defect: None,
        }
    }

    /// All items of the partition `pk` whose sort key begins with `prefix`.
    pub fn prefix(pk: impl Into<String>, prefix: &str) -> Self {
        Self::new("pk = :pk AND begins_with(sk, :prefix)")
            .bind(":pk", pk.into())
            .bind(":prefix", prefix)
    }

    /// Binds a value of the condition.
    pub fn bind(mut self, name: &str, value: impl Serialize) -> Self {
        if let Err(error) = self.values.bind(name, value) {
            self.defect = Some(error);
        }
        self
    }

    /// Asks the index called `name`, which lags behind the table; without this, reads are strongly
    /// consistent.
    pub fn index(mut self, name: &str) -> Self {
        self.index = Some(name.to_owned());
        self
    }

    /// From the greatest sort key down.
    pub fn descending(mut self) -> Self {
        self.descending = true;
        self
    }

    /// At most `count` items on the page.
    pub fn limit(mut self, count: u32) -> Self {
        self.limit = Some(i32::try_from(count).unwrap_or(i32::MAX));
        self
    }

    /// Continues after the item at `key` (of the table itself).
    pub fn after(mut self, key: &Key) -> Self {
        self.after = Some(key.to_sdk());
        self
    }

    /// Continues where a page ended.
    pub fn from(mut self, next: Item) -> Self {
        self.after = Some(next.into_sdk());
        self
    }

    pub(super) async fn run(self, client: &Client, table: &str) -> Result<Page, ServiceError> {
        if let Some(error) = self.defect {
            return Err(ServiceError::new("query", table, ErrorKind::Refused, error));
        }
        let answer = client
            .query()
            .table_name(table)
            .set_expression_attribute_names(names(&[Some(&self.condition)]))
            .key_condition_expression(self.condition)
            .set_expression_attribute_values(self.values.into_sdk())
            .consistent_read(self.index.is_none())
            .set_index_name(self.index)
            .scan_index_forward(!self.descending)
            .set_limit(self.limit)
            .set_exclusive_start_key(self.after)
            .send()
            .await
            .map_err(|error| ServiceError::of_sdk("query", table, error))?;
        Ok(Page {
            table: table.to_owned(),
            items: answer
                .items
                .unwrap_or_default()
                .into_iter()
                .map(Item::from_sdk)
                .collect(),
            next: answer.last_evaluated_key.map(Item::from_sdk),
        })
    }
}

impl Page {
    /// The page's items as `T`s.
    pub fn parse<T: DeserializeOwned>(self) -> Result<Vec<T>, ServiceError> {
        self.items
            .into_iter()
            .map(|item| item.parse(&self.table))
            .collect()
    }
}
