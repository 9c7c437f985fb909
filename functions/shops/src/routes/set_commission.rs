//! `PUT /v1/shops/{id}/commission`

use axum::{extract::State, response::Response};
use kernel::{CommissionRate, Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, IfMatch, Json, Operator, Path};

use super::{
    access::{any_shop, check_version},
    create_shop,
    shop_out::{self, ShopOut},
};
use crate::App;

/// What the platform is to keep.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CommissionIn {
    /// In basis points: 1 % to 9.99 %.
    #[schema(value_type = u16, example = 500, minimum = 100, maximum = 999)]
    commission_bp: CommissionRate,
}

/// Set a shop's commission
///
/// For operators. What was ordered before keeps the rate that it was ordered at.
#[utoipa::path(
    put,
    path = "/v1/shops/{id}/commission",
    tag = "shops",
    request_body = CommissionIn,
    params(
        ("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: it is not 100 to 999", body = web::Problem),
    )
)]
pub(crate) async fn set_commission(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Shop>>,
    IfMatch(version): IfMatch,
    Json(wanted): Json<CommissionIn>,
) -> Result<Response, ApiError> {
    let shop = any_shop(&app, id).await?;
    check_version(version, shop.version)?;
    let changed = shop
        .clone()
        .with_commission(wanted.commission_bp, app.clock.now());
    let saved = app.store.save_shop(&shop, &changed).await;
    saved.map_err(create_shop::refusal)?;
    Ok(shop_out::changed(&changed))
}
