//! Where a parcel goes.

use std::str::FromStr;

use kernel::text::Line;
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
pub(crate) type AddressLine = Line<200>;

/// A country or region by its two letters of ISO 3166.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Country(String);

/// A text that names no country.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not the two letters of a country, such as CN")]
pub(crate) struct CountryError;

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
    fn a_country_is_two_capital_letters() {
        assert!("CN".parse::<Country>().is_ok());
        for text in ["", "C", "cn", "CHN", "中国", "C1"] {
            assert_eq!(text.parse::<Country>(), Err(CountryError), "{text}");
        }
    }
}
