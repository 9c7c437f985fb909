//! Money: whole minor units of a currency.
//!
//! Invariant: an amount is an integer between −(2^53 − 1) and 2^53 − 1, it never meets a float
//! (also not on the wire), and amounts of two currencies never meet at all.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::MAX_EXACT_INTEGER;

/// An amount of money, such as 1234 hundredths of CNY. May be negative.
///
/// JSON: `{ "minor": 1234, "currency": "CNY" }`, where `1234.0` and `1e3` are refused. There is no
/// `<` between amounts, because across currencies it would be false both ways and a check written
/// with it would let the payment pass; see [`checked_cmp`](Money::checked_cmp).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// What is read from the wire before its range is known to hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename = "Money")]
struct Wire {
    minor: i64,
    currency: Currency,
}

/// Why there is no such amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The amount, or the result, lies beyond 2^53 − 1 minor units.
    #[error("the amount must lie within ±{MAX_EXACT_INTEGER} minor units")]
    OutOfRange,
    /// Two currencies met in one operation.
    #[error("{left} cannot be reckoned with {right}")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second amount.
        right: Currency,
    },
}

impl Money {
    /// The largest amount, in minor units; its negative is the smallest.
    pub const MAX_MINOR: i64 = MAX_EXACT_INTEGER;

    /// So many minor units of a currency.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] beyond ±[`Money::MAX_MINOR`].
    pub const fn new(minor: i64, currency: Currency) -> Result<Money, MoneyError> {
        if minor < -Money::MAX_MINOR || minor > Money::MAX_MINOR {
            return Err(MoneyError::OutOfRange);
        }
        Ok(Money { minor, currency })
    }

    /// Nothing, of a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Money {
        Money { minor: 0, currency }
    }

    /// The amount in minor units: cents, fen, or whole yen.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether this is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum of two amounts.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ or the sum is out of range.
    pub fn checked_add(self, other: Money) -> Result<Money, MoneyError> {
        let currency = self.common_currency(other)?;
        let minor = self.minor.checked_add(other.minor);
        Money::new(minor.ok_or(MoneyError::OutOfRange)?, currency)
    }

    /// This amount less the other.
    ///
    /// # Errors
    /// [`MoneyError`] if the currencies differ or the difference is out of range.
    pub fn checked_sub(self, other: Money) -> Result<Money, MoneyError> {
        let currency = self.common_currency(other)?;
        let minor = self.minor.checked_sub(other.minor);
        Money::new(minor.ok_or(MoneyError::OutOfRange)?, currency)
    }

    /// The amount with its sign turned.
    ///
    /// # Errors
    /// None today, since the range is symmetrical; a `Result` like its siblings.
    pub fn checked_neg(self) -> Result<Money, MoneyError> {
        let minor = self.minor.checked_neg();
        Money::new(minor.ok_or(MoneyError::OutOfRange)?, self.currency)
    }

    /// How two amounts of one currency compare.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] if the currencies differ.
    pub fn checked_cmp(self, other: Money) -> Result<Ordering, MoneyError> {
        self.common_currency(other)?;
        Ok(self.minor.cmp(&other.minor))
    }

    fn common_currency(self, other: Money) -> Result<Currency, MoneyError> {
        let (left, right) = (self.currency, other.currency);
        if left == right {
            Ok(left)
        } else {
            Err(MoneyError::CurrencyMismatch { left, right })
        }
    }
}

impl TryFrom<Wire> for Money {
    type Error = MoneyError;

    fn try_from(wire: Wire) -> Result<Money, MoneyError> {
        Money::new(wire.minor, wire.currency)
    }
}

/// For people and logs, in major units: `CNY 12.34`, `JPY 1234`, `CNY -0.05`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.is_negative() { "-" } else { "" };
        let places = usize::from(self.currency.exponent);
        // Cut as text: the digits are all there, and only the point is missing.
        let digits = format!(
            "{:0>width$}",
            self.minor.unsigned_abs(),
            width = places.saturating_add(1)
        );
        let (major, fraction) = digits.split_at(digits.len().saturating_sub(places));
        write!(f, "{} {sign}{major}", self.currency)?;
        if places > 0 {
            write!(f, ".{fraction}")?;
        }
        Ok(())
    }
}

/// A currency the platform serves, by its ISO 4217 code. JSON: `"CNY"`, upper case only.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency {
    code: &'static str,
    exponent: u8,
}

/// A text that is not the code of a currency the platform serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a currency that is served here")]
pub struct UnknownCurrency;

/// Declares a constant for each currency, and the table of them all.
macro_rules! currencies {
    ($($code:ident $exponent:literal $name:literal;)*) => {
        impl Currency {
            $(
                #[doc = $name]
                pub const $code: Currency = Currency {
                    code: stringify!($code),
                    exponent: $exponent,
                };
            )*

            /// Every currency the platform serves.
            pub const ALL: &[Currency] = &[$(Currency::$code),*];
        }
    };
}

// Code and exponent as in ISO 4217.
currencies! {
    CNY 2 "The yuan of mainland China.";
    HKD 2 "The dollar of Hong Kong.";
    MOP 2 "The pataca of Macao.";
    TWD 2 "The dollar of Taiwan.";
    JPY 0 "The yen, which has no minor unit.";
    KRW 0 "The won, which has no minor unit.";
    VND 0 "The dong, which has no minor unit.";
    SGD 2 "The dollar of Singapore.";
    MYR 2 "The ringgit.";
    THB 2 "The baht.";
    USD 2 "The dollar of the United States.";
    CAD 2 "The dollar of Canada.";
    AUD 2 "The dollar of Australia.";
    EUR 2 "The euro.";
    GBP 2 "The pound sterling.";
    KWD 3 "The dinar of Kuwait, which has a thousand fils.";
}

impl Currency {
    /// The three letters of ISO 4217.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many decimal places the minor unit lies below the major: 2 for CNY, 0 for JPY.
    #[must_use]
    pub const fn exponent(self) -> u8 {
        self.exponent
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Currency, UnknownCurrency> {
        let mut all = Currency::ALL.iter();
        all.find(|currency| currency.code == text)
            .copied()
            .ok_or(UnknownCurrency)
    }
}

// By hand: `derive` sees the `'static` text inside and would read only from text that lives as long.
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code)
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Currency, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn any_minor() -> impl Strategy<Value = i64> {
        prop_oneof![
            -Money::MAX_MINOR..=Money::MAX_MINOR,
            -1000i64..=1000,
            Just(Money::MAX_MINOR),
            Just(-Money::MAX_MINOR),
        ]
    }

    fn any_currency() -> impl Strategy<Value = Currency> {
        prop::sample::select(Currency::ALL)
    }

    fn yuan(minor: i64) -> Money {
        Money::new(minor, Currency::CNY).unwrap()
    }

    fn read(json: &str) -> Result<Money, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn codes_are_three_capitals_and_listed_once() {
        let codes: BTreeSet<_> = Currency::ALL.iter().map(|c| c.code()).collect();
        assert_eq!(codes.len(), Currency::ALL.len());
        for code in codes {
            assert!(code.len() == 3 && code.bytes().all(|b| b.is_ascii_uppercase()));
        }
    }

    #[test]
    fn exponents_are_those_of_iso_4217() {
        for (code, exponent) in [
            ("CNY", 2),
            ("HKD", 2),
            ("TWD", 2),
            ("JPY", 0),
            ("KRW", 0),
            ("USD", 2),
            ("EUR", 2),
            ("GBP", 2),
            ("SGD", 2),
            ("KWD", 3),
        ] {
            assert_eq!(code.parse::<Currency>().unwrap().exponent(), exponent);
        }
    }

    #[test]
    fn a_currency_is_read_in_capitals_only() {
        for code in ["cny", "Cny", "", "XXX", "CNY ", "CN"] {
            assert_eq!(code.parse::<Currency>(), Err(UnknownCurrency), "{code}");
        }
        assert_eq!(serde_json::to_string(&Currency::CNY).unwrap(), r#""CNY""#);
    }

    #[test]
    fn money_is_written_as_minor_units_and_currency() {
        let json = serde_json::to_string(&yuan(1234)).unwrap();
        assert_eq!(json, r#"{"minor":1234,"currency":"CNY"}"#);
    }

    #[test]
    fn fractions_exponents_and_texts_are_not_amounts() {
        for minor in [
            "1.0",
            "1.5",
            "1e3",
            "1E3",
            "1e-3",
            "-0.0",
            r#""1""#,
            "null",
            "true",
            "[1]",
            "9007199254740992",
            "-9007199254740992",
            "9223372036854775808",
            "18446744073709551616",
            "1e400",
        ] {
            let json = format!(r#"{{"minor":{minor},"currency":"CNY"}}"#);
            assert!(read(&json).is_err(), "{json}");
            // Also where the parser has already chosen a representation of its own.
            if let Ok(value) = serde_json::from_str::<serde_json::Value>(&json) {
                assert!(serde_json::from_value::<Money>(value).is_err(), "{json}");
            }
        }
    }

    #[test]
    fn an_amount_needs_exactly_its_two_fields() {
        for json in [
            r#"{"minor":1}"#,
            r#"{"currency":"CNY"}"#,
            r#"{"minor":1,"currency":"XXX"}"#,
            r#"{"minor":1,"currency":"CNY","scale":2}"#,
            r#"{"minor":1,"minor":2,"currency":"CNY"}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }

    #[test]
    fn amounts_are_shown_in_major_units() {
        let shown = |minor, currency| Money::new(minor, currency).unwrap().to_string();
        assert_eq!(shown(1234, Currency::CNY), "CNY 12.34");
        assert_eq!(shown(-5, Currency::CNY), "CNY -0.05");
        assert_eq!(shown(0, Currency::KWD), "KWD 0.000");
        assert_eq!(shown(1234, Currency::JPY), "JPY 1234");
    }

    #[test]
    fn an_amount_beyond_the_range_is_refused() {
        let refused = Err(MoneyError::OutOfRange);
        for minor in [
            Money::MAX_MINOR + 1,
            -Money::MAX_MINOR - 1,
            i64::MAX,
            i64::MIN,
        ] {
            assert_eq!(Money::new(minor, Currency::CNY), refused);
        }
        assert_eq!(yuan(Money::MAX_MINOR).checked_add(yuan(1)), refused);
        assert_eq!(yuan(-Money::MAX_MINOR).checked_sub(yuan(1)), refused);
    }

    proptest! {
        #[test]
        fn addition_commutes_and_subtraction_undoes_it(
            a in any_minor(), b in any_minor(), currency in any_currency(),
        ) {
            let (x, y) = (Money::new(a, currency).unwrap(), Money::new(b, currency).unwrap());
            prop_assert_eq!(x.checked_add(y), y.checked_add(x));
            prop_assert_eq!(x.checked_add(Money::zero(currency)), Ok(x));
            match x.checked_add(y) {
                Ok(sum) => {
                    prop_assert_eq!(sum.minor(), a + b);
                    prop_assert_eq!(sum.checked_sub(y), Ok(x));
                }
                Err(error) => {
                    prop_assert_eq!(error, MoneyError::OutOfRange);
                    prop_assert!((a + b).abs() > Money::MAX_MINOR);
                }
            }
        }

        #[test]
        fn subtraction_is_addition_of_the_negative(a in any_minor(), b in any_minor()) {
            let (x, y) = (yuan(a), yuan(b));
            let negative = y.checked_neg().unwrap();
            prop_assert_eq!(x.checked_sub(y), x.checked_add(negative));
            prop_assert_eq!(negative.checked_neg(), Ok(y));
        }

        #[test]
        fn amounts_compare_as_their_minor_units(a in any_minor(), b in any_minor()) {
            prop_assert_eq!(yuan(a).checked_cmp(yuan(b)), Ok(a.cmp(&b)));
        }

        #[test]
        fn two_currencies_never_meet(
            a in any_minor(), b in any_minor(), left in any_currency(), right in any_currency(),
        ) {
            prop_assume!(left != right);
            let (x, y) = (Money::new(a, left).unwrap(), Money::new(b, right).unwrap());
            let error = MoneyError::CurrencyMismatch { left, right };
            prop_assert_ne!(x, y);
            prop_assert_eq!(x.checked_add(y), Err(error));
            prop_assert_eq!(x.checked_sub(y), Err(error));
            prop_assert_eq!(x.checked_cmp(y), Err(error));
        }

        #[test]
        fn every_amount_survives_json(minor in any_minor(), currency in any_currency()) {
            let money = Money::new(minor, currency).unwrap();
            let json = serde_json::to_string(&money).unwrap();
            prop_assert_eq!(read(&json).unwrap(), money);
        }

        #[test]
        fn json_takes_exactly_the_integers_in_range(minor in any::<i64>()) {
            let json = format!(r#"{{"minor":{minor},"currency":"JPY"}}"#);
            prop_assert_eq!(read(&json).ok(), Money::new(minor, Currency::JPY).ok());
        }

        #[test]
        fn a_whole_number_written_as_a_float_is_refused(minor in any_minor(), exponent in 0..9) {
            for form in [format!("{minor}.0"), format!("{minor}e{exponent}")] {
                let json = format!(r#"{{"minor":{form},"currency":"CNY"}}"#);
                prop_assert!(read(&json).is_err(), "{}", json);
            }
        }
    }
}
