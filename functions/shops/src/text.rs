//! Texts that shops and listings are described with.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// Declares a text that is checked when it is made and never after.
macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $is_valid:ident, $rule:literal;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
            #[serde(try_from = "String", into = "String")]
            pub(crate) struct $name(String);

            impl $name {
                /// The text.
                pub(crate) fn as_str(&self) -> &str {
                    &self.0
                }
            }

            impl FromStr for $name {
                type Err = TextError;

                fn from_str(text: &str) -> Result<Self, TextError> {
                    let text = text.trim();
                    if $is_valid(text) {
                        Ok(Self(text.to_owned()))
                    } else {
                        Err(TextError($rule))
                    }
                }
            }

            impl TryFrom<String> for $name {
                type Error = TextError;

                fn try_from(text: String) -> Result<Self, TextError> {
                    text.parse()
                }
            }

            impl From<$name> for String {
                fn from(text: $name) -> Self {
                    text.0
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

texts! {
    /// One line of 1 to 100 characters, without space around it.
    Name, is_name, "it is not one line of 1 to 100 characters";
    /// One line of 1 to 200 characters, without space around it.
    Title, is_title, "it is not one line of 1 to 200 characters";
    /// One line of 1 to 40 characters, without space around it: what a variant's option is.
    Choice, is_choice, "it is not one line of 1 to 40 characters";
    /// One or several lines, 1 to 4,000 characters, without space around them.
    Prose, is_prose, "it is not a text of 1 to 4000 characters";
    /// A shop's name in addresses: 3 to 40 lower-case letters, digits and single hyphens between them.
    Slug, is_slug, "it is not 3 to 40 lower-case letters, digits and single hyphens between them";
}

/// Why a text is not what its field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct TextError(&'static str);

fn is_name(text: &str) -> bool {
    is_line(text, 100)
}

fn is_title(text: &str) -> bool {
    is_line(text, 200)
}

fn is_choice(text: &str) -> bool {
    is_line(text, 40)
}

fn is_prose(text: &str) -> bool {
    let disturbs = |letter| disturbs(letter) && letter != '\n' && letter != '\t';
    has_length(text, 4_000) && !text.contains(disturbs)
}

fn is_slug(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (3..=40).contains(&text.len())
        && text.bytes().all(allowed)
        && text.split('-').all(|part| !part.is_empty())
}

fn is_line(text: &str, max_characters: usize) -> bool {
    has_length(text, max_characters) && !text.contains(disturbs)
}

fn has_length(text: &str, max_characters: usize) -> bool {
    (1..=max_characters).contains(&text.chars().take(max_characters + 1).count())
}

/// Control characters, and those that turn the direction of what stands beside them.
pub(crate) fn disturbs(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_loses_the_space_around_it() {
        assert_eq!(" 星光唱片 ".parse::<Name>().unwrap().as_str(), "星光唱片");
        let long = "x".repeat(101);
        for text in ["", " ", "a\nb", "a\0b", "a\u{202e}b", &long] {
            assert!(text.parse::<Name>().is_err(), "{text:?}");
        }
        assert!(long.parse::<Title>().is_ok());
    }

    #[test]
    fn prose_may_have_lines_but_nothing_that_disturbs() {
        assert!("one\n\ttwo".parse::<Prose>().is_ok());
        let long = "x".repeat(4_001);
        for text in ["", "\n", "a\rb", "a\u{2066}b", &long] {
            assert!(text.parse::<Prose>().is_err());
        }
    }

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
