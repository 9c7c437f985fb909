//! Bodies, paths and queries, read into types that admit only what is valid.

use axum::{
    body::Bytes,
    extract::{FromRequest, FromRequestParts, Request},
    http::request::Parts,
    response::{IntoResponse, Response},
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{
    Serialize,
    de::{DeserializeOwned, IgnoredAny},
};

use crate::error::{ApiError, Code};

/// No route but the intake of listens has a reason for more.
const MAX_BODY_BYTES: usize = 256 * 1024;

/// A JSON body in or out. Bodies of more than 256 KiB are refused unless the route says otherwise.
#[derive(Clone, Debug)]
pub struct Json<T>(
    /// The value.
    pub T,
);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, _: &S) -> Result<Self, ApiError> {
        parse_json(&json_body(request).await?).map(Self)
    }
}

async fn json_body(request: Request) -> Result<Bytes, ApiError> {
    require_json(request.headers())?;
    read_body(request, MAX_BODY_BYTES).await
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        written(serde_json::to_vec(&self.0))
    }
}

fn written(json: serde_json::Result<Vec<u8>>) -> Response {
    match json {
        Ok(body) => (
            [(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            )],
            body,
        )
            .into_response(),
        Err(error) => ApiError::internal(error).into_response(),
    }
}

impl<T: Serialize> Json<T> {
    /// The answer to something created.
    pub fn created(self) -> Response {
        (StatusCode::CREATED, self).into_response()
    }
}

/// Reads at most `max_bytes` of a body.
pub async fn read_body(request: Request, max_bytes: usize) -> Result<Bytes, ApiError> {
    let body = Limited::new(request.into_body(), max_bytes);
    match body.collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(ApiError::new(Code::PayloadTooLarge)
            .detail(format!("the body has more than {max_bytes} bytes"))),
        Err(error) => Err(ApiError::new(Code::MalformedRequest).caused_by(error)),
    }
}

/// A body that says it is something else is refused; one that says nothing is taken as JSON.
pub fn require_json(headers: &HeaderMap) -> Result<(), ApiError> {
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return Ok(());
    };
    let essence = value
        .to_str()
        .ok()
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase())
        .unwrap_or_default();
    if essence == "application/json"
        || (essence.starts_with("application/") && essence.ends_with("+json"))
    {
        Ok(())
    } else {
        Err(ApiError::new(Code::UnsupportedMediaType))
    }
}

/// Reads a JSON text: what is no JSON is `malformed_request`, what does not fit is
/// `validation_failed` with a pointer to it.
pub fn parse_json<T: DeserializeOwned>(body: &[u8]) -> Result<T, ApiError> {
    let text = object(body)?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = serde_path_to_error::deserialize(&mut reader);
    let value = value.map_err(|error| misfit(text, &error))?;
    reader.end().map_err(no_json)?;
    Ok(value)
}

/// The text of an object, as far as its beginning shows. A list would be taken for a struct's fields in
/// their order, which nobody means.
fn object(body: &[u8]) -> Result<&str, ApiError> {
    let text = std::str::from_utf8(body).map_err(|error| {
        ApiError::new(Code::MalformedRequest).detail(format!("the body is no UTF-8: {error}"))
    })?;
    if !text.trim_start().starts_with('{') {
        is_json(text)?;
        return Err(ApiError::field("", "it is no object"));
    }
    Ok(text)
}

/// serde_json calls a number in place of an enum's variant a fault of syntax, and a wrong type before
/// broken syntax a fault of data; so what is JSON at all is asked apart.
fn misfit(text: &str, error: &serde_path_to_error::Error<serde_json::Error>) -> ApiError {
    match is_json(text) {
        Ok(()) => ApiError::field(pointer(error.path()), error.inner().to_string()),
        Err(error) => error,
    }
}

fn is_json(text: &str) -> Result<(), ApiError> {
    let any = serde_json::from_str::<IgnoredAny>(text);
    any.map(|_| ()).map_err(no_json)
}

fn no_json(error: serde_json::Error) -> ApiError {
    ApiError::new(Code::MalformedRequest).detail(format!("the body is no JSON: {error}"))
}

fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { variant } => format!("/{variant}"),
            Segment::Unknown => "/".to_owned(),
        })
        .collect()
}

/// The variables of a path. What does not parse names nothing that exists: 404.
#[derive(Clone, Debug)]
pub struct Path<T>(
    /// The variable, or a tuple of them.
    pub T,
);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Path::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|error| ApiError::not_found().caused_by(error))
    }
}

/// The parameters after the question mark.
#[derive(Clone, Debug)]
pub struct Query<T>(
    /// The parameters.
    pub T,
);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        axum::extract::Query::<T>::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|error| ApiError::field("query", error.body_text()))
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "only its parsing matters here")]
        inner: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        #[expect(dead_code, reason = "only its parsing matters here")]
        count: u32,
    }

    fn refusal(body: &[u8]) -> (Code, Vec<String>) {
        let error = parse_json::<Outer>(body).unwrap_err();
        let pointers = error
            .problem("r")
            .errors
            .into_iter()
            .map(|error| error.pointer)
            .collect();
        (error.code(), pointers)
    }

    #[test]
    fn what_does_not_fit_is_pointed_at() {
        let body = br#"{"inner":[{"count":1},{"count":"2"}]}"#;
        let expected = vec!["/inner/1/count".to_owned()];
        assert_eq!(refusal(body), (Code::ValidationFailed, expected));
    }

    #[test]
    fn what_is_no_variant_is_pointed_at_whatever_its_type() {
        #[derive(Debug, Deserialize)]
        #[serde(rename_all = "snake_case")]
        enum Status {
            Open,
        }
        #[derive(Debug, Deserialize)]
        struct Patch {
            #[expect(dead_code, reason = "only its parsing matters here")]
            status: Status,
        }
        for value in ["null", "7", "true", "[]", "\"gone\""] {
            let body = format!(r#"{{"status":{value}}}"#);
            let error = parse_json::<Patch>(body.as_bytes()).unwrap_err();
            assert_eq!(error.code(), Code::ValidationFailed, "{value}");
            assert_eq!(error.problem("r").errors[0].pointer, "/status", "{value}");
        }
        assert!(parse_json::<Patch>(br#"{"status":"open"}"#).is_ok());
    }

    #[test]
    fn an_unknown_field_is_refused() {
        let (code, _) = refusal(br#"{"inner":[],"role":"operator"}"#);
        assert_eq!(code, Code::ValidationFailed);
    }

    #[test]
    fn a_list_is_no_object() {
        assert_eq!(
            refusal(b" [[]]"),
            (Code::ValidationFailed, vec![String::new()])
        );
    }

    #[test]
    fn what_is_no_json_is_malformed() {
        let deep = "[".repeat(100_000);
        for body in [
            &b"{"[..],
            b"",
            b"{\"inner\":1,",
            b"{\"inner\":\"\xff\"}",
            b"{\"inner\":[]} x",
            b"\xff\xfe",
            deep.as_bytes(),
        ] {
            assert_eq!(
                refusal(body).0,
                Code::MalformedRequest,
                "{:?}",
                &body[..body.len().min(20)]
            );
        }
    }
}
