//! Fields of requests, read straight into the types that admit only what is valid: what serde's
//! `deserialize_with` names.

use std::{fmt::Display, str::FromStr};

use serde::{Deserialize, Deserializer, de::Error};
use serde_json::Value;

/// A field that may be absent but not null, since null is no value that it could have.
pub fn if_present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A field that may be absent, which leaves it as it is, or null, which empties it.
pub fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// A text that is a `T`.
pub fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    String::deserialize(deserializer)?
        .parse()
        .map_err(D::Error::custom)
}

/// The same for a field that may be absent, but not null.
pub fn parsed_if_present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    parsed(deserializer).map(Some)
}

/// A secret text: serde's own errors repeat a value of the wrong type, this one never.
pub fn secret<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: Display>,
{
    match Value::deserialize(deserializer)? {
        Value::String(text) => text.parse().map_err(D::Error::custom),
        _ => Err(D::Error::custom("it is not a text")),
    }
}
