//! What the gateway itself refuses.
//!
//! On AWS such an answer is `{"message": …}` and cannot be changed. Here it carries that member too,
//! and beside it the members of our problem documents, so that a client which knows only those is
//! not left without a code. (`README.md` of this crate names the difference.)

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde_json::{Value, json};
use web::{ApiError, Code};

/// A refusal and AWS's word for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request is not one that the gateway passes on.
    Malformed,
    /// The header that identifies the caller is missing.
    Unauthorized,
    /// The authorizer denied.
    Forbidden,
    /// No route.
    NotFound,
    /// More than a request may carry.
    TooLarge,
    /// The function failed or its answer was none.
    Failed,
    /// The function took too long.
    TimedOut,
}

impl Refusal {
    fn parts(self) -> (Code, StatusCode, &'static str) {
        match self {
            Self::Malformed => (
                Code::MalformedRequest,
                StatusCode::BAD_REQUEST,
                "Bad Request",
            ),
            Self::Unauthorized => (
                Code::Unauthenticated,
                StatusCode::UNAUTHORIZED,
                "Unauthorized",
            ),
            Self::Forbidden => (Code::Forbidden, StatusCode::FORBIDDEN, "Forbidden"),
            Self::NotFound => (Code::NotFound, StatusCode::NOT_FOUND, "Not Found"),
            Self::TooLarge => (
                Code::PayloadTooLarge,
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request Entity Too Large",
            ),
            Self::Failed => (
                Code::Internal,
                StatusCode::INTERNAL_SERVER_ERROR,
                "Internal Server Error",
            ),
            Self::TimedOut => (
                Code::Unavailable,
                StatusCode::SERVICE_UNAVAILABLE,
                "Service Unavailable",
            ),
        }
    }

    /// The answer to the request that `request_id` names.
    pub(crate) fn respond(self, request_id: &str) -> Response<Bytes> {
        let (code, status, message) = self.parts();
        let mut body =
            serde_json::to_value(ApiError::new(code).problem(request_id)).unwrap_or(Value::Null);
        body["message"] = json!(message);
        let mut response = Response::new(Bytes::from(body.to_string()));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self == Self::Unauthorized {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
