//! Where something is at home or takes place.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A country, or a part of one: the code of ISO 3166-1 (`CN`) or ISO 3166-2 (`CN-SH`). The lists behind
/// those codes change with the world, so only their form is checked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Region(String);

/// Why a text is not a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a code of ISO 3166 in capitals, such as CN or CN-SH")]
pub struct RegionError;

impl Region {
    /// The code.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The code of the country that it is, or is a part of.
    pub fn country(&self) -> &str {
        self.0
            .split_once('-')
            .map_or(self.as_str(), |(country, _)| country)
    }

    /// The country that it is, or is a part of.
    #[must_use]
    pub fn whole(&self) -> Self {
        Self(self.country().to_owned())
    }
}

impl FromStr for Region {
    type Err = RegionError;

    fn from_str(text: &str) -> Result<Self, RegionError> {
        let (country, part) = match text.split_once('-') {
            Some((country, part)) => (country, Some(part)),
            None => (text, None),
        };
        let country_holds =
            country.len() == 2 && country.bytes().all(|byte| byte.is_ascii_uppercase());
        let part_holds = part.is_none_or(|part| {
            (1..=3).contains(&part.len())
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
        });
        if country_holds && part_holds {
            Ok(Self(text.to_owned()))
        } else {
            Err(RegionError)
        }
    }
}

impl TryFrom<String> for Region {
    type Error = RegionError;

    fn try_from(text: String) -> Result<Self, RegionError> {
        text.parse()
    }
}

impl From<Region> for String {
    fn from(region: Region) -> Self {
        region.0
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_and_their_parts_are_regions_of_a_country() {
        for (text, country) in [
            ("CN", "CN"),
            ("DE", "DE"),
            ("CN-SH", "CN"),
            ("GB-ENG", "GB"),
            ("FR-75", "FR"),
            ("JP-13", "JP"),
        ] {
            let region: Region = text.parse().unwrap();
            assert_eq!((region.as_str(), region.country()), (text, country));
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "", "C", "cn", "CHN", "CN-", "-SH", "CN-sh", "CN-ABCD", "CN SH", "CN-S H", "C1",
            "中国", "CN-SH-1", "CN\n",
        ] {
            assert_eq!(text.parse::<Region>(), Err(RegionError), "{text:?}");
        }
    }
}
