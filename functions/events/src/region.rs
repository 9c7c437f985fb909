//! Where a concert takes place.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A country, or a part of one: the code of ISO 3166-1 (`CN`) or ISO 3166-2 (`CN-SH`). The lists behind
/// those codes change with the world, so only their form is checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Region(String);

/// Why a text is not a region.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a code of ISO 3166 in capitals, such as CN or CN-SH")]
pub(crate) struct RegionError;

impl Region {
    /// The code.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn countries_and_their_parts_are_regions() {
        for text in ["CN", "DE", "CN-SH", "GB-ENG", "FR-75", "JP-13"] {
            assert_eq!(text.parse::<Region>().unwrap().as_str(), text);
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
