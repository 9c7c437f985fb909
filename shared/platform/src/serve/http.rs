//! HTTP: an API Gateway event (payload format 2.0) through an axum router and back.
//!
//! Source: <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>.

use std::{
    borrow::Cow,
    collections::{BTreeMap, btree_map},
};

use axum::body::Body;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri,
    header::{COOKIE, HOST, SET_COOKIE},
    response::Parts,
    uri::{Authority, PathAndQuery, Scheme},
};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize, de::Error as _};
use tower::ServiceExt as _;

use super::{Invocation, InvokeError, answer};
use crate::presign::percent_encoded;

/// What a path or a query may hold as it is: what RFC 3986 allows them, and what is encoded already.
/// A query holds `?`, too.
const IN_URI: &[u8] = b"-._~!$&'()*+,;=:@/%";

/// What the gateway says about a request besides its HTTP: an extension of every request.
#[derive(Clone, Debug, Default)]
pub struct RequestInfo {
    /// Names the request in logs and in every error.
    pub request_id: String,
    /// The caller's address, as the gateway saw it.
    pub source_ip: String,
    /// What the authorizer handed on; empty on public routes.
    pub authorizer: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpEvent<'a> {
    #[serde(borrow)]
    raw_path: Cow<'a, str>,
    #[serde(borrow, default)]
    raw_query_string: Cow<'a, str>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    cookies: Vec<String>,
    request_context: Context,
    #[serde(borrow, default)]
    body: Option<Cow<'a, str>>,
    #[serde(default)]
    is_base64_encoded: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    http: HttpContext,
    request_id: Option<String>,
    authorizer: Option<Authorizer>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HttpContext {
    method: String,
    source_ip: Option<String>,
}

#[derive(Deserialize)]
struct Authorizer {
    lambda: Option<BTreeMap<String, serde_json::Value>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct HttpAnswer<'a> {
    status_code: u16,
    headers: BTreeMap<&'a str, Cow<'a, str>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    cookies: Vec<Cow<'a, str>>,
    body: Cow<'a, str>,
    is_base64_encoded: bool,
}

pub(super) async fn handle(
    router: axum::Router,
    payload: &str,
    invocation: &Invocation,
) -> Result<String, InvokeError> {
    let event: HttpEvent<'_> = serde_json::from_str(payload).map_err(InvokeError::UnknownShape)?;
    let request = event.request(invocation);
    let request = request.map_err(InvokeError::UnknownShape)?;
    let (head, body) = match router.oneshot(request).await {
        Ok(response) => Response::into_parts(response),
        Err(never) => match never {},
    };
    match body.collect().await {
        Ok(body) => answer(&HttpAnswer::of(&head, &body.to_bytes())),
        Err(error) => {
            tracing::error!(error = error.to_string(), "the answer broke off");
            let mut head = Response::new(()).into_parts().0;
            head.status = StatusCode::INTERNAL_SERVER_ERROR;
            answer(&HttpAnswer::of(&head, &Bytes::new()))
        }
    }
}

impl HttpEvent<'_> {
    fn request(self, invocation: &Invocation) -> Result<Request<Body>, serde_json::Error> {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 1);
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).map_err(serde_json::Error::custom)?;
            headers.insert(name, header_value(value)?);
        }
        if !self.cookies.is_empty() {
            headers.insert(COOKIE, header_value(&self.cookies.join("; "))?);
        }
        let body = match self.body {
            Some(text) if self.is_base64_encoded => {
                let bytes = STANDARD.decode(text.as_bytes());
                Body::from(bytes.map_err(serde_json::Error::custom)?)
            }
            Some(text) => Body::from(text.into_owned()),
            None => Body::empty(),
        };
        let context = self.request_context;
        let method = Method::try_from(context.http.method.as_str());

        let mut request = Request::new(body);
        *request.method_mut() = method.map_err(serde_json::Error::custom)?;
        *request.uri_mut() = uri(&headers, &self.raw_path, &self.raw_query_string)?;
        *request.headers_mut() = headers;
        request.extensions_mut().insert(RequestInfo {
            request_id: context
                .request_id
                .unwrap_or_else(|| invocation.request_id.clone()),
            source_ip: context.http.source_ip.unwrap_or_default(),
            authorizer: context
                .authorizer
                .and_then(|authorizer| authorizer.lambda)
                .into_iter()
                .flatten()
                .filter_map(|(name, value)| match value {
                    serde_json::Value::String(value) => Some((name, value)),
                    _ => None,
                })
                .collect(),
        });
        Ok(request)
    }
}

fn header_value(value: &str) -> Result<HeaderValue, serde_json::Error> {
    HeaderValue::from_bytes(value.as_bytes()).map_err(serde_json::Error::custom)
}

/// The address that was called: whole if the headers say where, else from the path on. Nothing in the
/// path is resolved: routes and rights were decided by what stands there.
fn uri(headers: &HeaderMap, path: &str, query: &str) -> Result<Uri, serde_json::Error> {
    let mut target = percent_encoded(path, IN_URI);
    if !target.starts_with('/') {
        target.insert(0, '/');
    }
    if !query.is_empty() {
        target.push('?');
        target.push_str(&percent_encoded(query, &[IN_URI, b"?"].concat()));
    }
    let mut parts = http::uri::Parts::default();
    let target = PathAndQuery::try_from(target).map_err(serde_json::Error::custom)?;
    parts.path_and_query = Some(target);
    let host = headers.get(HOST).map(HeaderValue::as_bytes);
    parts.authority = host.and_then(|host| Authority::try_from(host).ok());
    if parts.authority.is_some() {
        let in_the_clear = headers
            .get("x-forwarded-proto")
            .is_some_and(|protocol| protocol == "http");
        parts.scheme = Some(if in_the_clear {
            Scheme::HTTP
        } else {
            Scheme::HTTPS
        });
    }
    Uri::from_parts(parts).map_err(serde_json::Error::custom)
}

impl<'a> HttpAnswer<'a> {
    /// What is no text goes in base64; header fields that stand several times, joined by commas.
    fn of(head: &'a Parts, body: &'a Bytes) -> Self {
        let mut headers = BTreeMap::<&str, Cow<'_, str>>::new();
        let mut cookies = Vec::new();
        for (name, value) in &head.headers {
            let value = String::from_utf8_lossy(value.as_bytes());
            if name == SET_COOKIE {
                cookies.push(value);
                continue;
            }
            match headers.entry(name.as_str()) {
                btree_map::Entry::Vacant(entry) => {
                    entry.insert(value);
                }
                btree_map::Entry::Occupied(mut entry) => {
                    let joined = entry.get_mut().to_mut();
                    joined.push_str(", ");
                    joined.push_str(&value);
                }
            }
        }
        let text = std::str::from_utf8(body);
        Self {
            status_code: head.status.as_u16(),
            headers,
            cookies,
            is_base64_encoded: text.is_err(),
            body: text.map_or_else(|_| Cow::Owned(STANDARD.encode(body)), Cow::Borrowed),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn request(event: &Value) -> Result<Request<Body>, serde_json::Error> {
        let text = event.to_string();
        let event: HttpEvent<'_> = serde_json::from_str(&text)?;
        event.request(&Invocation {
            request_id: "of-the-invocation".to_owned(),
        })
    }

    fn event(path: &str, query: &str) -> Value {
        json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": query,
            "headers": { "host": "api.example:8443", "x-name": "Mei" },
            "requestContext": { "http": { "method": "GET", "sourceIp": "192.0.2.7" } },
            "isBase64Encoded": false,
        })
    }

    #[test]
    fn an_address_arrives_as_it_was_called() {
        let uri = |path, query| request(&event(path, query)).unwrap().uri().to_string();
        assert_eq!(
            uri("/v1/a%20b/%2E%2e/c", "q=%3F&q=2?"),
            "https://api.example:8443/v1/a%20b/%2E%2e/c?q=%3F&q=2?"
        );
        // Nothing is resolved, and nothing becomes a query that was none.
        assert_eq!(uri("/a/../b", ""), "https://api.example:8443/a/../b");
        assert_eq!(
            uri("/a?b#c d\u{e9}", "\"<x>\""),
            "https://api.example:8443/a%3Fb%23c%20d%C3%A9?%22%3Cx%3E%22"
        );
        assert_eq!(uri("", ""), "https://api.example:8443/");
    }

    #[test]
    fn a_host_that_is_none_is_left_out() {
        let mut event = event("/v1/me", "");
        event["headers"] = json!({ "host": "not a host", "x-forwarded-proto": "http" });
        assert_eq!(request(&event).unwrap().uri(), "/v1/me");
        event["headers"] = json!({ "host": "127.0.0.1:3000", "x-forwarded-proto": "http" });
        assert_eq!(
            request(&event).unwrap().uri(),
            "http://127.0.0.1:3000/v1/me"
        );
    }

    #[tokio::test]
    async fn headers_cookies_and_both_kinds_of_body_arrive() {
        let mut event = event("/", "");
        event["cookies"] = json!(["a=1", "b=2"]);
        event["headers"]["x-name"] = json!("Mé");
        event["body"] = json!("{\"a\":\"\u{e9}\"}");
        let (head, body) = request(&event).unwrap().into_parts();
        assert_eq!(head.headers["cookie"], "a=1; b=2");
        assert_eq!(head.headers["x-name"].as_bytes(), "Mé".as_bytes());
        let body = body.collect().await.unwrap().to_bytes();
        assert_eq!(body, "{\"a\":\"\u{e9}\"}");

        event["body"] = json!("AP8=");
        event["isBase64Encoded"] = json!(true);
        let body = request(&event).unwrap().into_body();
        assert_eq!(body.collect().await.unwrap().to_bytes(), &[0, 255][..]);
        event["body"] = json!("no base64");
        assert!(request(&event).is_err());
    }

    #[test]
    fn what_the_authorizer_says_arrives_as_far_as_it_is_text() {
        let info = |event: &Value| {
            let request = request(event).unwrap();
            request.extensions().get::<RequestInfo>().unwrap().clone()
        };
        let mut event = event("/", "");
        let bare = info(&event);
        assert_eq!(bare.request_id, "of-the-invocation");
        assert_eq!(bare.source_ip, "192.0.2.7");
        assert!(bare.authorizer.is_empty());
        event["requestContext"]["requestId"] = json!("of-the-gateway");
        event["requestContext"]["authorizer"] = json!({ "lambda": { "account": "a", "n": 1 } });
        let full = info(&event);
        assert_eq!(full.request_id, "of-the-gateway");
        assert_eq!(
            full.authorizer,
            BTreeMap::from([("account".into(), "a".into())])
        );
        event["requestContext"]["authorizer"] = json!({ "lambda": null });
        assert!(info(&event).authorizer.is_empty());
    }

    #[test]
    fn an_answer_is_text_or_base64_with_its_cookies_apart() {
        let head = Response::builder()
            .status(201)
            .header("vary", "origin")
            .header("vary", "accept")
            .header("set-cookie", "a=1")
            .header("set-cookie", "b=2");
        let head = head.body(()).unwrap().into_parts().0;
        let body = Bytes::from_static(b"text");
        let answer = serde_json::to_value(HttpAnswer::of(&head, &body)).unwrap();
        assert_eq!(
            answer,
            json!({
                "statusCode": 201,
                "headers": { "vary": "origin, accept" },
                "cookies": ["a=1", "b=2"],
                "body": "text",
                "isBase64Encoded": false,
            })
        );
        let body = Bytes::from_static(&[0, 255]);
        let answer = serde_json::to_value(HttpAnswer::of(&head, &body)).unwrap();
        assert_eq!(answer["body"], "AP8=");
        assert_eq!(answer["isBase64Encoded"], true);
    }
}
