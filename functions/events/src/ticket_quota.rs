//! Ticket quotas: so many tickets of one sort for one concert.

use std::num::NonZeroU32;

use kernel::{Id, kind};
use quota::{MAX_SHARDS, QuotaId, QuotaIdError};
use serde::{Deserialize, Serialize};

use crate::{days::Days, text::Name};

/// A sort of tickets. How many of them are held and sold is counted by `quota`, under
/// [`counted_as`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TicketQuota {
    pub(crate) id: Id<kind::TicketQuota>,
    pub(crate) name: Name,
    pub(crate) capacity: Capacity,
    pub(crate) shards: Shards,
    pub(crate) days: Days,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) per_buyer_limit: Option<NonZeroU32>,
}

/// How many tickets there are: 0 to 1,000,000. None at all closes the sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub(crate) struct Capacity(u32);

/// Over how many rows the count is spread: 1 to 64.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub(crate) struct Shards(u16);

/// A number that is no capacity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is more than {MAX_CAPACITY}")]
pub(crate) struct CapacityError;

/// A number of shards that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not between 1 and {MAX_SHARDS}")]
pub(crate) struct ShardsError;

/// A change of a ticket quota: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct QuotaEdit {
    pub(crate) name: Option<Name>,
    pub(crate) capacity: Option<Capacity>,
    pub(crate) per_buyer_limit: Option<Option<NonZeroU32>>,
}

const MAX_CAPACITY: u32 = 1_000_000;

/// Under which id the tickets are counted: `tickets:<ticket quota>`.
pub(crate) fn counted_as(id: Id<kind::TicketQuota>) -> Result<QuotaId, QuotaIdError> {
    format!("tickets:{id}").parse()
}

impl TicketQuota {
    /// The quota after `edit`.
    pub(crate) fn edited(self, edit: QuotaEdit) -> Self {
        Self {
            name: edit.name.unwrap_or(self.name),
            capacity: edit.capacity.unwrap_or(self.capacity),
            per_buyer_limit: edit.per_buyer_limit.unwrap_or(self.per_buyer_limit),
            ..self
        }
    }
}

impl Capacity {
    /// The number.
    pub(crate) fn get(self) -> u32 {
        self.0
    }
}

impl Shards {
    /// One row does for anything that sells less than a few hundred a second.
    pub(crate) const ONE: Self = Self(1);

    /// The number.
    pub(crate) fn get(self) -> u16 {
        self.0
    }
}

impl TryFrom<u32> for Capacity {
    type Error = CapacityError;

    fn try_from(capacity: u32) -> Result<Self, CapacityError> {
        if capacity <= MAX_CAPACITY {
            Ok(Self(capacity))
        } else {
            Err(CapacityError)
        }
    }
}

impl From<Capacity> for u32 {
    fn from(capacity: Capacity) -> Self {
        capacity.0
    }
}

impl TryFrom<u16> for Shards {
    type Error = ShardsError;

    fn try_from(shards: u16) -> Result<Self, ShardsError> {
        if (1..=MAX_SHARDS).contains(&shards) {
            Ok(Self(shards))
        } else {
            Err(ShardsError)
        }
    }
}

impl From<Shards> for u16 {
    fn from(shards: Shards) -> Self {
        shards.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(Capacity::try_from(MAX_CAPACITY + 1), Err(CapacityError));
        assert_eq!(Capacity::try_from(0).map(Capacity::get), Ok(0));
        for shards in [0, 65] {
            assert_eq!(Shards::try_from(shards), Err(ShardsError));
        }
    }

    #[test]
    fn the_count_is_named_as_the_shops_are_told() {
        let id = Id::derive(&["a"]);
        assert_eq!(counted_as(id).unwrap().to_string(), format!("tickets:{id}"));
    }
}
