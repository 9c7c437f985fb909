//! Fields and cursors of requests.

use std::str::FromStr;

use serde::{Deserialize, Deserializer};
use web::{ApiError, Paging};

/// A field that may be absent but not null, since null is no value that it could have.
pub(super) fn if_present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(deserializer).map(Some)
}

/// A field that may be absent, which leaves it as it is, or null, which empties it.
pub(super) fn nullable<'de, D, T>(deserializer: D) -> Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

/// Where a page begins, in the words of its list.
pub(super) fn after<T: FromStr>(paging: &Paging) -> Result<Option<T>, ApiError> {
    let after = paging.after.as_deref().map(str::parse).transpose();
    after.map_err(|_| ApiError::field("cursor", "it is no cursor that this list gave out"))
}
