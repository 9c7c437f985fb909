//! Items and keys: the table's own shapes, and the way to and from ours.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue as SdkValue;
use serde::{Serialize, de::DeserializeOwned};
use serde_dynamo::AttributeValue;

use crate::error::ServiceError;

/// A value that cannot be stored as an item: a defect of its type, not of its content.
pub type ToItemError = serde_dynamo::Error;

/// An item as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct Item(serde_dynamo::Item);

impl Item {
    /// The item that `value` is stored as. Attributes that are `None` should be skipped by the type.
    pub fn of(value: &impl Serialize) -> Result<Self, ToItemError> {
        serde_dynamo::to_item(value).map(Self)
    }

    /// Reads the item as a `T`; `target` names the table in the error.
    pub fn parse<T: DeserializeOwned>(self, target: &str) -> Result<T, ServiceError> {
        serde_dynamo::from_item(self.0).map_err(|error| ServiceError::malformed(target, error))
    }

    /// The text of a string attribute.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name) {
            Some(AttributeValue::S(text)) => Some(text),
            _ => None,
        }
    }

    /// The value of a whole-number attribute.
    pub fn number(&self, name: &str) -> Option<i64> {
        match self.0.get(name) {
            Some(AttributeValue::N(number)) => number.parse().ok(),
            _ => None,
        }
    }

    pub(crate) fn from_sdk(item: HashMap<String, SdkValue>) -> Self {
        Self(item.into())
    }

    pub(crate) fn into_sdk(self) -> HashMap<String, SdkValue> {
        self.0.into()
    }

    pub(super) fn insert(&mut self, name: &str, text: &str) {
        self.0
            .insert(name.to_owned(), AttributeValue::S(text.to_owned()));
    }
}

/// The key of one item.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key {
    pk: String,
    sk: Option<String>,
}

impl Key {
    /// The key of a table that has a partition key alone.
    pub fn partition(pk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: None,
        }
    }

    /// The key of a table that has a sort key too.
    pub fn sorted(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self {
            pk: pk.into(),
            sk: Some(sk.into()),
        }
    }

    /// The partition key.
    pub fn pk(&self) -> &str {
        &self.pk
    }

    /// The sort key, where there is one.
    pub fn sk(&self) -> Option<&str> {
        self.sk.as_deref()
    }

    pub(super) fn to_sdk(&self) -> HashMap<String, SdkValue> {
        let mut key = HashMap::from([("pk".to_owned(), SdkValue::S(self.pk.clone()))]);
        if let Some(sk) = &self.sk {
            key.insert("sk".to_owned(), SdkValue::S(sk.clone()));
        }
        key
    }
}
