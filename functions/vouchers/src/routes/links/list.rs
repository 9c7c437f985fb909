//! `GET /v1/partner-links`

use axum::extract::State;
use web::{ApiError, Caller, Json, List};

use super::link_out::LinkOut;
use crate::App;

/// List one's links with partners
///
/// Those that have not ended, one for each partner.
#[utoipa::path(
    get,
    path = "/v1/partner-links",
    tag = "vouchers",
    responses(
        (status = 200, description = "All of them, on one page", body = List<LinkOut>),
    )
)]
pub(crate) async fn list_links(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<List<LinkOut>>, ApiError> {
    let links = app.store.links_of(caller.account).await?;
    let items = links.iter().filter_map(LinkOut::of).collect();
    Ok(Json(List::new(items, None)))
}
