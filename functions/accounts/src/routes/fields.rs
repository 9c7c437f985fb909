//! Fields of requests, read straight into the types that admit only what is valid.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;
use web::{ApiError, Paging};

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

/// The same for a field that may be absent, but not null: null is no value that anything could be
/// set to.
pub(super) fn parsed_if_present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    parsed(deserializer).map(Some)
}

/// The same for a secret: serde's own errors repeat a value of the wrong type, this one never.
pub(super) fn secret<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse().map_err(D::Error::custom),
        _ => Err(D::Error::custom("it is not a text")),
    }
}

/// Where a page begins: after the item whose id the cursor names.
pub(super) fn after<T: FromStr>(paging: &Paging) -> Result<Option<T>, ApiError> {
    paging
        .after
        .as_deref()
        .map(str::parse)
        .transpose()
        .map_err(|_| ApiError::field("cursor", "it is no cursor that this list gave out"))
}
