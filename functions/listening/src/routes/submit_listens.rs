//! `POST /1/submit-listens`: ListenBrainz's way to report what was listened to.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::{HeaderMap, header};
use kernel::{Id, kind};
use platform::logging;
use serde::Serialize;
use utoipa::ToSchema;
use web::{Code, read_body};

use crate::{
    App,
    admission::Rates,
    intake::Intake,
    listenbrainz::{DocumentError, ErrorOut, MAX_PAYLOAD_BYTES, Refusal, answer, listens},
};

/// All is well.
#[derive(Serialize, ToSchema)]
pub(crate) struct SubmittedOut {
    #[schema(example = "ok")]
    status: &'static str,
}

/// Report what was listened to, as to ListenBrainz.
///
/// The document is ListenBrainz's: `listen_type` (`single`, `playing_now` or `import`) and `payload`
/// with 1 to 1,000 listens of 10,240 bytes on average. It is taken whole or not at all. What is
/// playing now is accepted and earns nothing. Errors have ListenBrainz's shape, and every answer
/// carries `X-RateLimit-Limit`, `-Remaining`, `-Reset` and `-Reset-In`.
#[utoipa::path(
    post,
    path = "/1/submit-listens",
    tag = "listening",
    params(("authorization" = String, Header, description = "`Token` and a listening token.")),
    request_body(content = serde_json::Value, content_type = "application/json"),
    responses(
        (status = 200, description = "Taken, or known already.", body = SubmittedOut),
        (status = 400, description = "The document is not as it must be; nothing of it was taken.", body = ErrorOut),
        (status = 401, description = "There is no listening token, or not a valid one.", body = ErrorOut),
        (status = 429, description = "The token was used too often.", body = ErrorOut),
        (status = "default", description = "Every error has this shape.", body = ErrorOut),
    ),
)]
pub(crate) async fn submit_listens(State(app): State<App>, request: Request) -> Response {
    let token = match token(request.headers()) {
        Ok(token) => token,
        Err(refusal) => return answer(app.unused_rates(), Err::<SubmittedOut, _>(refusal)),
    };
    let (rates, outcome): (Rates, _) = match app.admit(token).await {
        Ok(player) => (player.rates, submit(&app, player.account, request).await),
        Err(refused) => (refused.rates, Err(refused.reason.into())),
    };
    answer(rates, outcome.map(|()| SubmittedOut { status: "ok" }))
}

/// The second word of the header: like ListenBrainz, we do not look at the first.
fn token(headers: &HeaderMap) -> Result<&str, Refusal> {
    let header = headers
        .get(header::AUTHORIZATION)
        .filter(|header| !header.is_empty())
        .ok_or(Refusal::NoHeader)?;
    header
        .to_str()
        .ok()
        .and_then(|header| header.split(' ').nth(1))
        .ok_or(Refusal::InvalidHeader)
}

async fn submit(app: &App, account: Id<kind::Account>, request: Request) -> Result<(), Refusal> {
    let body = read_body(request, MAX_PAYLOAD_BYTES)
        .await
        .map_err(|error| match error.code() {
            Code::PayloadTooLarge => DocumentError::PayloadTooLarge.into(),
            _ => Refusal::Unavailable,
        })?;
    let now = app.clock.now();
    let intake = Intake::of(listens(&body, now.as_second())?, now);
    app.publish(account, &intake).await.map_err(|error| {
        tracing::error!(error = logging::causes(&error), "listens were not sent on");
        Refusal::QueueUnavailable
    })
}
