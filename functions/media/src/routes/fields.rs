//! Fields of requests, read straight into the types that admit only what is valid.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error};

use crate::format::Format;

/// A text that is a `T`.
pub(super) fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

/// A content type of a kind of file that is taken.
pub(super) fn format<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Format, D::Error> {
    let text = String::deserialize(deserializer)?;
    Format::of_content_type(&text)
        .ok_or_else(|| D::Error::custom("files of this content type are not taken"))
}
