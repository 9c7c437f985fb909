//! What a deployment serves: the jurisdictions it does business in, and the currencies it takes.
//!
//! Both are written as codes with commas between them, or as `*` for all; and both begin as nothing, so
//! that whatever was not said is not served.

use std::{collections::BTreeSet, fmt::Display, str::FromStr};

use crate::{Currency, Region};

/// Where this deployment does business. A country stands for all of its parts; a part stands for itself
/// alone.
///
/// What is regulated per jurisdiction is decided by a value of this type of its own: what it does not
/// name is off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Jurisdictions(Served<Region>);

/// The currencies in which something can be given a price in this deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Currencies(Served<Currency>);

/// Why a text does not say what is served.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ServedError {
    /// Something between the commas is no code.
    #[error("{code:?} is wrong: {reason}")]
    Code {
        /// What stands there.
        code: String,
        /// Why it is none.
        reason: String,
    },
    /// It says all, and some.
    #[error("* means all and stands alone")]
    AllAndSome,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Served<T> {
    All,
    These(BTreeSet<T>),
}

impl Jurisdictions {
    /// Whether business is done in `region`.
    #[must_use]
    pub fn contains(&self, region: &Region) -> bool {
        match &self.0 {
            Served::All => true,
            Served::These(regions) => regions.contains(region) || regions.contains(&region.whole()),
        }
    }
}

impl Currencies {
    /// Whether something can have a price in `currency`.
    #[must_use]
    pub fn contains(&self, currency: Currency) -> bool {
        match &self.0 {
            Served::All => true,
            Served::These(currencies) => currencies.contains(&currency),
        }
    }
}

impl FromStr for Jurisdictions {
    type Err = ServedError;

    fn from_str(text: &str) -> Result<Self, ServedError> {
        text.parse().map(Self)
    }
}

impl FromStr for Currencies {
    type Err = ServedError;

    fn from_str(text: &str) -> Result<Self, ServedError> {
        text.parse().map(Self)
    }
}

impl<T> Default for Served<T> {
    fn default() -> Self {
        Self::These(BTreeSet::new())
    }
}

impl<T: FromStr<Err: Display> + Ord> FromStr for Served<T> {
    type Err = ServedError;

    fn from_str(text: &str) -> Result<Self, ServedError> {
        if text.trim() == "*" {
            return Ok(Self::All);
        }
        let read = |code: &str| match code.trim() {
            "*" => Err(ServedError::AllAndSome),
            code => code.parse().map_err(|reason: T::Err| ServedError::Code {
                code: code.to_owned(),
                reason: reason.to_string(),
            }),
        };
        text.split(',')
            .map(read)
            .collect::<Result<_, _>>()
            .map(Self::These)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jurisdictions(text: &str) -> Jurisdictions {
        text.parse().unwrap()
    }

    fn region(code: &str) -> Region {
        code.parse().unwrap()
    }

    #[test]
    fn a_country_stands_for_its_parts_and_a_part_for_itself() {
        let served = jurisdictions("CN, US-CA");
        for (code, expected) in [
            ("CN", true),
            ("CN-SH", true),
            ("US-CA", true),
            ("US", false),
            ("US-NY", false),
            ("DE", false),
        ] {
            assert_eq!(served.contains(&region(code)), expected, "{code}");
        }
    }

    #[test]
    fn a_star_is_everywhere_and_nothing_said_is_nowhere() {
        assert!(jurisdictions(" * ").contains(&region("GB-ENG")));
        assert!(!Jurisdictions::default().contains(&region("CN")));
    }

    #[test]
    fn currencies_are_those_that_are_named() {
        let some: Currencies = "CNY,HKD".parse().unwrap();
        let all: Currencies = "*".parse().unwrap();
        for currency in Currency::ALL {
            let is_named = [Currency::CNY, Currency::HKD].contains(currency);
            assert_eq!(some.contains(*currency), is_named, "{currency}");
            assert!(all.contains(*currency));
            assert!(!Currencies::default().contains(*currency));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (text, said) in [
            (
                "CN,de",
                "\"de\" is wrong: it is not a code of ISO 3166 in capitals, such as CN or CN-SH",
            ),
            (
                "CN,,DE",
                "\"\" is wrong: it is not a code of ISO 3166 in capitals, such as CN or CN-SH",
            ),
            ("CN,*", "* means all and stands alone"),
        ] {
            let error = text.parse::<Jurisdictions>().unwrap_err();
            assert_eq!(error.to_string(), said);
        }
        let error = "CNY,ECU".parse::<Currencies>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"ECU\" is wrong: not a currency that is served here"
        );
    }
}
