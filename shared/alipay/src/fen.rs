//! Amounts: whole fen within, yuan with exactly two decimals on the wire.

use std::{fmt, str::FromStr};

use kernel::{Currency, Money};

/// An amount of CNY in fen, never negative. On the wire `88.88`, and no other spelling of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fen(i64);

/// Why there is no such amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FenError {
    /// The text is not yuan with exactly two decimals.
    #[error("an amount is written as yuan with exactly two decimals")]
    Spelling,
    /// The amount is negative or beyond what Alipay takes.
    #[error("an amount lies between 0.00 and {}", Fen::MAX)]
    OutOfRange,
    /// The money is not CNY.
    #[error("Alipay takes CNY only")]
    Currency,
}

impl Fen {
    /// Nothing.
    pub const ZERO: Fen = Fen(0);
    /// The most that one trade may cost: 100,000,000.00 yuan.
    pub const MAX: Fen = Fen(10_000_000_000);

    /// So many fen.
    ///
    /// # Errors
    /// [`FenError::OutOfRange`] below nothing or beyond [`Fen::MAX`].
    pub const fn new(fen: i64) -> Result<Fen, FenError> {
        if fen < 0 || fen > Fen::MAX.0 {
            return Err(FenError::OutOfRange);
        }
        Ok(Fen(fen))
    }

    /// The amount in fen.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.0
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// The sum, or none beyond [`Fen::MAX`].
    #[must_use]
    pub fn checked_add(self, other: Fen) -> Option<Fen> {
        Fen::new(self.0.checked_add(other.0)?).ok()
    }

    /// The difference, or none below nothing.
    #[must_use]
    pub fn checked_sub(self, other: Fen) -> Option<Fen> {
        Fen::new(self.0.checked_sub(other.0)?).ok()
    }
}

impl TryFrom<Money> for Fen {
    type Error = FenError;

    fn try_from(money: Money) -> Result<Fen, FenError> {
        if money.currency() != Currency::CNY {
            return Err(FenError::Currency);
        }
        Fen::new(money.minor())
    }
}

impl From<Fen> for Money {
    fn from(fen: Fen) -> Money {
        // The range of Fen lies within that of Money; nothing would be the answer to a defect.
        Money::new(fen.0, Currency::CNY).unwrap_or(Money::zero(Currency::CNY))
    }
}

/// As on the wire.
impl fmt::Display for Fen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

impl FromStr for Fen {
    type Err = FenError;

    fn from_str(text: &str) -> Result<Fen, FenError> {
        let (yuan, fen) = text.split_once('.').ok_or(FenError::Spelling)?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(yuan) || !digits(fen) || fen.len() != 2 {
            return Err(FenError::Spelling);
        }
        // One amount has one spelling, so that amounts may be compared as numbers.
        if yuan.len() > 1 && yuan.starts_with('0') {
            return Err(FenError::Spelling);
        }
        let parsed = |part: &str| part.parse::<i64>().map_err(|_| FenError::OutOfRange);
        let total = parsed(yuan)?
            .checked_mul(100)
            .and_then(|hundreds| hundreds.checked_add(parsed(fen).ok()?));
        Fen::new(total.ok_or(FenError::OutOfRange)?)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn yuan_with_two_decimals_are_fen() {
        for (text, fen) in [
            ("0.00", 0),
            ("0.01", 1),
            ("0.10", 10),
            ("1.00", 100),
            ("88.88", 8_888),
            ("100.00", 10_000),
            ("100000000.00", 10_000_000_000),
        ] {
            assert_eq!(text.parse(), Ok(Fen(fen)), "{text}");
            assert_eq!(Fen(fen).to_string(), text);
        }
    }

    #[test]
    fn no_other_spelling_is_read() {
        for text in [
            "",
            ".",
            "1",
            "1.",
            ".01",
            "1.0",
            "1.000",
            "01.00",
            "00.01",
            "+1.00",
            "-1.00",
            "1e2",
            "1.0e",
            " 1.00",
            "1.00 ",
            "1,00",
            "1.00.00",
            "1 000.00",
            "１.００",
            "٣.٠٠",
            "0x1.00",
            "1_0.00",
            "NaN",
            "1.0\0",
            "1.-1",
            "1.+1",
        ] {
            assert_eq!(text.parse::<Fen>(), Err(FenError::Spelling), "{text:?}");
        }
    }

    #[test]
    fn what_alipay_does_not_take_is_out_of_range() {
        for text in [
            "100000000.01",
            "92233720368547758.08",
            "99999999999999999999.00",
        ] {
            assert_eq!(text.parse::<Fen>(), Err(FenError::OutOfRange), "{text}");
        }
        assert_eq!(Fen::new(-1), Err(FenError::OutOfRange));
        assert_eq!(
            Fen::try_from(Money::zero(Currency::JPY)),
            Err(FenError::Currency)
        );
    }

    proptest! {
        #[test]
        fn every_amount_survives_the_wire(fen in 0..=Fen::MAX.0) {
            let amount = Fen::new(fen).unwrap();
            prop_assert_eq!(amount.to_string().parse(), Ok(amount));
            prop_assert_eq!(Fen::try_from(Money::from(amount)), Ok(amount));
        }

        #[test]
        fn what_is_read_is_written_the_same(text in "[0-9+.e -]{0,12}") {
            if let Ok(amount) = text.parse::<Fen>() {
                prop_assert_eq!(amount.to_string(), text);
            }
        }
    }
}
