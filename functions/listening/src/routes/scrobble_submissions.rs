//! `POST /scrobble/1.2/submissions`: what was listened to, from an AudioScrobbler 1.2 player.

use axum::{
    extract::{Request, State},
    response::Response,
};
use http::StatusCode;
use platform::logging;

use crate::{
    App,
    audioscrobbler::{Answer, Report, answer},
    intake::Intake,
};

/// Report what was listened to, as to AudioScrobbler 1.2.
///
/// Up to 50 listens, with the fields of the protocol. One that cannot count is dropped, since a
/// player would send it again for ever.
#[utoipa::path(
    post,
    path = "/scrobble/1.2/submissions",
    tag = "listening",
    request_body(content = String, content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "`OK`, or `BADSESSION`.", body = String, content_type = "text/plain"),
        (status = "default", description = "`FAILED` and the reason.", body = String, content_type = "text/plain"),
    ),
)]
pub(crate) async fn submissions(State(app): State<App>, request: Request) -> Response {
    let (rates, answered) = match Report::open(&app, request).await {
        Ok(report) => (report.player.rates, submit(&app, &report).await),
        Err(refused) => refused,
    };
    answer(rates, answered)
}

async fn submit(app: &App, report: &Report) -> Answer {
    let listens = match report.listens() {
        Ok(listens) => listens,
        Err(failed) => return failed,
    };
    let intake = Intake::of(listens, app.clock.now());
    match app.publish(report.player.account, &intake).await {
        Ok(()) => Answer::Taken,
        Err(error) => {
            tracing::error!(error = logging::causes(&error), "listens were not sent on");
            Answer::Failed(StatusCode::SERVICE_UNAVAILABLE, "try again".to_owned())
        }
    }
}
