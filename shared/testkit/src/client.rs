//! Requests to a function, in the shape in which the gateway sends them.

use std::collections::BTreeMap;

use bytes::Bytes;
use engines::gateway_event::{self, RequestContext};
use http::{HeaderMap, Request};
use platform::serve::{Function, Invocation};
use serde_json::{Value, json};

/// Someone who calls a function.
#[derive(Clone)]
pub struct Client {
    pub(crate) function: Function,
    pub(crate) authorizer: Option<BTreeMap<String, Value>>,
    pub(crate) now_ms: i64,
}

/// A request that is being put together.
pub struct RequestBuilder<'a> {
    client: &'a Client,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Bytes,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl Client {
    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.request("GET", path).send().await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.request("POST", path).json(body).send().await
    }

    /// `PATCH path` with a JSON body.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        self.request("PATCH", path).json(body).send().await
    }

    /// `DELETE path`.
    pub async fn delete(&self, path: &str) -> Answer {
        self.request("DELETE", path).send().await
    }

    /// Any other request.
    pub fn request(&self, method: &str, path: &str) -> RequestBuilder<'_> {
        RequestBuilder {
            client: self,
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: Bytes::new(),
        }
    }
}

impl RequestBuilder<'_> {
    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets a JSON body and its content type.
    pub fn json(mut self, body: Value) -> Self {
        self.body = Bytes::from(body.to_string());
        self.header("content-type", "application/json")
    }

    /// Sets a body as it is.
    pub fn body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Sends the request.
    pub async fn send(self) -> Answer {
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(&self.path)
            .header("host", "local.execute-api.us-east-1.amazonaws.com");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(self.body)
            .expect("the test's request is valid");
        let context = RequestContext {
            request_id: "test-request".to_owned(),
            route_key: "$default".to_owned(),
            source_ip: "203.0.113.7".to_owned(),
            time_epoch_ms: self.client.now_ms,
            authorizer: self.client.authorizer.clone(),
            ..RequestContext::default()
        };
        let event = gateway_event::event_of(&request, &context);
        let answer = self
            .client
            .function
            .invoke(&event, &Invocation::default())
            .await
            .expect("the function handles HTTP");
        let response = gateway_event::response_of(&answer).expect("the answer is a response");
        let (head, body) = response.into_parts();
        Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        }
    }
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("no JSON ({error}): {}", self.text()))
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The code of an error, which must be well-formed problem+json.
    pub fn problem_code(&self) -> String {
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json"),
            "status {}: {}",
            self.status,
            self.text()
        );
        let problem = self.json();
        assert_eq!(problem["status"], json!(self.status));
        for member in ["type", "title", "instance", "request_id"] {
            assert!(
                problem[member].is_string(),
                "{member} is missing: {problem}"
            );
        }
        problem["code"]
            .as_str()
            .expect("a problem has a code")
            .to_owned()
    }
}
