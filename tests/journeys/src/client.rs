//! A small HTTP client.

use bytes::Bytes;
use http::HeaderMap;
use http_body_util::{BodyExt, Full};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{Client as Pool, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::Request;

/// Sends requests to one API. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    base: String,
    connections: Connections,
}

/// The ways to a server. Trust is looked up only where somebody speaks TLS.
#[derive(Clone)]
enum Connections {
    Plain(Pool<HttpConnector, Full<Bytes>>),
    Secure(Pool<HttpsConnector<HttpConnector>, Full<Bytes>>),
    /// The machine's certificates cannot be read.
    Untrusting(String),
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

/// Why no answer came.
#[derive(Debug, thiserror::Error)]
#[error("{request}: {cause}")]
pub struct ClientError {
    request: String,
    cause: String,
}

impl Client {
    /// A client of the API at `base`, such as `http://127.0.0.1:3000`.
    pub fn new(base: &str) -> Self {
        let pool = Pool::builder(TokioExecutor::new());
        let connections = if base.starts_with("https:") {
            match HttpsConnectorBuilder::new().with_native_roots() {
                Ok(builder) => {
                    Connections::Secure(pool.build(builder.https_or_http().enable_http1().build()))
                }
                Err(error) => Connections::Untrusting(error.to_string()),
            }
        } else {
            Connections::Plain(pool.build_http())
        };
        Self {
            base: base.trim_end_matches('/').to_owned(),
            connections,
        }
    }

    /// Sends a request and reads the whole answer.
    pub async fn send(&self, request: &Request) -> Result<Answer, ClientError> {
        let failed = |cause: String| ClientError {
            request: format!("{} {}", request.method, request.target),
            cause,
        };
        let url = if request.target.starts_with('/') {
            format!("{}{}", self.base, request.target)
        } else {
            request.target.clone()
        };
        let mut outgoing = http::Request::builder().method(&request.method).uri(url);
        for (name, value) in &request.headers {
            outgoing = outgoing.header(name, value);
        }
        let outgoing = outgoing
            .body(Full::new(request.body.clone()))
            .map_err(|error| failed(error.to_string()))?;
        let response = match &self.connections {
            Connections::Plain(pool) => pool.request(outgoing).await,
            Connections::Secure(pool) => pool.request(outgoing).await,
            Connections::Untrusting(problem) => return Err(failed(problem.clone())),
        };
        let response = response.map_err(|error| failed(error.to_string()))?;
        let (head, body) = response.into_parts();
        let body = body
            .collect()
            .await
            .map_err(|error| failed(error.to_string()))?;
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: body.to_bytes(),
        })
    }
}

impl Answer {
    /// The body as JSON; null if it is none.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// A member of the JSON body that is text, or nothing.
    pub fn text_at(&self, pointer: &str) -> String {
        let json = self.json();
        let member = json.pointer(pointer).and_then(|member| member.as_str());
        member.unwrap_or_default().to_owned()
    }

    /// A member of the JSON body that is a whole number, or 0.
    pub fn number_at(&self, pointer: &str) -> i64 {
        let json = self.json();
        let member = json.pointer(pointer).and_then(|member| member.as_i64());
        member.unwrap_or_default()
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
