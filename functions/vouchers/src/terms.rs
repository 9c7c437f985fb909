//! What is agreed with one partner: how it pays, what things cost, how much it may do, and by when.
//!
//! Invariant: every amount of the terms is in their currency, and nothing in them is zero or
//! unbounded that would divide, or promise for ever.

use kernel::{Currency, Money};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{MoneyOut, fields::if_present};

/// The terms of a partner. They come from [`Terms::default`] or pass through its checks on their way
/// in, from a request or from the table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Unchecked")]
#[schema(as = PartnerTerms)]
pub(crate) struct Terms {
    /// The currency of all that is reckoned with the partner; its ISO 4217 code.
    #[schema(value_type = String, example = "CNY")]
    pub(crate) currency: Currency,
    /// Whether the partner pays before or after.
    pub(crate) billing: BillingMode,
    /// Below which balance, or below how much credit left, the partner is told.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = MoneyOut, required = false)]
    pub(crate) alert_below: Option<Money>,
    /// What the partner pays for points that its customers earn; absent if they can earn none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub(crate) points_price: Option<PointsPrice>,
    /// How purchases become points; absent if the partner says points alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub(crate) conversion: Option<Conversion>,
    /// How much the partner may grant.
    pub(crate) limits: Limits,
    /// How many days a grant can be claimed.
    #[schema(minimum = 1, maximum = 366)]
    pub(crate) claim_days: u16,
    /// How many hours the partner may take a grant back.
    #[schema(minimum = 0, maximum = 8784)]
    pub(crate) revocation_hours: u16,
    /// How many hours the partner may take a redemption of a voucher back.
    #[schema(minimum = 0, maximum = 8784)]
    pub(crate) reversal_hours: u16,
    /// How many minutes a voucher stays reserved.
    #[schema(minimum = 1, maximum = 1440)]
    pub(crate) reservation_minutes: u16,
}

/// When a partner pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum BillingMode {
    /// It has paid before: what it grants comes out of its balance.
    Prepaid,
    /// It pays later, up to a credit.
    Postpaid {
        /// How much may be open; absent for no limit.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = MoneyOut, required = false)]
        credit_limit: Option<Money>,
    },
}

/// A price of points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PointsPrice {
    /// For how many points the price is.
    #[schema(minimum = 1, example = 100)]
    pub(crate) per_points: u32,
    /// The price of so many points.
    #[schema(value_type = MoneyOut)]
    pub(crate) price: Money,
}

/// How purchases become points: so many for every full amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conversion {
    /// The amount for which points are given.
    #[schema(value_type = MoneyOut)]
    pub(crate) per: Money,
    /// How many.
    #[schema(minimum = 1, example = 1)]
    pub(crate) points: u32,
}

/// How much a partner may grant; what is absent has no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PartnerLimits)]
pub(crate) struct Limits {
    /// How many grants in one day of UTC.
    #[serde(
        default,
        deserialize_with = "if_present",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = u32, required = false)]
    pub(crate) grants_a_day: Option<u32>,
    /// How many points in one day of UTC.
    #[serde(
        default,
        deserialize_with = "if_present",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = u64, required = false)]
    pub(crate) points_a_day: Option<u64>,
    /// How many points in one grant.
    #[serde(
        default,
        deserialize_with = "if_present",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(value_type = u32, required = false)]
    pub(crate) points_a_grant: Option<u32>,
}

/// Why terms cannot be agreed on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TermsError {
    /// An amount is in another currency than the terms.
    #[error("every amount is in {0}, the currency of the terms")]
    Currency(Currency),
    /// An amount is less than nothing.
    #[error("{0} is less than nothing")]
    Negative(&'static str),
    /// Something is nothing, and would divide.
    #[error("{0} is nothing")]
    Nothing(&'static str),
    /// A span of time is too short or too long.
    #[error("{name} is not between {least} and {most}")]
    Span {
        /// Which one.
        name: &'static str,
        /// The shortest.
        least: u16,
        /// The longest.
        most: u16,
    },
    /// A credit that nobody gives.
    #[error("a prepaid partner has no credit")]
    CreditBeforehand,
}

const MAX_CLAIM_DAYS: u16 = 366;
const MAX_WINDOW_HOURS: u16 = 366 * 24;
const MAX_RESERVATION_MINUTES: u16 = 24 * 60;

impl Default for Terms {
    fn default() -> Self {
        Self {
            currency: Currency::CNY,
            billing: BillingMode::Postpaid { credit_limit: None },
            alert_below: None,
            points_price: None,
            conversion: None,
            limits: Limits::default(),
            claim_days: 30,
            revocation_hours: 72,
            reversal_hours: 72,
            reservation_minutes: 15,
        }
    }
}

impl Terms {
    fn checked(self) -> Result<Self, TermsError> {
        let credit_limit = match self.billing {
            BillingMode::Prepaid => None,
            BillingMode::Postpaid { credit_limit } => credit_limit,
        };
        let points_price = self.points_price.map(|price| price.price);
        let per = self.conversion.map(|conversion| conversion.per);
        for (name, amount) in [
            ("the credit limit", credit_limit),
            ("the alert's balance", self.alert_below),
            ("the price of points", points_price),
            ("the amount that points are given for", per),
        ] {
            let Some(amount) = amount else { continue };
            if amount.currency() != self.currency {
                return Err(TermsError::Currency(self.currency));
            }
            if amount.is_negative() {
                return Err(TermsError::Negative(name));
            }
        }
        if self.points_price.is_some_and(|price| price.per_points == 0) {
            return Err(TermsError::Nothing("the number of points with a price"));
        }
        if let Some(conversion) = self.conversion {
            if conversion.per.is_zero() {
                return Err(TermsError::Nothing("the amount that points are given for"));
            }
            if conversion.points == 0 {
                return Err(TermsError::Nothing("the number of points given"));
            }
        }
        for (name, span, least, most) in [
            ("claim_days", self.claim_days, 1, MAX_CLAIM_DAYS),
            (
                "revocation_hours",
                self.revocation_hours,
                0,
                MAX_WINDOW_HOURS,
            ),
            ("reversal_hours", self.reversal_hours, 0, MAX_WINDOW_HOURS),
            (
                "reservation_minutes",
                self.reservation_minutes,
                1,
                MAX_RESERVATION_MINUTES,
            ),
        ] {
            if !(least..=most).contains(&span) {
                return Err(TermsError::Span { name, least, most });
            }
        }
        Ok(self)
    }
}

/// Terms as they are written: what is absent is as in [`Terms::default`].
#[derive(Deserialize)]
#[serde(default, deny_unknown_fields, rename = "Terms")]
struct Unchecked {
    currency: Currency,
    billing: UncheckedBilling,
    #[serde(deserialize_with = "if_present")]
    alert_below: Option<Money>,
    #[serde(deserialize_with = "if_present")]
    points_price: Option<PointsPrice>,
    #[serde(deserialize_with = "if_present")]
    conversion: Option<Conversion>,
    limits: Limits,
    claim_days: u16,
    revocation_hours: u16,
    reversal_hours: u16,
    reservation_minutes: u16,
}

/// One shape for both ways to pay: serde passes over unknown fields of a variant without any, and a
/// credit limit of a prepaid partner must not be passed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "Billing")]
struct UncheckedBilling {
    #[serde(rename = "type")]
    kind: BillingKind,
    #[serde(default, deserialize_with = "if_present")]
    credit_limit: Option<Money>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum BillingKind {
    Prepaid,
    Postpaid,
}

impl Default for Unchecked {
    fn default() -> Self {
        let terms = Terms::default();
        Self {
            currency: terms.currency,
            billing: UncheckedBilling {
                kind: BillingKind::Postpaid,
                credit_limit: None,
            },
            alert_below: terms.alert_below,
            points_price: terms.points_price,
            conversion: terms.conversion,
            limits: terms.limits,
            claim_days: terms.claim_days,
            revocation_hours: terms.revocation_hours,
            reversal_hours: terms.reversal_hours,
            reservation_minutes: terms.reservation_minutes,
        }
    }
}

impl TryFrom<Unchecked> for Terms {
    type Error = TermsError;

    fn try_from(terms: Unchecked) -> Result<Self, TermsError> {
        let billing = match (terms.billing.kind, terms.billing.credit_limit) {
            (BillingKind::Prepaid, None) => BillingMode::Prepaid,
            (BillingKind::Prepaid, Some(_)) => return Err(TermsError::CreditBeforehand),
            (BillingKind::Postpaid, credit_limit) => BillingMode::Postpaid { credit_limit },
        };
        Self {
            currency: terms.currency,
            billing,
            alert_below: terms.alert_below,
            points_price: terms.points_price,
            conversion: terms.conversion,
            limits: terms.limits,
            claim_days: terms.claim_days,
            revocation_hours: terms.revocation_hours,
            reversal_hours: terms.reversal_hours,
            reservation_minutes: terms.reservation_minutes,
        }
        .checked()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn read(terms: Value) -> Result<Terms, String> {
        serde_json::from_value(terms).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_absent_is_as_usual_and_terms_survive_being_written() {
        assert_eq!(read(json!({})), Ok(Terms::default()));
        let terms = read(json!({
            "currency": "HKD",
            "billing": { "type": "postpaid", "credit_limit": { "minor": 5, "currency": "HKD" } },
            "alert_below": { "minor": 0, "currency": "HKD" },
            "points_price": { "per_points": 100, "price": { "minor": 80, "currency": "HKD" } },
            "conversion": { "per": { "minor": 1_000, "currency": "HKD" }, "points": 1 },
            "limits": { "grants_a_day": 10 },
            "claim_days": 366,
            "revocation_hours": 0,
        }))
        .unwrap();
        assert_eq!(terms.reversal_hours, 72);
        assert_eq!(read(serde_json::to_value(&terms).unwrap()), Ok(terms));
        let prepaid = read(json!({ "billing": { "type": "prepaid" } })).unwrap();
        assert_eq!(read(serde_json::to_value(&prepaid).unwrap()), Ok(prepaid));
    }

    #[test]
    fn terms_that_nobody_can_keep_are_refused() {
        let cny = |minor: i64| json!({ "minor": minor, "currency": "CNY" });
        let hkd = json!({ "minor": 1, "currency": "HKD" });
        for (terms, part) in [
            (json!({ "alert_below": hkd }), "CNY"),
            (json!({ "alert_below": cny(-1) }), "less than nothing"),
            (json!({ "alert_below": null }), "null"),
            (json!({ "billing": { "type": "barter" } }), "barter"),
            (
                json!({ "billing": { "type": "prepaid", "credit_limit": cny(1) } }),
                "no credit",
            ),
            (
                json!({ "billing": { "type": "postpaid", "credit_limit": cny(-1) } }),
                "less than",
            ),
            (
                json!({ "points_price": { "per_points": 0, "price": cny(1) } }),
                "nothing",
            ),
            (
                json!({ "conversion": { "per": cny(0), "points": 1 } }),
                "nothing",
            ),
            (
                json!({ "conversion": { "per": cny(1), "points": 0 } }),
                "nothing",
            ),
            (json!({ "claim_days": 0 }), "claim_days"),
            (json!({ "claim_days": 367 }), "claim_days"),
            (json!({ "revocation_hours": 8_785 }), "revocation_hours"),
            (json!({ "reversal_hours": 8_785 }), "reversal_hours"),
            (json!({ "reservation_minutes": 0 }), "reservation_minutes"),
            (json!({ "limits": { "grants_a_year": 1 } }), "grants_a_year"),
            (json!({ "chain": "a" }), "chain"),
        ] {
            let error = read(terms.clone()).unwrap_err();
            assert!(error.contains(part), "{terms}: {error}");
        }
    }
}
