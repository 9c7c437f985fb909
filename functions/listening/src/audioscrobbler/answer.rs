//! Answers: lines of text.
//!
//! What the protocol itself says is answered with status 200, whatever it says: mpdscribble does not
//! read the body of anything else, and would never ask for a new session.

use axum::response::{IntoResponse, Response};
use http::StatusCode;

use super::submissions::SubmissionError;
use crate::admission::{Rates, Refusal};

/// What is answered. Every line of it ends with a line feed.
#[derive(Debug)]
pub(crate) enum Answer {
    /// To a handshake: the session, and where to tell what is playing and what was listened to.
    Session {
        session: String,
        now_playing_url: String,
        submission_url: String,
    },
    /// To a report that was taken.
    Taken,
    /// The handshake's token is not good.
    BadAuth,
    /// The session is not, or no longer, good; the player asks for a new one.
    BadSession,
    /// The player tries again later.
    Failed(StatusCode, String),
}

impl Answer {
    /// A request that is not of this protocol.
    pub(crate) fn malformed(reason: impl Into<String>) -> Self {
        Self::Failed(StatusCode::BAD_REQUEST, reason.into())
    }

    /// The answer to somebody who may not report, where a token that is not good is `bad_token`.
    pub(crate) fn refused(reason: Refusal, bad_token: Self) -> Self {
        let status = match reason {
            Refusal::InvalidToken => return bad_token,
            Refusal::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Refusal::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self::Failed(status, reason.to_string())
    }
}

impl From<SubmissionError> for Answer {
    fn from(error: SubmissionError) -> Self {
        Self::malformed(error.to_string())
    }
}

/// The answer as text, with the headers that tell what is left of the limit.
pub(crate) fn answer(rates: Rates, answer: Answer) -> Response {
    let response = match answer {
        Answer::Session {
            session,
            now_playing_url,
            submission_url,
        } => format!("OK\n{session}\n{now_playing_url}\n{submission_url}\n").into_response(),
        Answer::Taken => "OK\n".into_response(),
        Answer::BadAuth => "BADAUTH\n".into_response(),
        Answer::BadSession => "BADSESSION\n".into_response(),
        Answer::Failed(status, reason) => (status, format!("FAILED {reason}\n")).into_response(),
    };
    rates.on(response)
}
