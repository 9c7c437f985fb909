//! `POST /scrobble/1.2/now-playing`: what an AudioScrobbler 1.2 player plays at the moment.

use axum::{
    extract::{Request, State},
    response::Response,
};

use crate::{
    App,
    audioscrobbler::{Answer, Report, answer},
};

/// Tell what is playing, as to AudioScrobbler 1.2.
///
/// It is accepted and earns nothing.
#[utoipa::path(
    post,
    path = "/scrobble/1.2/now-playing",
    tag = "listening",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "`OK`, or `BADSESSION`.", body = String, content_type = "text/plain"),
        (status = "default", description = "`FAILED` and the reason.", body = String, content_type = "text/plain"),
    ),
)]
pub(crate) async fn now_playing(State(app): State<App>, request: Request) -> Response {
    let (rates, answered) = match Report::open(&app, request).await {
        Ok(report) => (report.player.rates, Answer::Taken),
        Err(refused) => refused,
    };
    answer(rates, answered)
}
