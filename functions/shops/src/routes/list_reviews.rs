//! `GET /v1/shops/reviews/shops` and `GET /v1/shops/reviews/listings`

use axum::extract::State;
use web::{ApiError, Json, List, Operator, Paging, PagingParams};

use super::{listing_out::ListingOut, shop_out::ShopOut};
use crate::App;

/// List the shops that wait for approval
///
/// For operators, oldest first.
#[utoipa::path(
    get,
    path = "/v1/shops/reviews/shops",
    tag = "shops",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of shops", body = List<ShopOut>),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
    )
)]
pub(crate) async fn list_shop_reviews(
    State(app): State<App>,
    _: Operator,
    paging: Paging,
) -> Result<Json<List<ShopOut>>, ApiError> {
    let after = paging.start()?;
    let page = app.store.shops_to_review(after, paging.limit).await?;
    let items = page.items.iter().map(ShopOut::managed).collect();
    Ok(Json(List::new(items, page.next.as_deref())))
}

/// List the listings that wait for approval
///
/// For operators, oldest first.
#[utoipa::path(
    get,
    path = "/v1/shops/reviews/listings",
    tag = "shops",
    params(PagingParams),
    responses(
        (status = 200, description = "A page of listings", body = List<ListingOut>),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
    )
)]
pub(crate) async fn list_listing_reviews(
    State(app): State<App>,
    _: Operator,
    paging: Paging,
) -> Result<Json<List<ListingOut>>, ApiError> {
    let after = paging.start()?;
    let page = app.store.listings_to_review(after, paging.limit).await?;
    let mut items = Vec::with_capacity(page.items.len());
    for listing in &page.items {
        items.push(ListingOut::managed(&app, listing).await?);
    }
    Ok(Json(List::new(items, page.next.as_deref())))
}
