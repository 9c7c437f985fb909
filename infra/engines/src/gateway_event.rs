//! The event that API Gateway makes of an HTTP request (payload format 2.0), and the response it
//! makes of a function's answer.
//!
//! Faithful where a function could notice: header names in lower case, repeated headers and query
//! parameters joined by commas, cookies in an array of their own, the raw path still encoded, bodies
//! that are no text in base64.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header, request::Parts};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the gateway knows about a request besides its HTTP.
#[derive(Clone, Debug, Default)]
pub struct RequestContext {
    /// Names the request.
    pub request_id: String,
    /// Which route matched, such as `ANY /v1/orders/{proxy+}` or `$default`.
    pub route_key: String,
    /// The variables of the route's path, decoded.
    pub path_parameters: BTreeMap<String, String>,
    /// The caller's address.
    pub source_ip: String,
    /// When the request came, in milliseconds since 1970.
    pub time_epoch_ms: i64,
    /// The authorizer's context; `None` on public routes.
    pub authorizer: Option<BTreeMap<String, Value>>,
}

/// The event for `request`, as JSON text.
pub fn event_of(request: &Request<Bytes>, context: &RequestContext) -> String {
    let (head, body) = (request, request.body());
    let mut event = json!({
        "version": "2.0",
        "routeKey": context.route_key,
        "rawPath": head.uri().path(),
        "rawQueryString": head.uri().query().unwrap_or_default(),
        "headers": joined_headers(head.headers()),
        "requestContext": {
            "accountId": crate::template::ACCOUNT_ID,
            "apiId": crate::template::API_ID,
            "domainName": host(head.headers()),
            "domainPrefix": crate::template::API_ID,
            "http": {
                "method": head.method().as_str(),
                "path": head.uri().path(),
                "protocol": "HTTP/1.1",
                "sourceIp": context.source_ip,
                "userAgent": text(head.headers(), &header::USER_AGENT),
            },
            "requestId": context.request_id,
            "routeKey": context.route_key,
            "stage": "$default",
            "timeEpoch": context.time_epoch_ms,
        },
        "isBase64Encoded": false,
    });
    let cookies: Vec<&str> = head
        .headers()
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split("; "))
        .collect();
    if !cookies.is_empty() {
        event["cookies"] = json!(cookies);
    }
    let query = query_parameters(head.uri().query().unwrap_or_default());
    if !query.is_empty() {
        event["queryStringParameters"] = json!(query);
    }
    if !context.path_parameters.is_empty() {
        event["pathParameters"] = json!(context.path_parameters);
    }
    if let Some(authorizer) = &context.authorizer {
        event["requestContext"]["authorizer"] = json!({ "lambda": authorizer });
    }
    if !body.is_empty() {
        match std::str::from_utf8(body) {
            Ok(text) => event["body"] = json!(text),
            Err(_) => {
                event["body"] = json!(STANDARD.encode(body));
                event["isBase64Encoded"] = json!(true);
            }
        }
    }
    event.to_string()
}

/// The question that the gateway asks an authorizer about the request (payload format 2.0).
pub fn authorizer_event_of(
    request: &Parts,
    context: &RequestContext,
    identity_source: &[String],
) -> String {
    json!({
        "version": "2.0",
        "type": "REQUEST",
        "routeArn": format!(
            "arn:aws:execute-api:{}:{}:{}/$default/{}{}",
            crate::template::REGION,
            crate::template::ACCOUNT_ID,
            crate::template::API_ID,
            request.method,
            request.uri.path(),
        ),
        "identitySource": identity_source,
        "routeKey": context.route_key,
        "rawPath": request.uri.path(),
        "rawQueryString": request.uri.query().unwrap_or_default(),
        "headers": joined_headers(&request.headers),
        "requestContext": {
            "http": {
                "method": request.method.as_str(),
                "path": request.uri.path(),
                "sourceIp": context.source_ip,
            },
            "requestId": context.request_id,
            "routeKey": context.route_key,
            "stage": "$default",
            "timeEpoch": context.time_epoch_ms,
        },
    })
    .to_string()
}

#[derive(Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    status_code: u16,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    multi_value_headers: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    cookies: Vec<String>,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    is_base64_encoded: bool,
}

/// The response that the gateway makes of a function's answer, or why it cannot: then it answers
/// 500 itself.
pub fn response_of(answer: &str) -> Result<Response<Bytes>, String> {
    let answer: Answer =
        serde_json::from_str(answer).map_err(|error| format!("it is no response: {error}"))?;
    let body = answer.body.unwrap_or_default();
    let body = if answer.is_base64_encoded {
        let bytes = STANDARD
            .decode(body)
            .map_err(|error| format!("its body is not base64: {error}"))?;
        Bytes::from(bytes)
    } else {
        Bytes::from(body)
    };
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::from_u16(answer.status_code)
        .map_err(|_| format!("{} is no status", answer.status_code))?;
    let single = answer.headers.into_iter();
    let multiple = answer
        .multi_value_headers
        .into_iter()
        .flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value)));
    let cookies = answer
        .cookies
        .into_iter()
        .map(|cookie| ("set-cookie".to_owned(), cookie));
    for (name, value) in single.chain(cookies) {
        append(&mut response, &name, &value)?;
    }
    for (name, value) in multiple {
        // Frameworks repeat a single value in both maps.
        let known = response.headers().get_all(name.as_str());
        if !known
            .iter()
            .any(|known| known.as_bytes() == value.as_bytes())
        {
            append(&mut response, &name, &value)?;
        }
    }
    Ok(response)
}

fn append(response: &mut Response<Bytes>, name: &str, value: &str) -> Result<(), String> {
    let name: HeaderName = name
        .parse()
        .map_err(|_| format!("{name:?} is no header name"))?;
    let value = HeaderValue::from_str(value).map_err(|_| format!("{name} has a bad value"))?;
    response.headers_mut().append(name, value);
    Ok(())
}

fn joined_headers(headers: &http::HeaderMap) -> BTreeMap<&str, String> {
    let mut joined: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in headers {
        if name == header::COOKIE {
            continue;
        }
        // Bytes outside ASCII reach a function as Latin-1 text.
        let value: String = value
            .as_bytes()
            .iter()
            .map(|byte| char::from(*byte))
            .collect();
        joined
            .entry(name.as_str())
            .and_modify(|known| {
                known.push(',');
                known.push_str(&value);
            })
            .or_insert(value);
    }
    joined
}

fn query_parameters(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decode(value);
        parameters
            .entry(decode(name))
            .and_modify(|known| {
                known.push(',');
                known.push_str(&value);
            })
            .or_insert(value);
    }
    parameters
}

/// Decodes percent signs and, as a query has them, plus signs; leaves what is malformed as it is.
pub fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut index = 0;
    while let Some(&byte) = bytes.get(index) {
        let code = (byte == b'%')
            .then(|| bytes.get(index + 1..index + 3))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(code) => {
                decoded.push(code);
                index += 3;
            }
            None => {
                decoded.push(if byte == b'+' { b' ' } else { byte });
                index += 1;
            }
        }
    }
    String::from_utf8_lossy(&decoded).into_owned()
}

fn host(headers: &http::HeaderMap) -> String {
    text(headers, &header::HOST)
}

fn text(headers: &http::HeaderMap, name: &HeaderName) -> String {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
        .to_owned()
}
