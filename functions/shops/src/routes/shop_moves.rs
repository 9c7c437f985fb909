//! What sellers do with their shop: submit it, leave, return.

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{Acting, ApiError, Code, Path};

use super::{
    access::own_shop,
    create_shop,
    shop_out::{self, ShopOut},
};
use crate::{
    App,
    shop::{Shop, ShopMove},
};

/// Ask for a shop to be approved
///
/// For those who act for its organization, with the scope `catalogue`.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/submit",
    tag = "shops",
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn submit_shop(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Shop>>,
) -> Result<Response, ApiError> {
    let shop = own_shop(&app, &acting, id).await?;
    move_shop(&app, shop, ShopMove::Submit).await
}

/// Close a shop for a while
///
/// For those who act for its organization, with the scope `catalogue`. Its listings are shown; nothing can be
/// ordered.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/leave",
    tag = "shops",
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn leave_shop(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Shop>>,
) -> Result<Response, ApiError> {
    let shop = own_shop(&app, &acting, id).await?;
    move_shop(&app, shop, ShopMove::Leave).await
}

/// Sell again after a leave
///
/// For those who act for its organization, with the scope `catalogue`.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/return",
    tag = "shops",
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn return_shop(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Shop>>,
) -> Result<Response, ApiError> {
    let shop = own_shop(&app, &acting, id).await?;
    move_shop(&app, shop, ShopMove::Return).await
}

/// Moves a shop, if it may be moved so and nobody else does at the same moment.
pub(super) async fn move_shop(app: &App, shop: Shop, step: ShopMove) -> Result<Response, ApiError> {
    let moved = shop.clone().moved(step, app.clock.now());
    let moved =
        moved.map_err(|error| ApiError::new(Code::StateConflict).detail(error.to_string()))?;
    let saved = app.store.save_shop(&shop, &moved).await;
    saved.map_err(create_shop::refusal)?;
    Ok(shop_out::changed(&moved))
}
