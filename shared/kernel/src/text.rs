//! Texts that people write, of a length that each context sets: one line, or prose.
//!
//! Invariant: a text has at least one character and no more than its most, no space around it, and
//! nothing that disturbs what is shown beside it.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// One line of 1 to `MAX` characters, without space around it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MAX: usize>(String);

/// One or several lines, 1 to `MAX` characters, without space around them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prose<const MAX: usize>(String);

/// Why a text is not what its field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// It is no [`Line`] of so many characters.
    #[error("it is not one line of 1 to {0} characters")]
    Line(usize),
    /// It is no [`Prose`] of so many characters.
    #[error("it is not a text of 1 to {0} characters")]
    Prose(usize),
}

/// Whether a text has 1 to `max` characters. A long one is not counted to its end.
pub fn has_length(text: &str, max: usize) -> bool {
    let counted = text.chars().take(max.saturating_add(1)).count();
    (1..=max).contains(&counted)
}

/// Whether a letter disturbs a line: line breaks, control characters, and those that turn the
/// direction of what stands beside them, so that it reads as something else.
pub fn disturbs_line(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether a letter disturbs prose, which may have several lines and tabs in them.
pub fn disturbs_prose(letter: char) -> bool {
    disturbs_line(letter) && letter != '\n' && letter != '\t'
}

/// Both are texts, with the same ways in and out.
macro_rules! text {
    ($name:ident, $disturbs:path) => {
        impl<const MAX: usize> $name<MAX> {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<const MAX: usize> FromStr for $name<MAX> {
            type Err = TextError;

            fn from_str(text: &str) -> Result<Self, TextError> {
                let text = text.trim();
                if has_length(text, MAX) && !text.contains($disturbs) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(TextError::$name(MAX))
                }
            }
        }

        impl<const MAX: usize> TryFrom<String> for $name<MAX> {
            type Error = TextError;

            fn try_from(text: String) -> Result<Self, TextError> {
                text.parse()
            }
        }

        impl<const MAX: usize> From<$name<MAX>> for String {
            fn from(text: $name<MAX>) -> Self {
                text.0
            }
        }

        impl<const MAX: usize> fmt::Display for $name<MAX> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

text!(Line, disturbs_line);
text!(Prose, disturbs_prose);

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_of_all_scripts_are_taken_without_the_space_around_them() {
        for (text, line) in [
            ("Ada", "Ada"),
            ("  周杰倫 ", "周杰倫"),
            ("Björk 🎧", "Björk 🎧"),
        ] {
            assert_eq!(text.parse::<Line<8>>().unwrap().as_str(), line);
        }
        assert!("歌".repeat(64).parse::<Line<64>>().is_ok());
    }

    #[test]
    fn what_is_no_single_line_is_refused_with_its_limit() {
        let long = "歌".repeat(65);
        for text in [
            "",
            " ",
            "\u{3000}",
            "a\nb",
            "a\tb",
            "a\0",
            "a\u{2028}b",
            "a\u{202e}b",
            &long,
        ] {
            let error = text.parse::<Line<64>>().unwrap_err();
            assert_eq!(
                error.to_string(),
                "it is not one line of 1 to 64 characters"
            );
        }
    }

    #[test]
    fn prose_may_have_lines_but_nothing_that_disturbs() {
        assert!("one\n\ttwo".parse::<Prose<10>>().is_ok());
        let long = "x".repeat(4_001);
        for text in ["", "\n", "a\rb", "a\u{2066}b", &long] {
            let error = text.parse::<Prose<4_000>>().unwrap_err();
            assert_eq!(
                error.to_string(),
                "it is not a text of 1 to 4000 characters"
            );
        }
    }

    proptest! {
        #[test]
        fn reading_a_text_again_changes_nothing(text in "(.|\n){0,70}") {
            if let Ok(line) = text.parse::<Line<64>>() {
                prop_assert_eq!(line.as_str().parse::<Line<64>>(), Ok(line.clone()));
            }
            if let Ok(prose) = text.parse::<Prose<64>>() {
                prop_assert_eq!(prose.as_str().parse::<Prose<64>>(), Ok(prose.clone()));
            }
        }
    }
}
