//! Answers in ListenBrainz's shapes.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;
use web::Json;

use super::DocumentError;
use crate::admission::{self, Rates};

/// Why a request was not answered as it wished.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("You need to provide an Authorization token.")]
    NoToken,
    #[error("You need to provide an Authorization header.")]
    NoHeader,
    #[error("Provided Authorization header is invalid.")]
    InvalidHeader,
    #[error("Invalid authorization token.")]
    InvalidToken,
    #[error(
        "You have exceeded your rate limit. See the X-RateLimit-* response headers for more information on your current rate limit."
    )]
    TooMany,
    #[error("Something is wrong. Please try again later.")]
    Unavailable,
    #[error("Cannot submit listens to queue, please try again later.")]
    QueueUnavailable,
    #[error(transparent)]
    Document(#[from] DocumentError),
}

/// An error as ListenBrainz answers it.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorOut {
    /// The HTTP status.
    #[schema(example = 400)]
    code: u16,
    /// What is wrong, for people.
    #[schema(example = "JSON document does not contain any listens")]
    error: String,
}

impl Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoToken | Self::Document(_) => StatusCode::BAD_REQUEST,
            Self::NoHeader | Self::InvalidHeader | Self::InvalidToken => StatusCode::UNAUTHORIZED,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::QueueUnavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl From<admission::Refusal> for Refusal {
    fn from(reason: admission::Refusal) -> Self {
        match reason {
            admission::Refusal::InvalidToken => Self::InvalidToken,
            admission::Refusal::TooMany => Self::TooMany,
            admission::Refusal::Unavailable => Self::Unavailable,
        }
    }
}

/// The answer, with the headers that every one has: clients pace themselves by them, and some
/// take their absence for a limit that is used up.
pub(crate) fn answer(rates: Rates, outcome: Result<impl Serialize, Refusal>) -> Response {
    let response = match outcome {
        Ok(body) => Json(body).into_response(),
        Err(refusal) => {
            let status = refusal.status();
            let body = ErrorOut {
                code: status.as_u16(),
                error: refusal.to_string(),
            };
            (status, Json(body)).into_response()
        }
    };
    rates.on(response)
}
