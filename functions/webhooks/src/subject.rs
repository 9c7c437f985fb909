//! What an event is about.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

const MAX_BYTES: usize = 128;

/// The text of an id, as contexts write it: 1 to 128 visible ASCII characters without `#`, which
/// parts what stands in a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Subject(String);

/// The text names no subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a subject has 1 to 128 visible ASCII characters and no #")]
pub(crate) struct SubjectError;

impl Subject {
    /// The subject as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Subject {
    type Err = SubjectError;

    fn from_str(text: &str) -> Result<Self, SubjectError> {
        let allowed = |byte: u8| byte.is_ascii_graphic() && byte != b'#';
        if (1..=MAX_BYTES).contains(&text.len()) && text.bytes().all(allowed) {
            Ok(Self(text.to_owned()))
        } else {
            Err(SubjectError)
        }
    }
}

impl TryFrom<String> for Subject {
    type Error = SubjectError;

    fn try_from(text: String) -> Result<Self, SubjectError> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_cannot_break_a_key() {
        assert!("ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3".parse::<Subject>().is_ok());
        let long = "x".repeat(129);
        for text in ["", "a#b", "a b", "ä", "a\n", &long] {
            assert_eq!(text.parse::<Subject>(), Err(SubjectError), "{text:?}");
        }
    }
}
