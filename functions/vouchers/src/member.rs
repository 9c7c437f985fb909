//! Names that partners give: to their members, and to what they ask for.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// How a partner calls one of its members: 1 to 64 visible ASCII characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct MemberId(String);

/// How a partner calls one transaction of its own: 1 to 64 visible ASCII characters, never used for
/// another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct TransactionId(String);

/// Why a text is no such name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 1 to {MAX_LENGTH} visible ASCII characters")]
pub(crate) struct NameError;

const MAX_LENGTH: usize = 64;

/// Both are such names, with the same ways in and out.
macro_rules! given_by_partners {
    ($($name:ident),+) => {
        $(
            impl $name {
                /// The name.
                pub(crate) fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl FromStr for $name {
                type Err = NameError;

                fn from_str(text: &str) -> Result<Self, NameError> {
                    text.to_owned().try_into()
                }
            }

            impl TryFrom<String> for $name {
                type Error = NameError;

                fn try_from(text: String) -> Result<Self, NameError> {
                    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
                    if visible && (1..=MAX_LENGTH).contains(&text.len()) {
                        Ok(Self(text))
                    } else {
                        Err(NameError)
                    }
                }
            }

            impl From<$name> for String {
                fn from(name: $name) -> Self {
                    name.0
                }
            }

            impl fmt::Display for $name {
                fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                    formatter.write_str(&self.0)
                }
            }
        )+
    };
}

given_by_partners!(MemberId, TransactionId);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_short_and_visible() {
        let longest = "m".repeat(MAX_LENGTH);
        for text in ["1", "A-7/#=+", &longest] {
            assert_eq!(text.parse::<MemberId>().unwrap().as_str(), text);
            assert_eq!(text.parse::<TransactionId>().unwrap().as_str(), text);
        }
        let too_long = "m".repeat(MAX_LENGTH + 1);
        for text in ["", " ", "a b", "ä", "a\n", &too_long] {
            assert_eq!(text.parse::<MemberId>(), Err(NameError), "{text:?}");
            assert_eq!(text.parse::<TransactionId>(), Err(NameError), "{text:?}");
        }
    }
}
