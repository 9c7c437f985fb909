//! `GET /v1/events/mine`

use axum::extract::State;
use web::{Acting, ApiError, Json, List, Paging, PagingParams};

use super::{change, concert_out::ConcertOut};
use crate::App;

/// List one's organization's concerts
///
/// With the scope `events`: all of them, drafts too, newest first.
#[utoipa::path(
    get,
    path = "/v1/events/mine",
    tag = "events",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of concerts", body = List<ConcertOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
    )
)]
pub(crate) async fn list_own_concerts(
    State(app): State<App>,
    acting: Acting,
    paging: Paging,
) -> Result<Json<List<ConcertOut>>, ApiError> {
    let organization = change::organizer(&acting)?;
    let after = paging.start()?;
    let page = app
        .store
        .concerts_of(organization, after, paging.limit)
        .await?;
    let items = page.items.iter().map(ConcertOut::of).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
