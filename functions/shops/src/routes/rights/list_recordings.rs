//! `GET /v1/recordings`

use axum::extract::State;
use web::{Acting, ApiError, Json, List, Paging, PagingParams};

use super::{catalogue_of, recording_out::RecordingOut};
use crate::App;

/// List your organization's recordings
///
/// With the scope `catalogue`. Oldest first.
#[utoipa::path(
    get,
    path = "/v1/recordings",
    tag = "rights",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of recordings", body = List<RecordingOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
    )
)]
pub(crate) async fn list_recordings(
    State(app): State<App>,
    acting: Acting,
    paging: Paging,
) -> Result<Json<List<RecordingOut>>, ApiError> {
    let holder = catalogue_of(&acting)?;
    let after = paging.start()?;
    let page = app.store.recordings_of(holder, after, paging.limit).await?;
    let items = page.items.iter().map(RecordingOut::from).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
