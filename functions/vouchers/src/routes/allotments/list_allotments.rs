//! `GET /v1/allotments`

use axum::extract::State;
use kernel::{Id, Timestamp, kind};
use web::{Acting, ApiError, Json, List, Paging, PagingParams};

use super::{allotment_out::AllotmentOut, offer_allotment::SCOPE};
use crate::{App, allotment::Allotment};

/// List one's allotments
///
/// Those of the organization that is acted for, newest first.
#[utoipa::path(
    get,
    path = "/v1/allotments",
    tag = "partner grants",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of allotments", body = List<AllotmentOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
    )
)]
pub(crate) async fn list_allotments(
    State(app): State<App>,
    acting: Acting,
    paging: Paging,
) -> Result<Json<List<AllotmentOut>>, ApiError> {
    acting.require(SCOPE)?;
    let after = paging.after.as_deref().map(place).transpose()?;
    let page = app
        .store
        .allotments(acting.organization, after, paging.limit);
    let page = page.await?;
    let last = page.items.last().filter(|_| page.has_more);
    let next = last.map(cursor);
    let items = page.items.iter().map(AllotmentOut::from).collect();
    Ok(Json(List::new(items, next.as_deref())))
}

fn cursor(allotment: &Allotment) -> String {
    format!("{}#{}", allotment.offered_at.as_millisecond(), allotment.id)
}

/// Where in the list a cursor points to.
fn place(cursor: &str) -> Result<(Timestamp, Id<kind::Allotment>), ApiError> {
    let place = || {
        let (offered_ms, id) = cursor.split_once('#')?;
        let offered_at = Timestamp::from_millisecond(offered_ms.parse().ok()?).ok()?;
        Some((offered_at, id.parse().ok()?))
    };
    place().ok_or_else(ApiError::foreign_cursor)
}
