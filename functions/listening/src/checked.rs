//! Texts that must be fit to describe a track, though nothing of them is kept: points depend on
//! time alone. A client whose texts are unfit learns it now, not when they are.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, Unexpected, Visitor},
};

const MAX_NAME_LENGTH: usize = 1_000;

/// A text that `R` admits. It is not there any more, so that reading it allocates nothing.
pub(crate) struct Checked<R>(PhantomData<R>);

/// What a text must be.
pub(crate) trait Rule {
    /// Completes "expected".
    const EXPECTED: &str;

    fn admits(text: &str) -> bool;
}

/// A name of 1 to 1,000 characters.
pub(crate) enum Name {}

/// A MusicBrainz id: a UUID in its usual spelling.
pub(crate) enum Mbid {}

/// An International Standard Recording Code, without hyphens.
pub(crate) enum Isrc {}

impl Rule for Name {
    const EXPECTED: &str = "a text of 1 to 1,000 characters, not blank and without U+0000";

    fn admits(text: &str) -> bool {
        !text.trim().is_empty()
            && !text.contains('\0')
            && text.chars().nth(MAX_NAME_LENGTH).is_none()
    }
}

impl Rule for Mbid {
    const EXPECTED: &str = "a UUID such as b1a9c0e9-d987-4042-ae91-78d6a3267d69";

    fn admits(text: &str) -> bool {
        text.len() == 36
            && text.bytes().enumerate().all(|(place, byte)| match place {
                8 | 13 | 18 | 23 => byte == b'-',
                _ => byte.is_ascii_hexdigit(),
            })
    }
}

impl Rule for Isrc {
    const EXPECTED: &str = "an ISRC without hyphens, such as GBAAA9800322";

    fn admits(text: &str) -> bool {
        text.len() == 12
            && text.bytes().enumerate().all(|(place, byte)| match place {
                0 | 1 => byte.is_ascii_uppercase(),
                2..=4 => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
                _ => byte.is_ascii_digit(),
            })
    }
}

impl<'de, R: Rule> Deserialize<'de> for Checked<R> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text<R>(PhantomData<R>);

        impl<R: Rule> Visitor<'_> for Text<R> {
            type Value = Checked<R>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(R::EXPECTED)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Checked<R>, E> {
                if R::admits(text) {
                    Ok(Checked(PhantomData))
                } else {
                    // The text itself may have a megabyte, and is not told back.
                    Err(E::invalid_value(Unexpected::Other("another text"), &self))
                }
            }
        }

        deserializer.deserialize_str(Text(PhantomData))
    }
}
