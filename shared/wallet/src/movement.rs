//! What a change did: the lines of the journal, carried in the item itself.

use std::fmt;

use jiff::{Timestamp, civil::Date};
use kernel::{Id, Kind, Points, kind};
use platform::{ServiceError, table::Change};
use serde::{Deserialize, Serialize};

use crate::keys;

/// One thing that a change did to a wallet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Movement {
    /// Minutes of one day were marked.
    #[serde(rename = "e")]
    Earned {
        /// The member's own date.
        #[serde(rename = "d")]
        date: Date,
        /// How many minutes more.
        #[serde(rename = "m")]
        minutes: u32,
        /// How many points more; none if the day's cap is reached or no point is full.
        #[serde(rename = "p")]
        points: Points,
        /// By which version of the rule.
        #[serde(rename = "v")]
        rule_version: u32,
    },
    /// Points were spent.
    #[serde(rename = "s")]
    Spent {
        /// How many.
        #[serde(rename = "p")]
        points: Points,
        /// On what.
        #[serde(rename = "r")]
        reason: Reason,
    },
    /// Points were set aside.
    #[serde(rename = "h")]
    Held {
        /// By which hold.
        #[serde(rename = "h")]
        hold: Id<kind::Hold>,
        /// How many.
        #[serde(rename = "p")]
        points: Points,
        /// For what.
        #[serde(rename = "r")]
        reason: Reason,
    },
    /// A hold's points were spent.
    #[serde(rename = "o")]
    Posted {
        /// The hold.
        #[serde(rename = "h")]
        hold: Id<kind::Hold>,
        /// How many of its points were spent.
        #[serde(rename = "p")]
        points: Points,
        /// How many came back.
        #[serde(rename = "b")]
        returned: Points,
    },
    /// A hold's points came back, because it was voided or its time was over.
    #[serde(rename = "v")]
    Voided {
        /// The hold.
        #[serde(rename = "h")]
        hold: Id<kind::Hold>,
        /// How many.
        #[serde(rename = "p")]
        points: Points,
    },
    /// Points that had been spent came back.
    #[serde(rename = "b")]
    Restored {
        /// How many.
        #[serde(rename = "p")]
        points: Points,
        /// Why.
        #[serde(rename = "r")]
        reason: Reason,
    },
    /// Points were given for something that was done elsewhere, such as a purchase at a partner.
    #[serde(rename = "g")]
    Credited {
        /// How many.
        #[serde(rename = "p")]
        points: Points,
        /// What for.
        #[serde(rename = "r")]
        reason: Reason,
    },
    /// Points were taken away.
    #[serde(rename = "c")]
    Revoked {
        /// How many.
        #[serde(rename = "p")]
        points: Points,
        /// Why.
        #[serde(rename = "r")]
        reason: Reason,
    },
    /// Operators put the balance right, up or down.
    #[serde(rename = "a")]
    Adjusted {
        /// By how much; never zero.
        #[serde(rename = "p")]
        points: i64,
        /// By which decision.
        #[serde(rename = "r")]
        reason: Reason,
    },
    /// Points came to the end of their time.
    #[serde(rename = "x")]
    Expired {
        /// How many.
        #[serde(rename = "p")]
        points: Points,
    },
    /// The member's time zone became known.
    #[serde(rename = "z")]
    ZoneSet,
}

/// What points moved for: the text of an id, kept so that the journal can name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(String);

/// A text that names no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a reason must be 1 to {} visible ASCII characters",
    Reason::MAX_LENGTH
)]
pub struct ReasonError;

/// All that one change did, as the stream of the wallets' table tells it.
///
/// Account and version name the change for good: whoever writes something for each of its movements
/// under them writes it once, however often the stream tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// Whose wallet.
    pub account: Id<kind::Account>,
    /// The version the change made.
    pub version: u64,
    /// When, to the second.
    pub at: Timestamp,
    /// What it did, in order.
    pub movements: Vec<Movement>,
}

/// The attributes of a wallet's item that tell of its last change.
#[derive(Deserialize)]
struct BookedItem {
    pk: String,
    #[serde(rename = "v")]
    version: u64,
    #[serde(rename = "at")]
    at_s: i64,
    #[serde(rename = "last")]
    movements: Vec<Movement>,
}

impl Movement {
    /// By how much the member's balance, available and pending together, grew or shrank. The sum
    /// over all movements of a wallet is its balance.
    #[must_use]
    pub fn balance_change(&self) -> i64 {
        match self {
            Movement::Earned { points, .. }
            | Movement::Credited { points, .. }
            | Movement::Voided { points, .. }
            | Movement::Restored { points, .. } => points.get(),
            Movement::Posted { returned, .. } => returned.get(),
            Movement::Adjusted { points, .. } => *points,
            Movement::Spent { points, .. }
            | Movement::Held { points, .. }
            | Movement::Revoked { points, .. }
            | Movement::Expired { points } => -points.get(),
            Movement::ZoneSet => 0,
        }
    }
}

impl Booked {
    /// What a change of the wallets' table did; `None` if a wallet was removed.
    ///
    /// # Errors
    /// [`ServiceError`] if the item is not a wallet's.
    pub fn of(change: &Change) -> Result<Option<Booked>, ServiceError> {
        let Some(item) = change.new_as::<BookedItem>()? else {
            return Ok(None);
        };
        let malformed = |error: String| ServiceError::malformed("wallet", error);
        Ok(Some(Booked {
            account: keys::account_of(&item.pk).map_err(|error| malformed(error.to_string()))?,
            version: item.version,
            at: Timestamp::from_second(item.at_s).map_err(|error| malformed(error.to_string()))?,
            movements: item.movements,
        }))
    }
}

impl Reason {
    /// So that a wallet stays small.
    pub const MAX_LENGTH: usize = 64;

    /// A reason of this text.
    ///
    /// # Errors
    /// [`ReasonError`] if it is empty, too long or not of visible ASCII characters.
    pub fn new(text: impl Into<String>) -> Result<Reason, ReasonError> {
        let text = text.into();
        let fits = (1..=Reason::MAX_LENGTH).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Reason(text))
        } else {
            Err(ReasonError)
        }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<K: Kind> From<Id<K>> for Reason {
    fn from(id: Id<K>) -> Reason {
        Reason(id.to_string())
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Reason {
    type Error = ReasonError;

    fn try_from(text: String) -> Result<Reason, ReasonError> {
        Reason::new(text)
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> String {
        reason.0
    }
}
