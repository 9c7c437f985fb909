//! `GET /v1/shops/{id}/management`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{Acting, ApiError, Caller, Path};

use super::{
    access::{any_shop, own_shop},
    shop_out::{self, ShopOut},
};
use crate::App;

/// Look at a shop as its own people do
///
/// For those who act for its organization, with the scope `catalogue`, and for operators; in every
/// state.
#[utoipa::path(
    get,
    path = "/v1/shops/{id}/management",
    tag = "shops",
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn manage_shop(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Shop>>,
) -> Result<Response, ApiError> {
    let shop = if caller.has("operator") {
        any_shop(&app, id).await?
    } else {
        own_shop(&app, &Acting::of(&caller)?, id).await?
    };
    Ok(shop_out::changed(&shop))
}
