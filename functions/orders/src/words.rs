//! What people write about an order: reasons, statements, who carries a parcel.

use std::str::FromStr;

use kernel::text::{self, has_length};
use serde::{Deserialize, Serialize};

/// Why money is asked back, or is not given: 1 to 500 characters.
pub(crate) type Reason = text::Prose<500>;
/// What one side of a dispute has to say: 1 to 2,000 characters.
pub(crate) type Statement = text::Prose<2_000>;
/// Who carries a parcel: one line of 1 to 60 characters.
pub(crate) type Carrier = text::Line<60>;

/// By what a payment is found elsewhere, such as a transfer's number: one line of 1 to 200 characters.
pub(crate) type Reference = text::Line<200>;

/// By what a carrier knows a parcel: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct TrackingNumber(String);

/// A text that is no number of a parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not a number of 1 to {MAX_NUMBER_CHARACTERS} letters, digits and signs")]
pub(crate) struct TrackingNumberError;

const MAX_NUMBER_CHARACTERS: usize = 64;

impl TrackingNumber {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for TrackingNumber {
    type Err = TrackingNumberError;

    fn from_str(text: &str) -> Result<Self, TrackingNumberError> {
        let text = text.trim();
        let is_visible = text.chars().all(|letter| letter.is_ascii_graphic());
        if has_length(text, MAX_NUMBER_CHARACTERS) && is_visible {
            Ok(Self(text.to_owned()))
        } else {
            Err(TrackingNumberError)
        }
    }
}

impl TryFrom<String> for TrackingNumber {
    type Error = TrackingNumberError;

    fn try_from(text: String) -> Result<Self, TrackingNumberError> {
        text.parse()
    }
}

impl From<TrackingNumber> for String {
    fn from(number: TrackingNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tracking_number_is_what_a_label_can_bear() {
        for text in ["", "SF 12", "SF\n12", "顺丰", &"1".repeat(65)] {
            assert_eq!(text.parse::<TrackingNumber>(), Err(TrackingNumberError));
        }
        let number: TrackingNumber = " SF1234567890 ".parse().unwrap();
        assert_eq!(number.as_str(), "SF1234567890");
    }
}
