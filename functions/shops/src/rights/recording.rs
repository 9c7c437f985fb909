//! Recordings: the sound of a work, by those who play it.

use std::{fmt, str::FromStr};

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::text::{Name, Title};

/// A sound recording, as it was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recording {
    pub(crate) id: Id<kind::Recording>,
    /// Who registered it, and so holds the rights.
    pub(crate) holder: Id<kind::Organization>,
    /// What is played.
    pub(crate) work: Id<kind::Work>,
    pub(crate) title: Title,
    pub(crate) artists: Vec<Name>,
    pub(crate) play_time: PlayTime,
    pub(crate) isrc: Option<Isrc>,
    pub(crate) registered_at: Timestamp,
}

/// How long a recording lasts: 1 ms to a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub(crate) struct PlayTime(u32);

/// A number of milliseconds that no recording lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a recording lasts 1 to {MAX_PLAY_TIME_MS} ms")]
pub(crate) struct PlayTimeError;

/// An International Standard Recording Code (ISO 3901), such as `USRC17607839`: who gave it out, the
/// year, and five digits. It has no check digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Isrc(String);

/// A text that is no code of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it does not have the form US-RC1-76-07839 or USRC17607839")]
pub(crate) struct IsrcError;

const MAX_PLAY_TIME_MS: u32 = 24 * 60 * 60 * 1_000;

impl PlayTime {
    /// The milliseconds.
    pub(crate) fn as_ms(self) -> u32 {
        self.0
    }
}

impl TryFrom<u32> for PlayTime {
    type Error = PlayTimeError;

    fn try_from(ms: u32) -> Result<Self, PlayTimeError> {
        if (1..=MAX_PLAY_TIME_MS).contains(&ms) {
            Ok(Self(ms))
        } else {
            Err(PlayTimeError)
        }
    }
}

impl From<PlayTime> for u32 {
    fn from(time: PlayTime) -> Self {
        time.0
    }
}

impl FromStr for Isrc {
    type Err = IsrcError;

    fn from_str(text: &str) -> Result<Self, IsrcError> {
        let parts: Vec<_> = text.split('-').collect();
        let bare = match parts.as_slice() {
            [bare] => (*bare).to_owned(),
            [country, registrant, year, designation]
                if [
                    country.len(),
                    registrant.len(),
                    year.len(),
                    designation.len(),
                ] == [2, 3, 2, 5] =>
            {
                parts.concat()
            }
            _ => return Err(IsrcError),
        };
        let fits = |(place, byte): (usize, u8)| match place {
            0 | 1 => byte.is_ascii_uppercase(),
            2..=4 => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            _ => byte.is_ascii_digit(),
        };
        if bare.len() == 12 && bare.bytes().enumerate().all(fits) {
            Ok(Self(bare))
        } else {
            Err(IsrcError)
        }
    }
}

impl fmt::Display for Isrc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Isrc {
    type Error = IsrcError;

    fn try_from(text: String) -> Result<Self, IsrcError> {
        text.parse()
    }
}

impl From<Isrc> for String {
    fn from(isrc: Isrc) -> Self {
        isrc.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_read_with_hyphens_and_without_and_kept_without() {
        for text in ["US-RC1-76-07839", "USRC17607839"] {
            assert_eq!(text.parse::<Isrc>().unwrap().to_string(), "USRC17607839");
        }
    }

    #[test]
    fn another_form_is_refused() {
        for text in [
            "",
            "usrc17607839",
            "USRC1760783",
            "USRC176078390",
            "US-RC17607839",
            "USR-C1-76-07839",
            "US-RC1-76-0783X",
            "1SRC17607839",
            "US_RC1_76_07839",
            "US-RC1-7６-07839",
            " USRC17607839",
        ] {
            assert_eq!(text.parse::<Isrc>(), Err(IsrcError), "{text}");
        }
    }

    #[test]
    fn a_recording_lasts_some_time_but_not_for_ever() {
        for ms in [0, MAX_PLAY_TIME_MS + 1] {
            assert_eq!(PlayTime::try_from(ms), Err(PlayTimeError));
        }
        assert_eq!(PlayTime::try_from(1).map(PlayTime::as_ms), Ok(1));
    }

    proptest! {
        #[test]
        fn every_code_survives_its_text(text in "[A-Z]{2}[A-Z0-9]{3}[0-9]{7}") {
            prop_assert_eq!(text.parse::<Isrc>().unwrap().to_string(), text);
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in ".{0,20}") {
            let _ = text.parse::<Isrc>();
        }
    }
}
