//! One write and its condition, alone or as part of a transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::{
    Client,
    operation::{
        delete_item::DeleteItemError, put_item::PutItemError, update_item::UpdateItemError,
    },
    types::{
        AttributeValue as SdkValue, ConditionCheck, Delete, Put, ReturnValue,
        ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
    },
};
use aws_smithy_runtime_api::client::result::SdkError;
use serde::Serialize;

use super::{
    Table,
    expression::{Values, names},
    item::{Item, Key, ToItemError},
};
use crate::error::{ErrorKind, ServiceError};

/// The attribute that carries the token of the call that last wrote an item.
const ATTEMPT: &str = "attempt";

/// The SDK's builders all have these methods, but no trait says so.
macro_rules! guarded {
    ($builder:expr, $guard:ident) => {
        $builder
            .set_expression_attribute_names($guard.names)
            .set_condition_expression($guard.condition)
            .set_expression_attribute_values($guard.values)
            .set_return_values_on_condition_check_failure($guard.on_failure)
    };
}

/// A change to one item, or only a condition on it.
#[derive(Debug)]
pub struct Write {
    label: &'static str,
    table: String,
    effect: Effect,
    condition: Option<String>,
    values: Values,
    defect: Option<ToItemError>,
}

#[derive(Debug)]
enum Effect {
    Put(Item),
    Update(Key, String),
    Delete(Key),
    Check(Key),
}

/// A write that committed.
#[derive(Debug)]
pub struct Written {
    /// After an update: the item as it is now. After anything else: nothing.
    pub item: Option<Item>,
}

/// Why a write did not answer with success.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The condition did not hold; nothing was written.
    #[error("the condition did not hold")]
    Refused {
        /// The item that made the condition fail; `None` if there is none at the key.
        existing: Option<Item>,
    },
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Write {
    /// Stores `item` (which holds its own `pk` and `sk`), replacing what was there. It is a value to
    /// be stored, never an [`Item`] that was read: that would become a map in an item.
    pub fn put(table: &Table, item: &impl Serialize) -> Self {
        match Item::of(item) {
            Ok(item) => Self::new(table, Effect::Put(item)),
            Err(error) => {
                let mut write = Self::new(table, Effect::Check(Key::partition("")));
                write.defect = Some(error);
                write
            }
        }
    }

    /// Changes the item at `key` by an update expression, creating it if there is none. A `SET` in it
    /// stands first. Without a condition it must be one that done twice is done once, since a call
    /// whose reply is lost is repeated.
    pub fn update(table: &Table, key: Key, expression: impl Into<String>) -> Self {
        Self::new(table, Effect::Update(key, expression.into()))
    }

    /// Removes the item at `key`.
    pub fn delete(table: &Table, key: Key) -> Self {
        Self::new(table, Effect::Delete(key))
    }

    /// Changes nothing, and makes its transaction depend on the condition.
    pub fn check(table: &Table, key: Key) -> Self {
        Self::new(table, Effect::Check(key))
    }

    fn new(table: &Table, effect: Effect) -> Self {
        Self {
            label: "",
            table: table.name().to_owned(),
            effect,
            condition: None,
            values: Values::default(),
            defect: None,
        }
    }

    /// Commits only if `condition` holds.
    pub fn when(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    /// Commits only if there is no item at the key.
    pub fn when_absent(self) -> Self {
        self.when("attribute_not_exists(pk)")
    }

    /// Binds a value of the condition or the update expression.
    pub fn bind(mut self, name: &str, value: impl Serialize) -> Self {
        if let Err(error) = self.values.bind(name, value) {
            self.defect = Some(error);
        }
        self
    }

    /// What a cancelled transaction calls this write.
    pub fn labelled(mut self, label: &'static str) -> Self {
        self.label = label;
        self
    }

    pub(super) fn label(&self) -> &'static str {
        self.label
    }

    pub(super) fn table(&self) -> &str {
        &self.table
    }

    fn check_defect(&mut self) -> Result<(), ServiceError> {
        match self.defect.take() {
            Some(error) => Err(ServiceError::new(
                "write",
                &self.table,
                ErrorKind::Refused,
                error,
            )),
            None => Ok(()),
        }
    }

    /// Marks the item with `token`, where the effect leaves an item to mark.
    fn mark(&mut self, token: &str) -> Result<(), ServiceError> {
        match &mut self.effect {
            Effect::Put(item) => item.insert(ATTEMPT, token),
            Effect::Update(_, expression) => {
                *expression = match expression.strip_prefix("SET ") {
                    Some(rest) => format!("SET #{ATTEMPT} = :{ATTEMPT}, {rest}"),
                    None => format!("SET #{ATTEMPT} = :{ATTEMPT} {expression}"),
                };
                self.values
                    .bind(&format!(":{ATTEMPT}"), token)
                    .map_err(|error| {
                        ServiceError::new("write", &self.table, ErrorKind::Refused, error)
                    })?;
            }
            Effect::Delete(_) | Effect::Check(_) => {}
        }
        Ok(())
    }

    pub(super) async fn run(mut self, client: &Client, table: &str) -> Result<Written, WriteError> {
        self.check_defect()?;
        let token = attempt_token(table)?;
        if self.condition.is_some() {
            self.mark(&token)?;
        }
        let (effect, guard) = self.split();
        match effect {
            Effect::Put(item) => {
                let put = client.put_item().table_name(table);
                let put = put.set_item(Some(item.into_sdk()));
                match guarded!(put, guard).send().await {
                    Ok(_) => Ok(Written { item: None }),
                    Err(error) => refused_put(error, table).or_else(|error| own(error, &token)),
                }
            }
            Effect::Update(key, expression) => {
                let update = client.update_item().table_name(table);
                let update = update
                    .set_key(Some(key.to_sdk()))
                    .update_expression(expression)
                    .return_values(ReturnValue::AllNew);
                match guarded!(update, guard).send().await {
                    Ok(answer) => Ok(Written {
                        item: answer.attributes.map(Item::from_sdk),
                    }),
                    Err(error) => refused_update(error, table).or_else(|error| own(error, &token)),
                }
            }
            Effect::Delete(key) => {
                let delete = client.delete_item().table_name(table);
                let delete = delete.set_key(Some(key.to_sdk()));
                match guarded!(delete, guard).send().await {
                    Ok(_) => Ok(Written { item: None }),
                    Err(error) => refused_delete(error, table),
                }
            }
            Effect::Check(_) => Err(WriteError::Service(ServiceError::new(
                "write",
                table,
                ErrorKind::Refused,
                "a check only makes sense in a transaction",
            ))),
        }
    }

    pub(super) fn into_sdk(mut self) -> Result<TransactWriteItem, ServiceError> {
        self.check_defect()?;
        let table = self.table.clone();
        let item = TransactWriteItem::builder();
        let (effect, guard) = self.split();
        let built = match effect {
            Effect::Put(put) => {
                let put = Put::builder().set_item(Some(put.into_sdk()));
                guarded!(put.table_name(&table), guard)
                    .build()
                    .map(|put| item.put(put))
            }
            Effect::Update(key, expression) => {
                let update = Update::builder().update_expression(expression);
                let update = update.set_key(Some(key.to_sdk()));
                guarded!(update.table_name(&table), guard)
                    .build()
                    .map(|update| item.update(update))
            }
            Effect::Delete(key) => {
                let delete = Delete::builder().set_key(Some(key.to_sdk()));
                guarded!(delete.table_name(&table), guard)
                    .build()
                    .map(|delete| item.delete(delete))
            }
            Effect::Check(key) => {
                let check = ConditionCheck::builder().set_key(Some(key.to_sdk()));
                guarded!(check.table_name(&table), guard)
                    .build()
                    .map(|check| item.condition_check(check))
            }
        };
        built
            .map(|item| item.build())
            .map_err(|error| ServiceError::new("write", table, ErrorKind::Refused, error))
    }

    fn split(self) -> (Effect, Guard) {
        let update = match &self.effect {
            Effect::Update(_, expression) => Some(expression.as_str()),
            Effect::Put(_) | Effect::Delete(_) | Effect::Check(_) => None,
        };
        let guard = Guard {
            names: names(&[self.condition.as_deref(), update]),
            on_failure: self
                .condition
                .is_some()
                .then_some(ReturnValuesOnConditionCheckFailure::AllOld),
            condition: self.condition,
            values: self.values.into_sdk(),
        };
        (self.effect, guard)
    }
}

/// What every kind of write has besides its effect.
struct Guard {
    names: Option<HashMap<String, String>>,
    condition: Option<String>,
    values: Option<HashMap<String, SdkValue>>,
    on_failure: Option<ReturnValuesOnConditionCheckFailure>,
}

/// Success after all, if the item that refused us bears our own token.
fn own(error: WriteError, token: &str) -> Result<Written, WriteError> {
    match error {
        WriteError::Refused {
            existing: Some(item),
        } if item.text(ATTEMPT) == Some(token) => Ok(Written { item: Some(item) }),
        other => Err(other),
    }
}

fn attempt_token(table: &str) -> Result<String, ServiceError> {
    let mut random = [0_u8; 12];
    getrandom::fill(&mut random).map_err(|error| {
        ServiceError::new("write", table, ErrorKind::Refused, error.to_string())
    })?;
    Ok(random.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The three operations have three error types that say the same.
macro_rules! refused {
    ($name:ident, $error:ident) => {
        fn $name<R: std::fmt::Debug + Send + Sync + 'static>(
            error: SdkError<$error, R>,
            table: &str,
        ) -> Result<Written, WriteError> {
            if let SdkError::ServiceError(context) = &error
                && let $error::ConditionalCheckFailedException(failure) = context.err()
            {
                let existing: Option<HashMap<String, SdkValue>> = failure.item.clone();
                return Err(WriteError::Refused {
                    existing: existing.map(Item::from_sdk),
                });
            }
            Err(ServiceError::of_sdk("write", table, error).into())
        }
    };
}

refused!(refused_put, PutItemError);
refused!(refused_update, UpdateItemError);
refused!(refused_delete, DeleteItemError);
