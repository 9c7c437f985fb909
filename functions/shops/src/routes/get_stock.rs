//! `GET /v1/listings/{id}/variants/{sku}/stock`

use axum::extract::State;
use kernel::{Id, kind};
use web::{Acting, ApiError, Json, Path};

use super::{access::own_listing, stock_out::StockOut};
use crate::App;

/// Look at a variant's stock
///
/// For those who act for the shop's organization, with the scope `catalogue`.
#[utoipa::path(
    get,
    path = "/v1/listings/{id}/variants/{sku}/stock",
    tag = "shops",
    params(
        ("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("sku" = String, Path, description = "The variant", example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 200, description = "The stock", body = StockOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such variant, or its stock was never set", body = web::Problem),
    )
)]
pub(crate) async fn get_stock(
    State(app): State<App>,
    acting: Acting,
    Path((id, sku)): Path<(Id<kind::Listing>, Id<kind::Sku>)>,
) -> Result<Json<StockOut>, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    if listing.sku(sku).is_none() {
        return Err(ApiError::not_found());
    }
    Ok(Json(StockOut::of(&app, sku).await?))
}
