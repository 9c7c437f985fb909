//! `GET /v1/events/{id}/check-ins`

use axum::extract::State;
use kernel::{Id, kind};
use web::{Acting, ApiError, Json, List, Paging, PagingParams, Path};

use super::{check_in, check_in_out::CheckInOut};
use crate::App;

/// List who was let in
///
/// With the scope `door`, for the organization that gives the concert: day by day.
#[utoipa::path(
    get,
    path = "/v1/events/{id}/check-ins",
    tag = "check-in",
    params(
        ("id" = String, Path, description = "The concert", example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of check-ins", body = List<CheckInOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such concert, or it is another organization's", body = web::Problem),
    )
)]
pub(crate) async fn list_check_ins(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Concert>>,
    paging: Paging,
) -> Result<Json<List<CheckInOut>>, ApiError> {
    acting.require(check_in::SCOPE)?;
    let concert = app.store.concert(id).await?;
    let concert = concert.filter(|concert| concert.organization == acting.organization);
    concert.ok_or_else(ApiError::not_found)?;
    let after = paging.after.as_deref();
    let page = app.store.check_ins_of(id, after, paging.limit).await?;
    let items = page.items.iter().map(CheckInOut::of).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
