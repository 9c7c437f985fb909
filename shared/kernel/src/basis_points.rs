//! Rates, in hundredths of a percent, and the commission that is reckoned with them.
//!
//! Invariant: a rate is an integer, what it takes is rounded down in favour of the payer, and the
//! partial reversals of a commission sum to that commission exactly.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money, MoneyError};

/// A share of 0 to 10,000 basis points: 0 % to 100 %. JSON: an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub struct BasisPoints(u16);

/// What the platform keeps of a sale: 100 to 999 basis points. JSON: an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u16", try_from = "u16")]
pub struct CommissionRate(BasisPoints);

/// A rate outside of what its kind allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rate must be {min} to {max} basis points")]
pub struct RateError {
    /// The lowest rate that is allowed.
    pub min: u16,
    /// The highest rate that is allowed.
    pub max: u16,
}

/// Why no commission could be reckoned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommissionError {
    /// The amount sold is negative; what is given back goes through [`reversal`].
    #[error("there is no commission on a negative amount")]
    NegativeAmount,
    /// The commission is not an amount of money.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

/// Why no part of a commission could be reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReversalError {
    /// The four amounts are not of one currency.
    #[error("{left} cannot be reckoned with {right}")]
    CurrencyMismatch {
        /// The currency of the sale.
        left: Currency,
        /// The currency that differs from it.
        right: Currency,
    },
    /// The sale was of nothing, or of less.
    #[error("the amount sold must be positive")]
    NothingSold,
    /// The commission is negative or more than the sale.
    #[error("the commission must lie between nothing and the amount sold")]
    CommissionOutOfRange,
    /// What was refunded is negative or more than the sale.
    #[error("the refunds must lie between nothing and the amount sold")]
    RefundOutOfRange,
    /// More was reversed before than all refunds up to now give reason for.
    #[error("more commission was reversed before than the refunds account for")]
    ReversedTooMuch,
}

impl BasisPoints {
    /// The whole: 10,000 basis points.
    pub const WHOLE: BasisPoints = BasisPoints(10_000);

    /// So many basis points.
    ///
    /// # Errors
    /// [`RateError`] beyond 10,000.
    pub const fn new(basis_points: u16) -> Result<BasisPoints, RateError> {
        let (min, max) = (0, BasisPoints::WHOLE.0);
        if basis_points > max {
            return Err(RateError { min, max });
        }
        Ok(BasisPoints(basis_points))
    }

    /// The number of basis points.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// This share of an amount, rounded down (of a negative amount: away from zero).
    #[must_use]
    pub fn of(&self, amount: i64) -> i64 {
        let whole = i128::from(BasisPoints::WHOLE.0);
        // An `i64` times at most 10,000 always fits 128 bits, so nothing is ever saturated here.
        let share = i128::from(amount)
            .saturating_mul(i128::from(self.0))
            .div_euclid(whole);
        // A share lies between zero and the whole, so it fits where the whole did.
        share as i64
    }
}

impl CommissionRate {
    /// The lowest rate: 1 %.
    pub const MIN: CommissionRate = CommissionRate(BasisPoints(100));

    /// The highest rate: 9.99 %.
    pub const MAX: CommissionRate = CommissionRate(BasisPoints(999));

    /// A commission of so many basis points.
    ///
    /// # Errors
    /// [`RateError`] outside of 100 to 999.
    pub const fn new(basis_points: u16) -> Result<CommissionRate, RateError> {
        let (min, max) = (CommissionRate::MIN.get(), CommissionRate::MAX.get());
        if basis_points < min || basis_points > max {
            return Err(RateError { min, max });
        }
        Ok(CommissionRate(BasisPoints(basis_points)))
    }

    /// The number of basis points.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0.get()
    }

    /// The rate as a plain share.
    #[must_use]
    pub const fn basis_points(self) -> BasisPoints {
        self.0
    }

    /// This share of an amount, rounded down; see [`BasisPoints::of`].
    #[must_use]
    pub fn of(&self, amount: i64) -> i64 {
        self.0.of(amount)
    }

    /// The commission on a sale, rounded down to the minor unit.
    ///
    /// # Errors
    /// [`CommissionError::NegativeAmount`] if the sale is negative.
    pub fn commission(&self, sale: &Money) -> Result<Money, CommissionError> {
        if sale.is_negative() {
            return Err(CommissionError::NegativeAmount);
        }
        Ok(Money::new(self.of(sale.minor()), sale.currency())?)
    }
}

/// How much of a commission to give back for the refund that has just been made.
///
/// With `C` the commission on the whole sale `T`, `R` the sum of all refunds up to and with this
/// one, and the sum of all reversals before it: `floor(C × R / T) − reversed before`. Reckoning
/// from the sum, not from the single refund, keeps the rounding from adding up, so that the
/// refund which completes `T` reverses exactly the rest.
///
/// # Errors
/// [`ReversalError`] if the amounts are of different currencies or could not have come about.
pub fn reversal(
    commission_total: Money,
    refunded_cumulative: Money,
    total: Money,
    reversed_before: Money,
) -> Result<Money, ReversalError> {
    let left = total.currency();
    for amount in [commission_total, refunded_cumulative, reversed_before] {
        let right = amount.currency();
        if left != right {
            return Err(ReversalError::CurrencyMismatch { left, right });
        }
    }
    let sold = total.minor();
    if sold <= 0 {
        return Err(ReversalError::NothingSold);
    }
    if !(0..=sold).contains(&commission_total.minor()) {
        return Err(ReversalError::CommissionOutOfRange);
    }
    if !(0..=sold).contains(&refunded_cumulative.minor()) {
        return Err(ReversalError::RefundOutOfRange);
    }
    // Each factor is below 2^53, so the product fits 128 bits and is never saturated; with what
    // was refunded at most what was sold, the quotient is at most the commission, so it fits.
    let reversed_with_this = i128::from(commission_total.minor())
        .saturating_mul(i128::from(refunded_cumulative.minor()))
        .div_euclid(i128::from(sold)) as i64;
    if !(0..=reversed_with_this).contains(&reversed_before.minor()) {
        return Err(ReversalError::ReversedTooMuch);
    }
    let reversed = reversed_with_this.saturating_sub(reversed_before.minor());
    Money::new(reversed, left).map_err(|_| ReversalError::CommissionOutOfRange)
}

impl fmt::Display for BasisPoints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bp", self.0)
    }
}

impl fmt::Display for CommissionRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl TryFrom<u16> for BasisPoints {
    type Error = RateError;

    fn try_from(basis_points: u16) -> Result<BasisPoints, RateError> {
        BasisPoints::new(basis_points)
    }
}

impl From<BasisPoints> for u16 {
    fn from(rate: BasisPoints) -> u16 {
        rate.get()
    }
}

impl TryFrom<u16> for CommissionRate {
    type Error = RateError;

    fn try_from(basis_points: u16) -> Result<CommissionRate, RateError> {
        CommissionRate::new(basis_points)
    }
}

impl From<CommissionRate> for u16 {
    fn from(rate: CommissionRate) -> u16 {
        rate.get()
    }
}

impl From<CommissionRate> for BasisPoints {
    fn from(rate: CommissionRate) -> BasisPoints {
        rate.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn yuan(minor: i64) -> Money {
        Money::new(minor, Currency::CNY).unwrap()
    }

    fn reverse(c: i64, r: i64, t: i64, before: i64) -> Result<Money, ReversalError> {
        reversal(yuan(c), yuan(r), yuan(t), yuan(before))
    }

    #[test]
    fn five_percent_of_a_hundred_yuan_is_five() {
        let rate = CommissionRate::new(500).unwrap();
        assert_eq!(rate.commission(&yuan(10_000)), Ok(yuan(500)));
        assert_eq!(rate.commission(&yuan(19)), Ok(yuan(0)));
        let negative = rate.commission(&yuan(-1));
        assert_eq!(negative, Err(CommissionError::NegativeAmount));
    }

    #[test]
    fn rates_outside_of_their_bounds_are_refused() {
        for (rate, plain, commission) in [
            (0, true, false),
            (99, true, false),
            (100, true, true),
            (999, true, true),
            (1_000, true, false),
            (10_000, true, false),
            (10_001, false, false),
            (u16::MAX, false, false),
        ] {
            assert_eq!(BasisPoints::new(rate).is_ok(), plain, "{rate}");
            assert_eq!(CommissionRate::new(rate).is_ok(), commission, "{rate}");
            let json = rate.to_string();
            assert_eq!(serde_json::from_str::<BasisPoints>(&json).is_ok(), plain);
            assert_eq!(
                serde_json::from_str::<CommissionRate>(&json).is_ok(),
                commission
            );
        }
    }

    #[test]
    fn fractions_exponents_and_texts_are_not_rates() {
        for json in ["500.0", "5e2", "-500", r#""500""#, "70000", "null"] {
            assert!(serde_json::from_str::<BasisPoints>(json).is_err(), "{json}");
            assert!(
                serde_json::from_str::<CommissionRate>(json).is_err(),
                "{json}"
            );
        }
    }

    #[test]
    fn a_reversal_that_could_not_have_come_about_is_refused() {
        for (arguments, error) in [
            ((0, 0, 0, 0), ReversalError::NothingSold),
            ((0, 0, -1, 0), ReversalError::NothingSold),
            ((-1, 0, 100, 0), ReversalError::CommissionOutOfRange),
            ((101, 0, 100, 0), ReversalError::CommissionOutOfRange),
            ((5, -1, 100, 0), ReversalError::RefundOutOfRange),
            ((5, 101, 100, 0), ReversalError::RefundOutOfRange),
            ((5, 50, 100, 3), ReversalError::ReversedTooMuch),
            ((5, 50, 100, -1), ReversalError::ReversedTooMuch),
        ] {
            let (c, r, t, before) = arguments;
            assert_eq!(reverse(c, r, t, before), Err(error), "{arguments:?}");
        }
        let dollars = Money::zero(Currency::USD);
        assert!(matches!(
            reversal(yuan(5), yuan(1), yuan(100), dollars),
            Err(ReversalError::CurrencyMismatch { .. })
        ));
    }

    proptest! {
        #[test]
        fn a_share_is_the_exact_share_rounded_down(amount in any::<i64>(), bp in 0u16..=10_000) {
            let share = i128::from(BasisPoints::new(bp).unwrap().of(amount)) * 10_000;
            let exact = i128::from(amount) * i128::from(bp);
            prop_assert!(share <= exact && exact < share + 10_000);
        }

        #[test]
        fn a_share_and_its_rest_never_exceed_the_whole(
            amount in 0..=i64::MAX, bp in 0u16..=10_000,
        ) {
            let share = BasisPoints::new(bp).unwrap().of(amount);
            let rest = BasisPoints::new(10_000 - bp).unwrap().of(amount);
            prop_assert!((0..=amount).contains(&share));
            prop_assert!((0..=1).contains(&(amount - share - rest)));
        }

        #[test]
        fn reversals_sum_to_the_commission_for_any_sequence_of_refunds(
            total in 1..=Money::MAX_MINOR,
            rate in 100u16..=999,
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        ) {
            let rate = CommissionRate::new(rate).unwrap();
            let commission = rate.commission(&yuan(total)).unwrap();
            let size = usize::try_from(total).unwrap();
            let mut refunded: Vec<i64> =
                cuts.iter().map(|cut| i64::try_from(cut.index(size)).unwrap()).collect();
            refunded.push(total);
            refunded.sort_unstable();

            let mut reversed = yuan(0);
            for cumulative in refunded {
                let part = reversal(commission, yuan(cumulative), yuan(total), reversed).unwrap();
                prop_assert!(!part.is_negative());
                reversed = reversed.checked_add(part).unwrap();
                prop_assert!(reversed.minor() <= commission.minor());
            }
            prop_assert_eq!(reversed, commission);
        }

        #[test]
        fn small_sales_refunded_unit_by_unit_reverse_exactly(
            total in 1i64..200, commission in 0i64..200,
        ) {
            prop_assume!(commission <= total);
            let mut reversed = 0;
            for cumulative in 1..=total {
                reversed += reverse(commission, cumulative, total, reversed).unwrap().minor();
            }
            prop_assert_eq!(reversed, commission);
        }
    }
}
