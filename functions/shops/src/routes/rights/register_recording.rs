//! `POST /v1/recordings`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Json, fields::if_present};

use super::{catalogue_of, recording_out::RecordingOut, registration_refusal};
use crate::{
    App,
    rights::{Isrc, PlayTime, Recording},
    text::{Name, Title},
};

/// A recording to register.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RecordingIn {
    /// What is played. It may be anybody's.
    #[schema(value_type = String, example = "wrk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    work: Id<kind::Work>,
    /// What it is called, in one line of 1 to 200 characters.
    #[schema(value_type = String, example = "Night Ferry (Live)", min_length = 1, max_length = 200)]
    title: Title,
    /// Who plays, 1 to 20, each in one line of 1 to 100 characters.
    #[schema(value_type = Vec<String>, min_items = 1, max_items = 20)]
    artists: Vec<Name>,
    /// How long it lasts.
    #[schema(value_type = u32, example = 215_000, minimum = 1, maximum = 86_400_000)]
    duration_ms: PlayTime,
    /// Its International Standard Recording Code, with or without hyphens; absent if it has none.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "USRC17607839")]
    isrc: Option<Isrc>,
}

const MAX_ARTISTS: usize = 20;

/// Register a recording
///
/// For organizations, with the scope `catalogue`. Whoever registers a recording holds all rights in
/// it. To sell it the work must be cleared too, by the seller or by whoever holds the recording.
#[utoipa::path(
    post,
    path = "/v1/recordings",
    tag = "rights",
    request_body = RecordingIn,
    responses(
        (status = 201, description = "The recording", body = RecordingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 409, description = "`already_registered`: another recording has this ISRC", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be, or there is no such work", body = web::Problem),
    )
)]
pub(crate) async fn register_recording(
    State(app): State<App>,
    acting: Acting,
    Json(wanted): Json<RecordingIn>,
) -> Result<Response, ApiError> {
    let holder = catalogue_of(&acting)?;
    if !(1..=MAX_ARTISTS).contains(&wanted.artists.len()) {
        let detail = format!("a recording has 1 to {MAX_ARTISTS} artists");
        return Err(ApiError::field("/artists", detail));
    }
    if app.store.work(wanted.work).await?.is_none() {
        return Err(ApiError::field("/work", "there is no such work"));
    }
    let recording = Recording {
        id: Id::generate(&app.clock),
        holder,
        work: wanted.work,
        title: wanted.title,
        artists: wanted.artists,
        play_time: wanted.duration_ms,
        isrc: wanted.isrc,
        registered_at: app.clock.now(),
    };
    let registered = app.store.register_recording(&recording).await;
    registered.map_err(|error| registration_refusal(error, "/isrc"))?;
    Ok(Json(RecordingOut::from(&recording)).created())
}
