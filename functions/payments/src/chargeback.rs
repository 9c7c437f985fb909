//! A chargeback: the payer's bank took money back, and nobody asked us.

use std::str::FromStr;

use kernel::{Id, Money, Timestamp, kind};
use serde::{Deserialize, Serialize};

const MAX_REFERENCE_CHARACTERS: usize = 64;

/// A chargeback as an operator entered it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chargeback {
    pub(crate) id: Id<kind::Chargeback>,
    pub(crate) intent: Id<kind::PaymentIntent>,
    pub(crate) group: Id<kind::OrderGroup>,
    pub(crate) reference: Reference,
    pub(crate) amount: Money,
    pub(crate) created_at: Timestamp,
}

/// By what name the bank or the provider knows it: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Reference(String);

/// A text that is no [`Reference`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 1 to 64 visible ASCII characters")]
pub(crate) struct NoReference;

impl Reference {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The chargeback that this names: entered twice, it is one.
    pub(crate) fn chargeback(&self, intent: Id<kind::PaymentIntent>) -> Id<kind::Chargeback> {
        Id::derive(&["chargeback", &intent.to_string(), &self.0])
    }
}

impl FromStr for Reference {
    type Err = NoReference;

    fn from_str(text: &str) -> Result<Self, NoReference> {
        let fits = (1..=MAX_REFERENCE_CHARACTERS).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NoReference)
        }
    }
}

impl TryFrom<String> for Reference {
    type Error = NoReference;

    fn try_from(text: String) -> Result<Self, NoReference> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_1_to_64_visible_characters() {
        let longest = "x".repeat(64);
        for text in ["2026-CB-17", "x", &longest] {
            assert_eq!(text.parse::<Reference>().unwrap().as_str(), text);
        }
        let too_long = "x".repeat(65);
        for text in ["", " ", "a b", "a\n", "é", &too_long] {
            assert_eq!(text.parse::<Reference>(), Err(NoReference), "{text:?}");
        }
    }
}
