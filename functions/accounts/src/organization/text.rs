//! Names of organizations, and reasons given to them.

use std::str::FromStr;

use kernel::text::{Line, TextError, disturbs_line, has_length};
use serde::{Deserialize, Serialize};

/// One line of 1 to 100 characters, without space around it.
pub(crate) type OrganizationName = Line<100>;

/// What an operator tells an organization: 1 to 1,000 characters, on one line or several. Unlike other
/// prose it has no tabs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Reason(String);

const MAX_REASON_CHARACTERS: usize = 1_000;

impl Reason {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reason {
    type Err = TextError;

    fn from_str(text: &str) -> Result<Self, TextError> {
        let text = text.trim();
        let disturbs = |letter| letter != '\n' && disturbs_line(letter);
        if has_length(text, MAX_REASON_CHARACTERS) && !text.contains(disturbs) {
            Ok(Self(text.to_owned()))
        } else {
            Err(TextError::Prose(MAX_REASON_CHARACTERS))
        }
    }
}

impl TryFrom<String> for Reason {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        text.parse()
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_may_have_several_lines() {
        assert_eq!("a\nb".parse::<Reason>().unwrap().as_str(), "a\nb");
    }

    #[test]
    fn empty_long_and_disturbing_reasons_are_refused() {
        for text in ["", " ", "a\0", "a\tb", "a\u{202e}b", &"a".repeat(1_001)] {
            let error = text.parse::<Reason>().unwrap_err();
            assert_eq!(
                error.to_string(),
                "it is not a text of 1 to 1000 characters"
            );
        }
    }
}
