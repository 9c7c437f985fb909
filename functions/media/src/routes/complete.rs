//! `POST /v1/media/{id}/complete`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::StatusCode;
use kernel::{Event, Id, kind};
use serde_json::json;
use web::{Acting, ApiError, Code, Json, Path};

use super::{media_out::MediaOut, sight::may_see};
use crate::{
    App,
    consume::check_upload::CHECK_REQUESTED,
    media::{Completion, Media},
    store::SaveError,
};

/// Complete an upload
///
/// Once the file is uploaded. It is checked now; look at it again to see what came of it. Asking twice
/// checks once.
#[utoipa::path(
    post,
    path = "/v1/media/{id}/complete",
    tag = "media",
    params(("id" = String, Path, description = "The file", example = "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 202, description = "It is being checked, or was", body = MediaOut),
        (status = 403, description = "`organization_required`: the token acts for no organization", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such file that the caller may see", body = web::Problem),
        (status = 410, description = "`gone`: it was announced more than two hours ago", body = web::Problem),
    )
)]
pub(crate) async fn complete_media(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Media>>,
) -> Result<Response, ApiError> {
    let media = app.store.media(id).await?;
    let media = media.filter(|media| may_see(&acting, media));
    let media = media.ok_or_else(ApiError::not_found)?;
    match media.complete(app.clock.now()) {
        Completion::Check(checking) => match app.store.save(&media, &checking).await {
            Ok(()) => request_check(&app, &checking).await,
            // It was completed meanwhile: by whom else than the same client?
            Err(SaveError::Changed) => accepted(&app, &checking),
            Err(SaveError::Service(error)) => Err(error.into()),
        },
        // The message before may never have been sent.
        Completion::Underway => request_check(&app, &media).await,
        Completion::Done => accepted(&app, &media),
        Completion::Expired => Err(ApiError::new(Code::Gone)),
    }
}

async fn request_check(app: &App, media: &Media) -> Result<Response, ApiError> {
    let event = Event::derived(
        CHECK_REQUESTED,
        media.id.to_string(),
        media.version,
        media.updated_at,
        json!({ "media": media.id }),
    );
    let event = event.map_err(ApiError::internal)?;
    app.media_queue.send_event(&event).await?;
    accepted(app, media)
}

fn accepted(app: &App, media: &Media) -> Result<Response, ApiError> {
    let out = Json(MediaOut::of(app, media));
    Ok((StatusCode::ACCEPTED, out).into_response())
}
