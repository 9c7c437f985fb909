//! `GET /v1/shops/{id}/listings`

use axum::extract::State;
use futures_util::future::try_join_all;
use kernel::{Id, kind};
use web::{Acting, ApiError, Json, List, Paging, PagingParams, Path};

use super::{access::own_shop, listing_out::ListingOut};
use crate::App;

/// List all listings of one's own shop
///
/// For those who act for its organization, with the scope `catalogue`: in every state, newest first.
#[utoipa::path(
    get,
    path = "/v1/shops/{id}/listings",
    tag = "shops",
    params(
        ("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        PagingParams,
    ),
    responses(
        (status = 200, description = "A page of listings", body = List<ListingOut>),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn list_shop_listings(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Shop>>,
    paging: Paging,
) -> Result<Json<List<ListingOut>>, ApiError> {
    let shop = own_shop(&app, &acting, id).await?;
    let after = paging.start()?;
    let page = app.store.listings_of_shop(shop.id, after, paging.limit);
    let page = page.await?;
    let shown = page.items.iter();
    let shown = shown.map(|listing| ListingOut::managed_in(&app, listing, &shop));
    let items = try_join_all(shown).await?;
    Ok(Json(List::new(items, page.next.as_deref())))
}
