//! `GET /v1/events`

use axum::extract::State;
use web::{ApiError, Json, List, Paging, PagingParams};

use super::concert_out::ConcertOut;
use crate::App;

/// Browse concerts
///
/// Open to everybody: those that are announced and have not ended, in the order in which they end.
#[utoipa::path(
    get,
    path = "/v1/events",
    tag = "events",
    params(PagingParams),
    responses((status = 200, description = "A page of concerts", body = List<ConcertOut>))
)]
pub(crate) async fn list_concerts(
    State(app): State<App>,
    paging: Paging,
) -> Result<Json<List<ConcertOut>>, ApiError> {
    let after = paging.after.as_deref();
    let now = app.clock.now();
    let page = app.store.announced(now, after, paging.limit).await?;
    let items = page.items.iter().map(ConcertOut::of).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
