//! Where a parcel goes.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A place that a carrier finds, and whom to ask for there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Address {
    pub(crate) name: AddressLine,
    pub(crate) phone: AddressLine,
    /// Street and house, as the recipient writes them.
    pub(crate) street: AddressLine,
    pub(crate) city: AddressLine,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<AddressLine>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) postal_code: Option<AddressLine>,
    pub(crate) country: Country,
}

/// One line of 1 to 200 characters, without space around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct AddressLine(String);

/// A country or region by its two letters of ISO 3166.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Country(String);

/// A text that is no line of an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not one line of 1 to {MAX_CHARACTERS} characters")]
pub(crate) struct AddressLineError;

/// A text that names no country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the two letters of a country, such as CN")]
pub(crate) struct CountryError;

const MAX_CHARACTERS: usize = 200;

impl FromStr for AddressLine {
    type Err = AddressLineError;

    fn from_str(text: &str) -> Result<Self, AddressLineError> {
        let text = text.trim();
        let length = text.chars().take(MAX_CHARACTERS + 1).count();
        if (1..=MAX_CHARACTERS).contains(&length) && !text.contains(disturbs) {
            Ok(Self(text.to_owned()))
        } else {
            Err(AddressLineError)
        }
    }
}

/// Control characters, and those that turn the direction of what stands beside them: on a label
/// they show another address than the one that was written.
fn disturbs(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<String> for AddressLine {
    type Error = AddressLineError;

    fn try_from(text: String) -> Result<Self, AddressLineError> {
        text.parse()
    }
}

impl From<AddressLine> for String {
    fn from(line: AddressLine) -> Self {
        line.0
    }
}

impl FromStr for Country {
    type Err = CountryError;

    fn from_str(text: &str) -> Result<Self, CountryError> {
        if text.len() == 2 && text.bytes().all(|letter| letter.is_ascii_uppercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(CountryError)
        }
    }
}

impl TryFrom<String> for Country {
    type Error = CountryError;

    fn try_from(text: String) -> Result<Self, CountryError> {
        text.parse()
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_all_scripts_are_taken_without_the_space_around_them() {
        let line: AddressLine = " 天河区体育西路 103 号 ".parse().unwrap();
        assert_eq!(String::from(line), "天河区体育西路 103 号");
        let too_long = "x".repeat(201);
        for text in ["", "  ", "a\nb", "a\u{202e}b", &too_long] {
            assert_eq!(
                text.parse::<AddressLine>(),
                Err(AddressLineError),
                "{text:?}"
            );
        }
    }

    #[test]
    fn a_country_is_two_capital_letters() {
        assert!("CN".parse::<Country>().is_ok());
        for text in ["", "C", "cn", "CHN", "中国", "C1"] {
            assert_eq!(text.parse::<Country>(), Err(CountryError), "{text}");
        }
    }
}
