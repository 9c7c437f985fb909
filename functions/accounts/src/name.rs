//! Names that people give: to themselves, to a player's token.

use std::str::FromStr;

/// One line of 1 to 64 characters, without space around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name(String);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not one line of 1 to 64 characters")]
pub(crate) struct NameError;

const MAX_CHARACTERS: usize = 64;

impl Name {
    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = NameError;

    fn from_str(text: &str) -> Result<Self, NameError> {
        let name = text.trim();
        let length = name.chars().take(MAX_CHARACTERS + 1).count();
        if (1..=MAX_CHARACTERS).contains(&length) && !name.contains(disturbs) {
            Ok(Self(name.to_owned()))
        } else {
            Err(NameError)
        }
    }
}

/// Line breaks, control characters, and those that turn the direction of what stands beside them.
pub(crate) fn disturbs(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_of_all_scripts_are_taken_without_the_space_around_them() {
        for (text, name) in [
            ("Ada", "Ada"),
            ("  周杰倫 ", "周杰倫"),
            ("Björk 🎧", "Björk 🎧"),
        ] {
            assert_eq!(text.parse::<Name>().unwrap().as_str(), name);
        }
        assert!("歌".repeat(64).parse::<Name>().is_ok());
    }

    #[test]
    fn what_is_no_single_line_is_refused() {
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
            assert_eq!(text.parse::<Name>(), Err(NameError), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn reading_a_name_again_changes_nothing(text in ".{0,70}") {
            if let Ok(name) = text.parse::<Name>() {
                prop_assert_eq!(name.as_str().parse::<Name>(), Ok(name.clone()));
            }
        }
    }
}
