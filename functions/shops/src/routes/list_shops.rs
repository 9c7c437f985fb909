//! `GET /v1/shops`

use axum::extract::State;
use web::{Acting, ApiError, Json, List, Paging, PagingParams};

use super::{access::CATALOGUE, shop_out::ShopOut};
use crate::App;

/// List one's own shops
///
/// For those who act for an organization, with the scope `catalogue`: its shops in every state, oldest
/// first.
#[utoipa::path(
    get,
    path = "/v1/shops",
    tag = "shops",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of shops", body = List<ShopOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
    )
)]
pub(crate) async fn list_shops(
    State(app): State<App>,
    acting: Acting,
    paging: Paging,
) -> Result<Json<List<ShopOut>>, ApiError> {
    acting.require(CATALOGUE)?;
    let after = paging.start()?;
    let page = app.store.shops_of(acting.organization, after, paging.limit);
    let page = page.await?;
    let items = page.items.iter().map(ShopOut::managed).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}
