//! Rewards: what a partner offers for points, and how it may be changed.

use std::{num::NonZeroU32, str::FromStr};

use kernel::{Currency, Id, Money, Points, Timestamp, kind};
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
    pub(crate) supply: Supply,
    /// What the platform owes the partner for each voucher; `None` of rewards from before there were
    /// prices, for which nothing is owed.
    pub(crate) unit_price: Option<AgreedPrice>,
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

/// Where its vouchers come from. It never changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[schema(as = RewardSupply)]
pub(crate) enum Supply {
    /// Codes that the partner has delivered before. The braces make serde refuse fields beside it.
    CodePool {},
    /// The partner's API issues each when it is redeemed.
    OnDemand {
        /// What the partner calls it there.
        #[schema(value_type = String, example = "breakfast-set", min_length = 1, max_length = 64)]
        product: Product,
    },
}

/// How a partner's API names what it issues: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Product(String);

/// A text that names no product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 1 to {MAX_PRODUCT_BYTES} visible ASCII characters")]
pub(crate) struct ProductError;

/// What one voucher costs the platform: nothing or more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Money", into = "Money")]
pub(crate) struct AgreedPrice(Money);

/// An amount that no voucher costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a voucher costs nothing or more")]
pub(crate) struct AgreedPriceError;

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
    pub(crate) unit_price: Option<AgreedPrice>,
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
const MAX_PRODUCT_BYTES: usize = 64;

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
            unit_price: edit.unit_price.or(self.unit_price),
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

impl Default for Supply {
    fn default() -> Self {
        Self::CodePool {}
    }
}

impl FromStr for Product {
    type Err = ProductError;

    fn from_str(text: &str) -> Result<Self, ProductError> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=MAX_PRODUCT_BYTES).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ProductError)
        }
    }
}

impl TryFrom<String> for Product {
    type Error = ProductError;

    fn try_from(text: String) -> Result<Self, ProductError> {
        text.parse()
    }
}

impl From<Product> for String {
    fn from(product: Product) -> Self {
        product.0
    }
}

impl Product {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl AgreedPrice {
    /// Vouchers for which the partner asks nothing.
    pub(crate) fn nothing(currency: Currency) -> Self {
        Self(Money::zero(currency))
    }

    /// The price.
    pub(crate) fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for AgreedPrice {
    type Error = AgreedPriceError;

    fn try_from(money: Money) -> Result<Self, AgreedPriceError> {
        if money.is_negative() {
            Err(AgreedPriceError)
        } else {
            Ok(Self(money))
        }
    }
}

impl From<AgreedPrice> for Money {
    fn from(price: AgreedPrice) -> Self {
        price.0
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
        let owed = |minor| AgreedPrice::try_from(Money::new(minor, kernel::Currency::CNY).unwrap());
        assert_eq!(owed(-1), Err(AgreedPriceError));
        assert!(owed(0).is_ok());
    }

    #[test]
    fn a_product_is_what_the_partner_can_read() {
        let longest = "x".repeat(MAX_PRODUCT_BYTES);
        for text in ["a", "breakfast-set/2", &longest] {
            assert_eq!(text.parse().map(|Product(name)| name), Ok(text.to_owned()));
        }
        for text in ["", " ", "a b", "é", "a\n", &format!("{longest}x")] {
            assert_eq!(text.parse::<Product>(), Err(ProductError), "{text:?}");
        }
    }
}
