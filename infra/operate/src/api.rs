//! The API, as an operator who is signed in.

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use jiff::{SignedDuration, Timestamp};
use platform::{Outbound, OutboundError, OutboundLimits};
use ring::digest::{Context, SHA256};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    address::Address,
    session::{Session, SessionError, SessionFile},
};

const LIMITS: OutboundLimits = OutboundLimits {
    timeout_ms: 30_000,
    max_response_bytes: 4 * 1024 * 1024,
};
/// An access token that ends so soon is not used any more: it could end on its way.
const SPARE: SignedDuration = SignedDuration::from_secs(30);
/// The header of an answer that was given before.
const REPLAYED: &str = "idempotent-replayed";

/// The API.
pub struct Api {
    outbound: Outbound,
    file: SessionFile,
    session: Session,
}

/// Why the API did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Who is signed in cannot be found out or kept.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// It refused.
    #[error("{}", .0.sentence())]
    Refused(Box<Problem>),
    /// No answer came, or not one of the API's.
    #[error("{0}")]
    NoAnswer(String),
}

/// What the API says when it refuses.
#[derive(Debug, Deserialize)]
pub struct Problem {
    /// The stable code.
    pub code: String,
    title: String,
    status: u16,
    detail: Option<String>,
    request_id: String,
    #[serde(default)]
    errors: Vec<FieldProblem>,
}

#[derive(Debug, Deserialize)]
struct FieldProblem {
    pointer: String,
    detail: String,
}

/// What the API says when it does what was asked.
#[derive(Debug)]
pub struct Answer {
    /// The body; null if there is none.
    pub body: Value,
    /// Whether it is the answer to the same request from before, and nothing new was done.
    pub is_replayed: bool,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    refresh_token: String,
    expires_in: i64,
}

impl Problem {
    /// What is special about this refusal, or else what is true of all of its kind.
    #[must_use]
    pub fn why(&self) -> &str {
        self.detail.as_deref().unwrap_or(&self.title)
    }

    fn sentence(&self) -> String {
        let mut sentence = format!("{} ({}", self.title, self.code);
        if let Some(detail) = &self.detail {
            sentence += &format!(": {detail}");
        }
        for error in &self.errors {
            sentence += &format!("; {}: {}", error.pointer, error.detail);
        }
        sentence + &format!("; request {})", self.request_id)
    }
}

impl Api {
    /// Signs in at an address and keeps the session.
    ///
    /// # Errors
    /// [`ApiError`] if the API refuses or does not answer.
    pub async fn sign_in(
        file: SessionFile,
        address: &Address,
        email: &str,
        password: &str,
    ) -> Result<(), ApiError> {
        let outbound = Outbound::network();
        let url = address.as_str();
        let body = json!({ "email": email, "password": password });
        let tokens = tokens(&outbound, url, "/v1/sessions", &body).await?;
        file.keep(&session(url, email, tokens))?;
        Ok(())
    }

    /// The API for whoever is signed in.
    ///
    /// # Errors
    /// [`ApiError`] if nobody is.
    pub async fn open(file: SessionFile) -> Result<Api, ApiError> {
        let session = file.read()?;
        let mut api = Api {
            outbound: Outbound::network(),
            file,
            session,
        };
        if api.session.expires_at <= Timestamp::now() + SPARE {
            api.refresh().await?;
        }
        Ok(api)
    }

    /// The next pair of tokens is kept before it is used: the refresh token is good once.
    async fn refresh(&mut self) -> Result<(), ApiError> {
        let Session {
            url,
            email,
            refresh_token,
            ..
        } = &self.session;
        let body = json!({ "refresh_token": refresh_token });
        let tokens = tokens(&self.outbound, url, "/v1/sessions/refresh", &body).await?;
        let next = session(url, email, tokens);
        self.file.keep(&next)?;
        self.session = next;
        Ok(())
    }

    /// Ends the session, there and here; here also if it is over there.
    ///
    /// # Errors
    /// [`ApiError`] if the API refuses for another reason, or does not answer.
    pub async fn sign_out(file: SessionFile) -> Result<(), ApiError> {
        match Api::end(file.clone()).await {
            // Whether the access token or the refresh token is good for nothing any more: there is
            // nothing left to end, and a file that cannot be got rid of would help nobody.
            Err(ApiError::Refused(problem)) if problem.status == StatusCode::UNAUTHORIZED => {}
            other => other?,
        }
        file.forget()?;
        Ok(())
    }

    async fn end(file: SessionFile) -> Result<(), ApiError> {
        let api = Api::open(file).await?;
        let path = "/v1/sessions/current";
        api.call(Method::DELETE, path, None).await?;
        Ok(())
    }

    /// `GET path`.
    ///
    /// # Errors
    /// [`ApiError`] if the API refuses or does not answer.
    pub async fn get(&self, path: &str) -> Result<Value, ApiError> {
        Ok(self.call(Method::GET, path, None).await?.body)
    }

    /// All items of a list, page by page.
    ///
    /// # Errors
    /// [`ApiError`] if the API refuses or does not answer.
    pub async fn list(&self, path: &str) -> Result<Vec<Value>, ApiError> {
        let joint = if path.contains('?') { '&' } else { '?' };
        let first = format!("{path}{joint}limit=100");
        let mut items = Vec::new();
        let mut page = self.get(&first).await?;
        loop {
            if let Some(Value::Array(of_page)) = page.get_mut("items").map(Value::take) {
                items.extend(of_page);
            }
            match page["next_cursor"].as_str() {
                Some(cursor) => page = self.get(&format!("{first}&cursor={cursor}")).await?,
                None => return Ok(items),
            }
        }
    }

    /// Sends a request. Its idempotency key derives from what is asked, so that the same command again
    /// is the same request again.
    ///
    /// # Errors
    /// [`ApiError`] if the API refuses or does not answer.
    pub async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Answer, ApiError> {
        let token = format!("Bearer {}", self.session.access_token);
        let bytes = body.map(Value::to_string).unwrap_or_default();
        let mut request = Request::builder()
            .method(&method)
            .uri(format!("{}{path}", self.session.url))
            .header("authorization", token);
        if method != Method::GET {
            let key = key(&[method.as_str(), path, &bytes]);
            request = request.header("idempotency-key", key);
        }
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        send(&self.outbound, request.body(Bytes::from(bytes))).await
    }
}

fn session(url: &str, email: &str, tokens: Tokens) -> Session {
    let holds = SignedDuration::from_secs(tokens.expires_in);
    Session {
        url: url.to_owned(),
        email: email.to_owned(),
        access_token: tokens.access_token,
        expires_at: Timestamp::now()
            .checked_add(holds)
            .unwrap_or(Timestamp::MAX),
        refresh_token: tokens.refresh_token,
    }
}

async fn tokens(
    outbound: &Outbound,
    url: &str,
    path: &str,
    body: &Value,
) -> Result<Tokens, ApiError> {
    let request = Request::post(format!("{url}{path}"))
        .header("content-type", "application/json")
        .body(Bytes::from(body.to_string()));
    let answer = send(outbound, request).await?;
    serde_json::from_value(answer.body).map_err(|error| ApiError::NoAnswer(error.to_string()))
}

async fn send(
    outbound: &Outbound,
    request: Result<Request<Bytes>, http::Error>,
) -> Result<Answer, ApiError> {
    let no_answer = |error: String| ApiError::NoAnswer(error);
    let request = request.map_err(|error| no_answer(format!("that is no address: {error}")))?;
    let url = request.uri().clone();
    let answer = outbound.send(request, LIMITS).await;
    let answer = answer.map_err(|error| match error {
        OutboundError::Unsendable(_) => no_answer(format!("{url}: {error}")),
        // It may have been done; the same command finds out.
        OutboundError::NoAnswer(_) | OutboundError::TooLarge(_) => {
            no_answer(format!("{url}: {error}; the same command may be repeated"))
        }
    })?;
    let (status, body) = (answer.status(), answer.body());
    let is_replayed = answer.headers().contains_key(REPLAYED);
    let done = |body: Value| Answer { body, is_replayed };
    if status == StatusCode::NO_CONTENT || (status.is_success() && body.is_empty()) {
        return Ok(done(Value::Null));
    }
    let strange = |error: serde_json::Error| {
        no_answer(format!(
            "{url} answers {status} with what is not the API's: {error}"
        ))
    };
    if status.is_success() {
        serde_json::from_slice(body).map(done).map_err(strange)
    } else {
        let problem = serde_json::from_slice(body).map_err(strange)?;
        Err(ApiError::Refused(Box::new(problem)))
    }
}

/// A hash of the parts, each with its length.
fn key(parts: &[&str]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&(part.len() as u64).to_be_bytes());
        context.update(part.as_bytes());
    }
    let hash = context.finish();
    let hash = hash.as_ref().iter().map(|byte| format!("{byte:02x}"));
    format!("operate-{}", hash.collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_request_has_the_same_key_and_no_other_has_it() {
        let first = key(&["POST", "/v1/a", "{}"]);
        assert_eq!(first, key(&["POST", "/v1/a", "{}"]));
        for other in [
            ["PUT", "/v1/a", "{}"],
            ["POST", "/v1/b", "{}"],
            ["POST", "/v1/a", ""],
            ["POST", "/v1/a{", "}"],
        ] {
            assert_ne!(first, key(&other));
        }
        assert!(first.len() < 255);
    }
}
