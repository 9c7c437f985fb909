//! `GET /v1/shops/{id}`

use axum::{extract::State, response::Response};
use web::{ApiError, Json, Path, with_version};

use super::shop_out::ShopOut;
use crate::App;

/// Look at a shop
///
/// For everybody, by its id or its slug. A shop that is not open or on leave is shown to nobody here;
/// its own people see it under `/v1/shops/{id}/management`.
#[utoipa::path(
    get,
    path = "/v1/shops/{id}",
    tag = "shops",
    params(("id" = String, Path, description = "The shop's id or its slug", example = "night-market")),
    responses(
        (status = 200, description = "The shop; its version is the `ETag`", body = ShopOut),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_shop(
    State(app): State<App>,
    Path(name): Path<String>,
) -> Result<Response, ApiError> {
    let shop = match (name.parse(), name.parse()) {
        (Ok(id), _) => app.store.shop(id).await?,
        (Err(_), Ok(slug)) => app.store.shop_called(&slug).await?,
        (Err(_), Err(_)) => None,
    };
    let shop = shop.filter(|shop| shop.state.is_public());
    let shop = shop.ok_or_else(ApiError::not_found)?;
    Ok(with_version(shop.version, Json(ShopOut::public(&shop))))
}
