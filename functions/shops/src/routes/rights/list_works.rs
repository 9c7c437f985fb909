//! `GET /v1/works`

use axum::extract::State;
use web::{Acting, ApiError, Json, List, Paging, PagingParams};

use super::{catalogue_of, work_out::WorkOut};
use crate::App;

/// List your organization's works
///
/// With the scope `catalogue`. Oldest first.
#[utoipa::path(
    get,
    path = "/v1/works",
    tag = "rights",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of works", body = List<WorkOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
    )
)]
pub(crate) async fn list_works(
    State(app): State<App>,
    acting: Acting,
    paging: Paging,
) -> Result<Json<List<WorkOut>>, ApiError> {
    let holder = catalogue_of(&acting)?;
    let after = paging.start()?;
    let page = app.store.works_of(holder, after, paging.limit).await?;
    let items = page.items.iter().map(WorkOut::from).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
