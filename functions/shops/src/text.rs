//! Texts that shops and listings are described with.

use std::{fmt, str::FromStr};

use kernel::text;
use serde::{Deserialize, Serialize};

/// One line of 1 to 100 characters, without space around it.
pub(crate) type Name = text::Line<100>;
/// One line of 1 to 200 characters, without space around it.
pub(crate) type Title = text::Line<200>;
/// One line of 1 to 40 characters, without space around it: what a variant's option is.
pub(crate) type Choice = text::Line<40>;
/// One or several lines, 1 to 4,000 characters, without space around them.
pub(crate) type Prose = text::Prose<4_000>;

/// A shop's name in addresses: 3 to 40 lower-case letters, digits and single hyphens between them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Slug(String);

/// Why a text is not a slug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 3 to 40 lower-case letters, digits and single hyphens between them")]
pub(crate) struct SlugError;

impl Slug {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let text = text.trim();
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_slug = (3..=40).contains(&text.len())
            && text.bytes().all(allowed)
            && text.split('-').all(|part| !part.is_empty());
        if is_slug {
            Ok(Self(text.to_owned()))
        } else {
            Err(SlugError)
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_can_stand_in_an_address() {
        for text in ["abc", "night-market", "a1-b2-c3"] {
            assert_eq!(text.parse::<Slug>().unwrap().as_str(), text);
        }
        let long = "x".repeat(41);
        for text in ["ab", "-ab", "ab-", "a--b", "Abc", "a_b", "夜市场", &long] {
            assert!(text.parse::<Slug>().is_err(), "{text}");
        }
    }
}
