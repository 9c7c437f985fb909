//! Rewards: what a partner offers for points, and how it may be changed.

use std::num::NonZeroU32;

use kernel::{Id, Points, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::text::{Name, Prose};

/// A reward.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reward {
    pub(crate) id: Id<kind::Reward>,
    pub(crate) partner: PartnerName,
    pub(crate) name: Name,
    pub(crate) description: Prose,
    pub(crate) terms: Option<Prose>,
    pub(crate) price: Price,
    pub(crate) limit_per_member: Option<NonZeroU32>,
    pub(crate) voucher_valid_days: ValidDays,
    pub(crate) status: Status,
    pub(crate) created_at: Timestamp,
    /// Counts its changes. A redemption commits only under the version it was decided on.
    pub(crate) version: u64,
}

/// A partner as its rewards and vouchers name it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PartnerName {
    pub(crate) id: Id<kind::Partner>,
    pub(crate) name: Name,
}

/// Whether a reward is on offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RewardStatus)]
pub(crate) enum Status {
    /// Being prepared; nobody sees it.
    Draft,
    /// In the catalogue; members redeem it.
    Published,
    /// Out of the catalogue for a while.
    Paused,
}

/// What a reward costs: 1 to 1,000,000,000 points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "i64")]
pub(crate) struct Price(Points);

/// How many days a voucher is good for from its issue on: 1 to 3,650.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub(crate) struct ValidDays(u16);

/// A number that is no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a price is 1 to {MAX_PRICE} points")]
pub(crate) struct PriceError;

/// A number of days that no voucher is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a voucher is good for 1 to {MAX_VALID_DAYS} days")]
pub(crate) struct ValidDaysError;

/// A change of a reward: what is `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) name: Option<Name>,
    pub(crate) description: Option<Prose>,
    pub(crate) terms: Option<Option<Prose>>,
    pub(crate) price: Option<Price>,
    pub(crate) limit_per_member: Option<Option<NonZeroU32>>,
    pub(crate) voucher_valid_days: Option<ValidDays>,
    pub(crate) status: Option<Status>,
}

/// Why a reward cannot be changed so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EditError {
    /// Members have seen it; it can be paused but not be a draft again.
    #[error("a reward that was published cannot be a draft again")]
    NoWayBack,
    /// What was never published cannot pause.
    #[error("a draft cannot be paused")]
    NotPublished,
}

const MAX_PRICE: i64 = 1_000_000_000;
const MAX_VALID_DAYS: u16 = 3_650;

impl Reward {
    /// The reward after `edit`, one version on.
    pub(crate) fn edited(self, edit: Edit) -> Result<Self, EditError> {
        Ok(Self {
            name: edit.name.unwrap_or(self.name),
            description: edit.description.unwrap_or(self.description),
            terms: edit.terms.unwrap_or(self.terms),
            price: edit.price.unwrap_or(self.price),
            limit_per_member: edit.limit_per_member.unwrap_or(self.limit_per_member),
            voucher_valid_days: edit.voucher_valid_days.unwrap_or(self.voucher_valid_days),
            status: match edit.status {
                Some(status) => self.status.moved(status)?,
                None => self.status,
            },
            version: self.version + 1,
            ..self
        })
    }
}

impl Status {
    /// The status after a move to `next`; a move to where it is changes nothing.
    fn moved(self, next: Self) -> Result<Self, EditError> {
        match (self, next) {
            (Self::Draft, Self::Draft | Self::Published)
            | (Self::Published | Self::Paused, Self::Published | Self::Paused) => Ok(next),
            (Self::Draft, Self::Paused) => Err(EditError::NotPublished),
            (Self::Published | Self::Paused, Self::Draft) => Err(EditError::NoWayBack),
        }
    }
}

impl Price {
    /// The price.
    pub(crate) fn points(self) -> Points {
        self.0
    }
}

impl ValidDays {
    /// The days.
    pub(crate) fn days(self) -> u16 {
        self.0
    }
}

impl TryFrom<i64> for Price {
    type Error = PriceError;

    fn try_from(points: i64) -> Result<Self, PriceError> {
        if !(1..=MAX_PRICE).contains(&points) {
            return Err(PriceError);
        }
        Points::new(points).map(Self).map_err(|_| PriceError)
    }
}

impl From<Price> for i64 {
    fn from(price: Price) -> Self {
        price.0.get()
    }
}

impl TryFrom<u16> for ValidDays {
    type Error = ValidDaysError;

    fn try_from(days: u16) -> Result<Self, ValidDaysError> {
        if (1..=MAX_VALID_DAYS).contains(&days) {
            Ok(Self(days))
        } else {
            Err(ValidDaysError)
        }
    }
}

impl From<ValidDays> for u16 {
    fn from(days: ValidDays) -> Self {
        days.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_move_of_the_status_is_allowed_or_refused_by_name() {
        use Status::{Draft, Paused, Published};
        for (from, to, expected) in [
            (Draft, Draft, Ok(Draft)),
            (Draft, Published, Ok(Published)),
            (Draft, Paused, Err(EditError::NotPublished)),
            (Published, Draft, Err(EditError::NoWayBack)),
            (Published, Published, Ok(Published)),
            (Published, Paused, Ok(Paused)),
            (Paused, Draft, Err(EditError::NoWayBack)),
            (Paused, Published, Ok(Published)),
            (Paused, Paused, Ok(Paused)),
        ] {
            assert_eq!(from.moved(to), expected, "{from:?} to {to:?}");
        }
    }

    #[test]
    fn prices_and_days_have_bounds() {
        for points in [0, -1, MAX_PRICE + 1] {
            assert_eq!(Price::try_from(points), Err(PriceError));
        }
        assert_eq!(i64::from(Price::try_from(MAX_PRICE).unwrap()), MAX_PRICE);
        for days in [0, MAX_VALID_DAYS + 1] {
            assert_eq!(ValidDays::try_from(days), Err(ValidDaysError));
        }
    }
}
