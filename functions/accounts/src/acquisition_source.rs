//! Where an account came from.

use std::str::FromStr;

/// A source: 1 to 64 of `a`–`z`, `0`–`9`, `_`, `-`. Sources are data, not code: a campaign has its own
/// without a release of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct AcquisitionSource(String);

/// Why a text is not a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not 1 to 64 of a-z, 0-9, _ and -, such as organic or fan_group")]
pub(crate) struct AcquisitionSourceError;

impl AcquisitionSource {
    /// The source.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AcquisitionSource {
    type Err = AcquisitionSourceError;

    fn from_str(text: &str) -> Result<Self, AcquisitionSourceError> {
        let holds = (1..=64).contains(&text.len())
            && text
                .bytes()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'));
        if holds {
            Ok(Self(text.to_owned()))
        } else {
            Err(AcquisitionSourceError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_short_plain_words() {
        for text in [
            "organic",
            "fan_group",
            "campaign-2026",
            "7",
            &"a".repeat(64),
        ] {
            assert_eq!(text.parse::<AcquisitionSource>().unwrap().as_str(), text);
        }
        for text in [
            "",
            "Organic",
            "fan group",
            "fan/group",
            "a#b",
            "ä",
            &"a".repeat(65),
        ] {
            assert_eq!(
                text.parse::<AcquisitionSource>(),
                Err(AcquisitionSourceError),
                "{text}"
            );
        }
    }
}
