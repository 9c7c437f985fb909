//! What is kept in the payments table, and every change to it.
//!
//! The shapes of items are known here alone; the rest of the crate sees intents, refunds and
//! chargebacks. Reads are strongly consistent, but for the index of what is due. Everything is written
//! under the version that was read, so that what was decided on is what is changed.

mod chargebacks;
mod due;
mod intents;
mod refunds;

pub(crate) use chargebacks::chargeback_of;
pub(crate) use intents::{ChangeError, CreateError, Found, intent_of};
pub(crate) use refunds::refund_of;

use kernel::{Clock, Money, Timestamp};
use platform::{
    Aws, ServiceError,
    table::{Item, Key, Table},
};

/// How often a change is decided on anew because something else changed meanwhile. Each time means
/// that another's change was done.
pub(crate) const MAX_TRIES: usize = 96;

/// The label of an intent's write in a cancelled transaction.
const INTENT: &str = "intent";
/// The label of what is written beside an intent.
const PART: &str = "part";

/// The payments table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    aws: Aws,
    table: Table,
    clock: Clock,
}

/// Why something was not written, alone or with its intent. Nothing was, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SaveError {
    /// It is there already, or was changed meanwhile.
    #[error("it was written before")]
    Known,
    /// The intent was changed meanwhile.
    #[error("the intent was changed meanwhile")]
    Lost,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The store in the table called `table_name`.
    pub(crate) fn new(aws: &Aws, table_name: &str, clock: Clock) -> Self {
        Self {
            aws: aws.clone(),
            table: aws.table(table_name),
            clock,
        }
    }
}

/// A key as the two attributes of an item.
fn attributes(key: &Key) -> (String, String) {
    (key.pk().to_owned(), key.sk().unwrap_or_default().to_owned())
}

/// An amount in its stored form: minor units, with the currency beside it.
fn money(minor: i64, currency: kernel::Currency) -> Result<Money, ServiceError> {
    Money::new(minor, currency).map_err(unreadable)
}

/// The second in which something is due; a part of a second early is no harm.
fn due_second(at: Option<Timestamp>) -> Option<i64> {
    at.map(Timestamp::as_second)
}

fn due_time(second: Option<i64>) -> Result<Option<Timestamp>, ServiceError> {
    let time = second.map(Timestamp::from_second).transpose();
    time.map_err(unreadable)
}

fn unreadable(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ServiceError {
    ServiceError::malformed("the payments table", cause)
}

fn parse<T: serde::de::DeserializeOwned>(item: Item) -> Result<T, ServiceError> {
    item.parse("the payments table")
}
