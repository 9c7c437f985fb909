//! `GET /v1/recordings/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Json, Path};

use super::recording_out::RecordingOut;
use crate::App;

/// See a recording
///
/// For everybody who is signed in: who wants a grant must see of what.
#[utoipa::path(
    get,
    path = "/v1/recordings/{id}",
    tag = "rights",
    params(("id" = String, Path, description = "The recording", example = "rcd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The recording", body = RecordingOut),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_recording(
    State(app): State<App>,
    Path(id): Path<Id<kind::Recording>>,
) -> Result<Json<RecordingOut>, ApiError> {
    let recording = app.store.recording(id).await?;
    let recording = recording.ok_or_else(ApiError::not_found)?;
    Ok(Json(RecordingOut::from(&recording)))
}
