//! What a purchase at a partner is worth here, and what the partner owes for it.

use kernel::{Money, Points, money::MoneyError};

use crate::{exchange::UnitPrice, terms::Terms};

/// The most points one grant has, whatever the terms say: what is far from any purchase is a
/// mistake.
pub(crate) const MAX_POINTS: u32 = 1_000_000;

/// Points that were earned, and what they cost the partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PricedPoints {
    pub(crate) points: Points,
    pub(crate) price: UnitPrice,
    pub(crate) amount: Money,
}

/// Why nothing can be earned so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EarningError {
    /// No price of points is agreed.
    #[error("no price of points is agreed with the partner")]
    NoPrice,
    /// It is not agreed how purchases become points.
    #[error("it is not agreed with the partner how purchases become points")]
    NoConversion,
    /// Another currency than the agreed one.
    #[error("the purchase is not in the currency that is agreed with the partner")]
    Currency,
    /// It would be nothing.
    #[error("it is worth no points")]
    Nothing,
    /// It would be more than one grant may have.
    #[error("it is more than the {most} points that one grant has at most")]
    TooMany {
        /// The most.
        most: u32,
    },
}

impl Terms {
    /// What so many points cost the partner.
    pub(crate) fn price_points(&self, points: Points) -> Result<PricedPoints, EarningError> {
        let most = self.limits.points_a_grant.unwrap_or(MAX_POINTS);
        let most = most.min(MAX_POINTS);
        let count = u32::try_from(points.get()).ok();
        let count = count.filter(|count| *count <= most);
        let count = count.ok_or(EarningError::TooMany { most })?;
        if count == 0 {
            return Err(EarningError::Nothing);
        }
        let agreed = self.points_price.ok_or(EarningError::NoPrice)?;
        let price = UnitPrice {
            price: agreed.price,
            per_quantity: agreed.per_points,
        };
        let out_of_range = |_: MoneyError| EarningError::TooMany { most };
        let amount = price.amount(count).map_err(out_of_range)?;
        Ok(PricedPoints {
            points,
            price,
            amount,
        })
    }

    /// The points for a purchase: so many for every full amount.
    pub(crate) fn points_for(&self, purchase: Money) -> Result<Points, EarningError> {
        let conversion = self.conversion.ok_or(EarningError::NoConversion)?;
        if purchase.currency() != conversion.per.currency() {
            return Err(EarningError::Currency);
        }
        if purchase.is_negative() {
            return Err(EarningError::Nothing);
        }
        // The terms see to it that this is no division by nothing.
        let full = purchase.minor() / conversion.per.minor().max(1);
        let points = full.checked_mul(i64::from(conversion.points));
        let points = points.and_then(|points| Points::new(points).ok());
        points.ok_or(EarningError::TooMany { most: MAX_POINTS })
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::terms::{Conversion, PointsPrice};

    fn fen(minor: i64) -> Money {
        Money::new(minor, Currency::CNY).unwrap()
    }

    fn terms() -> Terms {
        Terms {
            points_price: Some(PointsPrice {
                per_points: 100,
                price: fen(50),
            }),
            conversion: Some(Conversion {
                per: fen(1_000),
                points: 3,
            }),
            ..Terms::default()
        }
    }

    fn points(points: i64) -> Points {
        Points::new(points).unwrap()
    }

    #[test]
    fn points_cost_what_is_agreed_and_half_a_fen_is_a_fen() {
        let amount = |count| {
            terms()
                .price_points(points(count))
                .map(|priced| priced.amount)
        };
        assert_eq!(amount(200), Ok(fen(100)));
        assert_eq!(amount(1), Ok(fen(1)));
        assert_eq!(amount(2), Ok(fen(1)));
        assert_eq!(amount(3), Ok(fen(2)));
    }

    #[test]
    fn what_is_not_agreed_earns_nothing() {
        let nothing = Terms::default();
        assert_eq!(nothing.price_points(points(1)), Err(EarningError::NoPrice));
        assert_eq!(nothing.points_for(fen(1)), Err(EarningError::NoConversion));
        let yen = Money::new(5_000, Currency::JPY).unwrap();
        assert_eq!(terms().points_for(yen), Err(EarningError::Currency));
        assert_eq!(terms().points_for(fen(-1)), Err(EarningError::Nothing));
        assert_eq!(terms().price_points(points(0)), Err(EarningError::Nothing));
    }

    #[test]
    fn one_grant_has_no_more_than_is_agreed_and_never_more_than_a_million() {
        let mut terms = terms();
        let most = MAX_POINTS;
        let beyond = points(i64::from(most) + 1);
        assert_eq!(
            terms.price_points(beyond),
            Err(EarningError::TooMany { most })
        );
        terms.limits.points_a_grant = Some(10);
        let refused = terms.price_points(points(11));
        assert_eq!(refused, Err(EarningError::TooMany { most: 10 }));
        assert!(terms.price_points(points(10)).is_ok());
    }

    proptest! {
        #[test]
        fn a_purchase_earns_for_every_full_amount_and_never_for_more(
            minor in 0..=Money::MAX_MINOR,
        ) {
            match terms().points_for(fen(minor)) {
                Ok(points) => {
                    let full = points.get() / 3;
                    prop_assert_eq!(points.get() % 3, 0);
                    prop_assert!(full * 1_000 <= minor && minor < (full + 1) * 1_000);
                }
                Err(error) => prop_assert_eq!(error, EarningError::TooMany { most: MAX_POINTS }),
            }
        }
    }
}
