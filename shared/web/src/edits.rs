//! Versions of what can be edited: `ETag` and `If-Match`.

use axum::{
    extract::FromRequestParts,
    http::request::Parts,
    response::{IntoResponse, Response},
};
use http::{HeaderValue, header};

use crate::error::{ApiError, Code};

/// The version that a caller's edit is based on, if it says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(
    /// The version; `None` edits whatever is there.
    pub Option<u64>,
);

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else {
            return Ok(Self(None));
        };
        if value == "*" {
            return Ok(Self(None));
        }
        value
            .to_str()
            .ok()
            .and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok())
            .map(|version| Self(Some(version)))
            .ok_or_else(|| {
                ApiError::new(Code::PreconditionFailed)
                    .detail("If-Match is not an ETag that this resource gave out")
            })
    }
}

/// Adds the resource's version to a response as its `ETag`.
pub fn with_version(version: u64, response: impl IntoResponse) -> Response {
    let mut response = response.into_response();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{version}\"")) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}
