//! `POST /v1/listens`: our own way to report what was listened to.

use axum::{
    extract::{Request, State},
    response::{IntoResponse, Response},
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Caller, Json, parse_json, read_body, require_json};

use crate::{
    App,
    checked::{Checked, Isrc, Mbid, Name},
    intake::Intake,
    listen::{Length, Listen, Rejection},
};

const MAX_BODY_BYTES: usize = 1024 * 1024;
const MAX_LISTENS: usize = 1_000;

/// What was listened to.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListensIn {
    /// In any order; one that is reported twice counts once.
    #[schema(min_items = 1, max_items = 1000)]
    listens: Vec<ListenIn>,
}

/// One listen.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(
    dead_code,
    reason = "what describes the track is only checked: points depend on time"
)]
pub(crate) struct ListenIn {
    /// When the track began, in seconds since 1970.
    #[schema(example = 1_780_000_000)]
    listened_at: i64,
    /// How long the track is, in milliseconds.
    #[schema(value_type = u64, maximum = 2_073_600_000, example = 215_000)]
    duration_ms: Length,
    /// How much of it was played, in milliseconds; all of it if absent.
    #[schema(value_type = Option<u64>, maximum = 2_073_600_000, example = 180_000)]
    played_ms: Option<Length>,
    #[schema(value_type = String, min_length = 1, max_length = 1000, example = "Teardrop")]
    track_name: Checked<Name>,
    #[schema(value_type = String, min_length = 1, max_length = 1000, example = "Massive Attack")]
    artist_name: Checked<Name>,
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000, example = "Mezzanine")]
    release_name: Option<Checked<Name>>,
    /// The recording's MusicBrainz id.
    #[schema(value_type = Option<String>, min_length = 36, max_length = 36, example = "b1a9c0e9-d987-4042-ae91-78d6a3267d69")]
    recording_mbid: Option<Checked<Mbid>>,
    /// The recording's ISRC (ISO 3901), without hyphens.
    #[schema(value_type = Option<String>, pattern = "^[A-Z]{2}[A-Z0-9]{3}[0-9]{7}$", example = "GBAAA9800322")]
    isrc: Option<Checked<Isrc>>,
    /// The program that reports.
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000)]
    submission_client: Option<Checked<Name>>,
}

/// What became of the listens.
#[derive(Serialize, ToSchema)]
pub(crate) struct ListensOut {
    /// How many were accepted. One that began more than 14 days ago is, but earns nothing.
    accepted: usize,
    /// How many were not.
    rejected: usize,
    /// The ones that were not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    results: Vec<RejectedOut>,
}

/// A listen that was not accepted.
#[derive(Serialize, ToSchema)]
pub(crate) struct RejectedOut {
    /// Its place in the request, from 0.
    index: usize,
    /// Why.
    reason: Rejection,
}

/// Report what was listened to.
///
/// A listen counts if the track has at least 30 seconds and half of it, or 240 seconds, were
/// played. One that does not count is rejected alone and hurts no other; but a request all of whose
/// listens lie at an impossible time comes from a clock that is wrong, and is refused whole.
/// Reporting the same listens again is harmless: it earns nothing twice.
#[utoipa::path(
    post,
    path = "/v1/listens",
    tag = "listening",
    request_body = ListensIn,
    responses(
        (status = 202, description = "Points follow within seconds.", body = ListensOut),
        (status = 413, description = "`payload_too_large`: the body has more than 1 MiB.", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be, or every listen lies at an impossible time.", body = web::Problem),
    ),
)]
pub(crate) async fn report_listens(
    State(app): State<App>,
    caller: Caller,
    request: Request,
) -> Result<Response, ApiError> {
    require_json(request.headers())?;
    let body = read_body(request, MAX_BODY_BYTES).await?;
    let listens = parse(&body)?;
    let intake = Intake::of(listens.iter().map(ListenIn::listen), app.clock.now());
    refuse_a_wrong_clock(&intake)?;
    app.publish(caller.account, &intake).await?;
    Ok((StatusCode::ACCEPTED, Json(ListensOut::of(&intake))).into_response())
}

fn parse(body: &[u8]) -> Result<Vec<ListenIn>, ApiError> {
    // To know where in the body one is costs an allocation for each field, so it is only asked
    // when there is something to point at.
    let ListensIn { listens } = match serde_json::from_slice(body) {
        Ok(listens) => listens,
        Err(_) => parse_json(body)?,
    };
    if (1..=MAX_LISTENS).contains(&listens.len()) {
        Ok(listens)
    } else {
        let detail = format!("there must be 1 to {MAX_LISTENS} listens");
        Err(ApiError::field("/listens", detail))
    }
}

fn refuse_a_wrong_clock(intake: &Intake) -> Result<(), ApiError> {
    let mut first = None;
    for outcome in intake.outcomes() {
        match outcome {
            Err(reason) if reason.is_impossible_time() => {
                first.get_or_insert(*reason);
            }
            Ok(_) | Err(_) => return Ok(()),
        }
    }
    match first {
        Some(reason) => Err(ApiError::field(
            "/listens/0/listened_at",
            reason.to_string(),
        )),
        None => Ok(()),
    }
}

impl ListenIn {
    fn listen(&self) -> Listen {
        Listen::measured(self.listened_at, self.duration_ms, self.played_ms)
    }
}

impl ListensOut {
    fn of(intake: &Intake) -> Self {
        let outcomes = intake.outcomes().iter().enumerate();
        let results: Vec<_> = outcomes
            .filter_map(|(index, outcome)| {
                let reason = outcome.err()?;
                Some(RejectedOut { index, reason })
            })
            .collect();
        Self {
            accepted: intake.outcomes().len() - results.len(),
            rejected: results.len(),
            results,
        }
    }
}
