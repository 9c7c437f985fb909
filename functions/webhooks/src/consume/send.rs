//! Sends one delivery once.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, header};
use kernel::Timestamp;
use platform::{OutboundLimits, public::PublicError};

use crate::{
    App,
    delivery::{Attempt, Delivery},
    endpoint::Endpoint,
    reply::{Verdict, verdict},
    signing::SigningError,
};

const LIMITS: OutboundLimits = OutboundLimits {
    timeout_ms: 15_000,
    max_response_bytes: 64 * 1024,
};
/// How much of a reply is kept to be looked at.
const REPLY_KEPT_BYTES: usize = 1_024;
const USER_AGENT: HeaderValue = HeaderValue::from_static("Planet-Webhooks/1");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// An attempt, and what it means.
pub(super) struct Sent {
    pub(super) attempt: Attempt,
    pub(super) verdict: Verdict,
    /// When it was over.
    pub(super) ended_at: Timestamp,
}

/// Sends a delivery to its endpoint. Whatever happens on the way is an attempt that failed; only a
/// defect of ours is an error.
pub(super) async fn send(
    app: &App,
    endpoint: &Endpoint,
    delivery: &Delivery,
) -> Result<Sent, SigningError> {
    let at = app.clock.now();
    let headers = headers(app, endpoint, delivery, at)?;
    let body = Bytes::copy_from_slice(delivery.body.as_bytes());
    let answer = app
        .outbound
        .send(&endpoint.url, Method::POST, headers, body, LIMITS)
        .await;
    let ended_at = app.clock.now();
    let took_ms = ended_at.as_millisecond() - at.as_millisecond();
    let mut attempt = Attempt {
        at,
        took_ms: u64::try_from(took_ms).unwrap_or_default(),
        status: None,
        error: None,
        reply: String::new(),
    };
    let verdict = judge(answer, &mut attempt, ended_at);
    Ok(Sent {
        attempt,
        verdict,
        ended_at,
    })
}

fn judge(
    answer: Result<Response<Bytes>, PublicError>,
    attempt: &mut Attempt,
    now: Timestamp,
) -> Verdict {
    match answer {
        Ok(answer) => {
            let status = answer.status().as_u16();
            let retry_after = answer.headers().get(header::RETRY_AFTER);
            attempt.status = Some(status);
            attempt.reply = beginning(answer.body());
            verdict(
                status,
                retry_after.and_then(|value| value.to_str().ok()),
                now,
            )
        }
        Err(error) => {
            attempt.error = Some(error.to_string());
            Verdict::Failed { pause: None }
        }
    }
}

fn headers(
    app: &App,
    endpoint: &Endpoint,
    delivery: &Delivery,
    now: Timestamp,
) -> Result<HeaderMap, SigningError> {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, JSON);
    headers.insert(header::USER_AGENT, USER_AGENT);
    for (name, value) in app.keys.headers(endpoint, delivery, now)?.iter() {
        let value = HeaderValue::from_str(&value).map_err(|_| SigningError::Header)?;
        headers.insert(HeaderName::from_static(name), value);
    }
    Ok(headers)
}

fn beginning(body: &Bytes) -> String {
    let kept = &body[..body.len().min(REPLY_KEPT_BYTES)];
    String::from_utf8_lossy(kept).into_owned()
}
