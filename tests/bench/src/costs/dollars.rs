//! Money, as prices per unit need it: whole picodollars.

use std::{fmt, iter::Sum, str::FromStr};

/// A millionth of a millionth of a dollar, many times. Never negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Picodollars(u128);

/// How many there are in a dollar: ten to the power of [`PLACES`].
const PER_DOLLAR: u128 = 1_000_000_000_000;
const PLACES: usize = 12;
/// How many of them are in the last place that is shown.
const PER_SHOWN: u128 = 100_000_000;

/// Why a text is no amount of dollars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an amount is digits, a point, and at most 12 digits")]
pub(crate) struct AmountError;

impl Picodollars {
    /// This much for each of `times / of` units, rounded up. `None` if that is too much to count.
    pub(crate) fn times(self, times: u128, of: u128) -> Option<Self> {
        let product = self.0.checked_mul(times)?;
        (of > 0).then(|| Self(product.div_ceil(of)))
    }
}

impl FromStr for Picodollars {
    type Err = AmountError;

    fn from_str(text: &str) -> Result<Self, AmountError> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || fraction.len() > PLACES || !is_number(whole) || !is_number(fraction)
        {
            return Err(AmountError);
        }
        let whole: u128 = whole.parse().map_err(|_| AmountError)?;
        let fraction: u128 = format!("{fraction:0<PLACES$}")
            .parse()
            .map_err(|_| AmountError)?;
        let amount = whole.checked_mul(PER_DOLLAR).ok_or(AmountError)?;
        amount.checked_add(fraction).map(Self).ok_or(AmountError)
    }
}

/// With four places, rounded up: nothing that costs something is shown as free.
impl fmt::Display for Picodollars {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.0.div_ceil(PER_SHOWN);
        write!(formatter, "${}.{:04}", shown / 10_000, shown % 10_000)
    }
}

impl Sum for Picodollars {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        Self(amounts.map(|amount| amount.0).sum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_read_to_the_last_place() {
        assert_eq!("0.0000133334".parse(), Ok(Picodollars(13_333_400)));
        assert_eq!("3".parse(), Ok(Picodollars(3_000_000_000_000)));
        for wrong in ["", ".5", "-1", "1.0000000000001", "1,5", "0.1e3"] {
            assert_eq!(wrong.parse::<Picodollars>(), Err(AmountError), "{wrong}");
        }
    }

    #[test]
    fn what_costs_something_is_never_shown_as_free() {
        assert_eq!(Picodollars(1).to_string(), "$0.0001");
        assert_eq!(Picodollars(0).to_string(), "$0.0000");
        let amount: Picodollars = "12.34561".parse().unwrap();
        assert_eq!(amount.to_string(), "$12.3457");
    }

    #[test]
    fn a_share_of_a_price_is_rounded_up() {
        assert_eq!(Picodollars(10).times(1, 3), Some(Picodollars(4)));
        assert_eq!(Picodollars(10).times(6, 3), Some(Picodollars(20)));
        assert_eq!(Picodollars(u128::MAX).times(2, 1), None);
        assert_eq!(Picodollars(1).times(1, 0), None);
    }
}
