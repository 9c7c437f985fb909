//! A change to an item, as the table's stream tells it.

use serde::{Deserialize, de::DeserializeOwned};

use super::item::Item;
use crate::error::ServiceError;

/// One record of a table's stream: the item before and after a write.
#[derive(Clone, Debug)]
pub struct Change {
    /// Names the record in the stream; what a partial failure is reported by.
    pub sequence_number: String,
    /// The item's `pk`.
    pub pk: String,
    /// The item's `sk`, where the table has one.
    pub sk: Option<String>,
    /// The item before the write; `None` if it was created.
    pub old: Option<Item>,
    /// The item after the write; `None` if it was removed.
    pub new: Option<Item>,
}

impl Change {
    /// The item before the write as a `T`.
    pub fn old_as<T: DeserializeOwned>(&self) -> Result<Option<T>, ServiceError> {
        parse(&self.old)
    }

    /// The item after the write as a `T`.
    pub fn new_as<T: DeserializeOwned>(&self) -> Result<Option<T>, ServiceError> {
        parse(&self.new)
    }

    /// Reads one record of a Lambda stream event.
    pub(crate) fn of_record(record: StreamRecord) -> Result<Self, ServiceError> {
        let pk = record.dynamodb.keys.text("pk").ok_or_else(|| {
            ServiceError::malformed("stream record", "its keys have no string pk")
        })?;
        Ok(Self {
            pk: pk.to_owned(),
            sk: record.dynamodb.keys.text("sk").map(str::to_owned),
            sequence_number: record.dynamodb.sequence_number,
            old: record.dynamodb.old_image,
            new: record.dynamodb.new_image,
        })
    }
}

fn parse<T: DeserializeOwned>(item: &Option<Item>) -> Result<Option<T>, ServiceError> {
    item.clone()
        .map(|item| item.parse("stream record"))
        .transpose()
}

#[derive(Deserialize)]
pub(crate) struct StreamRecord {
    pub(crate) dynamodb: StreamImages,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StreamImages {
    keys: Item,
    pub(crate) sequence_number: String,
    #[serde(default)]
    old_image: Option<Item>,
    #[serde(default)]
    new_image: Option<Item>,
}
