//! Names of organizations, and reasons given to them.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::name::disturbs;

/// One line of 1 to 100 characters, without space around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct OrganizationName(String);

/// What an operator tells an organization: 1 to 1,000 characters, on one line or several.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Reason(String);

/// Why a text is not what its field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TextError {
    /// It is no [`OrganizationName`].
    #[error("it is not one line of 1 to 100 characters")]
    Name,
    /// It is no [`Reason`].
    #[error("it is not a text of 1 to 1000 characters")]
    Reason,
}

const MAX_NAME_CHARACTERS: usize = 100;
const MAX_REASON_CHARACTERS: usize = 1_000;

/// Both are texts of their own length and rule, with the same ways in and out.
macro_rules! text {
    ($type:ident, $max:expr, $error:expr, $refuses:expr) => {
        impl $type {
            /// The text.
            pub(crate) fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                let text = text.trim();
                let length = text.chars().take($max + 1).count();
                if (1..=$max).contains(&length) && !text.contains($refuses) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err($error)
                }
            }
        }

        impl TryFrom<String> for $type {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                text.parse()
            }
        }

        impl From<$type> for String {
            fn from(text: $type) -> Self {
                text.0
            }
        }
    };
}

text!(
    OrganizationName,
    MAX_NAME_CHARACTERS,
    TextError::Name,
    disturbs
);
text!(
    Reason,
    MAX_REASON_CHARACTERS,
    TextError::Reason,
    |letter: char| letter != '\n' && disturbs(letter)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_a_reason_may_be_several() {
        let name: OrganizationName = "  滚石唱片 ".parse().unwrap();
        assert_eq!(name.as_str(), "滚石唱片");
        assert_eq!("a\nb".parse::<OrganizationName>(), Err(TextError::Name));
        assert_eq!("a\nb".parse::<Reason>().unwrap().as_str(), "a\nb");
    }

    #[test]
    fn empty_long_and_disturbing_texts_are_refused() {
        for text in ["", " ", "a\0", "a\u{202e}b", &"a".repeat(1_001)] {
            assert_eq!(text.parse::<OrganizationName>(), Err(TextError::Name));
            assert_eq!(text.parse::<Reason>(), Err(TextError::Reason));
        }
        assert!("歌".repeat(100).parse::<OrganizationName>().is_ok());
        assert!("歌".repeat(101).parse::<OrganizationName>().is_err());
    }
}
