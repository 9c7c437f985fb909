//! What people write about an order: reasons, statements, who carries a parcel.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A text that is not what its field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum WordsError {
    /// It is no [`Reason`].
    #[error("it is not a text of 1 to {} characters", Reason::MAX_CHARACTERS)]
    Reason,
    /// It is no [`Statement`].
    #[error("it is not a text of 1 to {} characters", Statement::MAX_CHARACTERS)]
    Statement,
    /// It is no [`Carrier`].
    #[error("it is not one line of 1 to {} characters", Carrier::MAX_CHARACTERS)]
    Carrier,
    /// It is no [`TrackingNumber`].
    #[error(
        "it is not a number of 1 to {} letters, digits and signs",
        TrackingNumber::MAX_CHARACTERS
    )]
    TrackingNumber,
}

/// Declares a text: its longest form, and which characters may not stand in it.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident: $max:literal, without $disturbs:expr;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub(crate) struct $name(String);

        impl $name {
            const MAX_CHARACTERS: usize = $max;

            /// The text.
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = WordsError;

            fn from_str(text: &str) -> Result<Self, WordsError> {
                let text = text.trim();
                let length = text.chars().take(Self::MAX_CHARACTERS + 1).count();
                if (1..=Self::MAX_CHARACTERS).contains(&length) && !text.contains($disturbs) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(WordsError::$name)
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = WordsError;

            fn try_from(text: String) -> Result<Self, WordsError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }
    )+};
}

texts! {
    /// Why money is asked back, or is not given: 1 to 500 characters.
    Reason: 500, without disturbs_lines;
    /// What one side of a dispute has to say: 1 to 2,000 characters.
    Statement: 2_000, without disturbs_lines;
    /// Who carries a parcel: one line of 1 to 60 characters.
    Carrier: 60, without disturbs;
    /// By what a carrier knows a parcel: 1 to 64 visible ASCII characters.
    TrackingNumber: 64, without |letter: char| !letter.is_ascii_graphic();
}

/// Control characters, and those that turn the direction of what stands beside them.
fn disturbs(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn disturbs_lines(letter: char) -> bool {
    disturbs(letter) && letter != '\n' && letter != '\t'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_lose_the_space_around_them_and_refuse_what_disturbs() {
        assert_eq!(
            " too\nsmall ".parse::<Reason>().unwrap().as_str(),
            "too\nsmall"
        );
        assert_eq!(
            " 顺丰速运 ".parse::<Carrier>().unwrap().as_str(),
            "顺丰速运"
        );
        let long = "x".repeat(2_001);
        for text in ["", " ", "a\0b", "a\u{202e}b", &long] {
            assert_eq!(text.parse::<Reason>(), Err(WordsError::Reason));
            assert_eq!(text.parse::<Statement>(), Err(WordsError::Statement));
            assert_eq!(text.parse::<Carrier>(), Err(WordsError::Carrier));
        }
        for text in ["", "SF 12", "SF\n12", "顺丰", &"1".repeat(65)] {
            assert_eq!(
                text.parse::<TrackingNumber>(),
                Err(WordsError::TrackingNumber)
            );
        }
        assert!("SF1234567890".parse::<TrackingNumber>().is_ok());
    }
}
