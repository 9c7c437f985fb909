//! Texts that concerts and their tickets are described with.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One line of 1 to 100 characters, without space around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Name(String);

/// One or several lines, 1 to 4,000 characters, without space around them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Prose(String);

/// Why a text is not what its field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TextError {
    /// It is no [`Name`].
    #[error("it is not one line of 1 to 100 characters")]
    Name,
    /// It is no [`Prose`].
    #[error("it is not a text of 1 to 4000 characters")]
    Prose,
}

const MAX_NAME_CHARACTERS: usize = 100;
const MAX_PROSE_CHARACTERS: usize = 4_000;

impl Name {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl Prose {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let name = text.trim();
        if has_length(name, MAX_NAME_CHARACTERS) && !name.contains(disturbs) {
            Ok(Self(name.to_owned()))
        } else {
            Err(TextError::Name)
        }
    }
}

impl FromStr for Prose {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let prose = text.trim();
        let disturbs = |letter| disturbs(letter) && letter != '\n' && letter != '\t';
        if has_length(prose, MAX_PROSE_CHARACTERS) && !prose.contains(disturbs) {
            Ok(Self(prose.to_owned()))
        } else {
            Err(TextError::Prose)
        }
    }
}

fn has_length(text: &str, max_characters: usize) -> bool {
    (1..=max_characters).contains(&text.chars().take(max_characters + 1).count())
}

/// Control characters, and those that turn the direction of what stands beside them.
fn disturbs(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

impl TryFrom<String> for Name {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl TryFrom<String> for Prose {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl From<Prose> for String {
    fn from(prose: Prose) -> Self {
        prose.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_and_loses_the_space_around_it() {
        assert_eq!(" 早餐套餐 ".parse::<Name>().unwrap().as_str(), "早餐套餐");
        let long = "x".repeat(101);
        for text in ["", " ", "a\nb", "a\0b", "a\u{202e}b", &long] {
            assert_eq!(text.parse::<Name>(), Err(TextError::Name), "{text:?}");
        }
    }

    #[test]
    fn prose_may_have_lines_but_nothing_that_disturbs() {
        assert!("one\n\ttwo".parse::<Prose>().is_ok());
        let long = "x".repeat(4_001);
        for text in ["", "\n", "a\rb", "a\u{2066}b", &long] {
            assert_eq!(text.parse::<Prose>(), Err(TextError::Prose));
        }
    }
}
