//! Answers in the shape of AWS's JSON protocols.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use serde_json::json;

/// The answer `body` with `status`.
pub(crate) fn json(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(
        CONTENT_TYPE,
        HeaderValue::from_static("application/x-amz-json-1.0"),
    );
    response
}

/// The refusal `code`, with a text for people.
pub(crate) fn refusal(code: &str, message: &str) -> Response<Bytes> {
    let body = json!({ "__type": code, "message": message });
    json(StatusCode::BAD_REQUEST, body.to_string())
}

/// AWS's answer to an operation that does not exist; here also to those that no engine has.
pub(crate) fn unknown_operation(target: &str) -> Response<Bytes> {
    refusal(
        "UnknownOperationException",
        &format!("{target} is not an operation of the embedded engines"),
    )
}

/// The answer where an engine itself broke; clients retry it, as they do on AWS.
pub(crate) fn internal_failure(message: &str) -> Response<Bytes> {
    let body = json!({ "__type": "InternalServerError", "message": message });
    json(StatusCode::INTERNAL_SERVER_ERROR, body.to_string())
}
