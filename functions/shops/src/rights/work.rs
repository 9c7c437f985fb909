//! Works: compositions, and who wrote them.

use std::{fmt, str::FromStr};

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::text::{Name, Title};

/// A composition, as it was registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Work {
    pub(crate) id: Id<kind::Work>,
    /// Who registered it, and so holds the rights.
    pub(crate) holder: Id<kind::Organization>,
    pub(crate) title: Title,
    pub(crate) writers: Vec<Writer>,
    pub(crate) iswc: Option<Iswc>,
    pub(crate) registered_at: Timestamp,
}

/// Someone who wrote a work, or a part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Writer {
    /// One line of 1 to 100 characters.
    #[schema(value_type = String, example = "Lin Yi", min_length = 1, max_length = 100)]
    pub(crate) name: Name,
    /// What of it.
    pub(crate) role: WriterRole,
}

/// What a writer wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WriterRole {
    /// The music.
    Composer,
    /// The words.
    Lyricist,
    /// Music and words.
    ComposerLyricist,
    /// An arrangement of the music.
    Arranger,
    /// A translation of the words.
    Translator,
}

/// An International Standard Musical Work Code (ISO 15707), such as `T-034.524.680-1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Iswc(u32);

/// A text that is no code of a work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum IswcError {
    /// It has another form.
    #[error("it does not have the form T-123.456.789-0 or T1234567890")]
    Form,
    /// A digit was mistyped.
    #[error("its check digit is not right")]
    CheckDigit,
}

impl Iswc {
    /// ISO 15707: one plus each digit times its place, made up to a multiple of ten.
    fn check_digit(work: u32) -> u32 {
        let mut sum = 1;
        let mut rest = work;
        for place in (1..=9).rev() {
            sum += place * (rest % 10);
            rest /= 10;
        }
        (10 - sum % 10) % 10
    }
}

impl FromStr for Iswc {
    type Err = IswcError;

    fn from_str(text: &str) -> Result<Self, IswcError> {
        let rest = text.strip_prefix('T').ok_or(IswcError::Form)?;
        let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
        let number: u64 = digits.parse().map_err(|_| IswcError::Form)?;
        let work = u32::try_from(number / 10).map_err(|_| IswcError::Form)?;
        let iswc = Self(work);
        let pointed = iswc.to_string();
        // The punctuation is all there or not at all; the check digit may differ, to be named below.
        let before_check = |text: &str| text.as_bytes().split_last().map(|(_, rest)| rest.to_vec());
        let has_form = |form: &str| before_check(form) == before_check(text);
        let bare = pointed.replace(['-', '.'], "");
        if digits.len() != 10
            || !text.ends_with(|last: char| last.is_ascii_digit())
            || !(has_form(&pointed) || has_form(&bare))
        {
            return Err(IswcError::Form);
        }
        if number % 10 != u64::from(Self::check_digit(work)) {
            return Err(IswcError::CheckDigit);
        }
        Ok(iswc)
    }
}

impl fmt::Display for Iswc {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (millions, thousands, ones) =
            (self.0 / 1_000_000, self.0 / 1_000 % 1_000, self.0 % 1_000);
        let check = Self::check_digit(self.0);
        write!(
            formatter,
            "T-{millions:03}.{thousands:03}.{ones:03}-{check}"
        )
    }
}

impl TryFrom<String> for Iswc {
    type Error = IswcError;

    fn try_from(text: String) -> Result<Self, IswcError> {
        text.parse()
    }
}

impl From<Iswc> for String {
    fn from(iswc: Iswc) -> Self {
        iswc.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn published_codes_are_read_and_written_in_one_form() {
        // The example of ISO 15707 and the first code that was ever given out.
        for (text, written) in [
            ("T-034.524.680-1", "T-034.524.680-1"),
            ("T0345246801", "T-034.524.680-1"),
            ("T-000.000.001-0", "T-000.000.001-0"),
        ] {
            assert_eq!(text.parse::<Iswc>().unwrap().to_string(), written);
        }
    }

    #[test]
    fn another_form_or_a_mistyped_digit_is_refused() {
        for text in [
            "",
            "T",
            "T-",
            "034.524.680-1",
            "t-034.524.680-1",
            "T-034.524.6801",
            "T-34.524.680-1",
            "T-0034.524.680-1",
            "T03452468011",
            "T-034.524.680-",
            "T-034.524.680-x",
            "T-034524680-1",
            " T0345246801",
            "T0345246801 ",
            "T-034.524.68٠-1",
            "T-034.524.680-é",
            "T99999999999",
        ] {
            assert_eq!(text.parse::<Iswc>(), Err(IswcError::Form), "{text}");
        }
        assert_eq!(
            "T-034.524.680-2".parse::<Iswc>(),
            Err(IswcError::CheckDigit)
        );
        assert_eq!(
            "T-034.524.681-1".parse::<Iswc>(),
            Err(IswcError::CheckDigit)
        );
    }

    proptest! {
        #[test]
        fn every_code_survives_its_text(work in 0..1_000_000_000_u32) {
            let iswc = Iswc(work);
            prop_assert_eq!(iswc.to_string().parse(), Ok(iswc));
            prop_assert_eq!(iswc.to_string().replace(['-', '.'], "").parse(), Ok(iswc));
        }

        #[test]
        fn no_text_makes_the_parser_panic(text in "T?[-.0-9é٠]{0,14}.{0,2}") {
            let _ = text.parse::<Iswc>();
        }
    }
}
