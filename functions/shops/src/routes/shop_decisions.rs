//! What operators decide about a shop: approve, reject, suspend, reinstate, terminate.

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, Operator, Path};

use super::{access::any_shop, shop_moves::move_shop, shop_out::ShopOut};
use crate::{App, shop::ShopMove, text::Prose};

/// Why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DecisionIn {
    /// What its people are told, in 1 to 4,000 characters.
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    pub(super) reason: Prose,
}

/// Approve a shop
///
/// For operators. It opens, if its organization may sell.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/approve",
    tag = "shops",
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn approve_shop(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Shop>>,
) -> Result<Response, ApiError> {
    let shop = any_shop(&app, id).await?;
    move_shop(&app, shop, ShopMove::Approve).await
}

/// Send a shop back
///
/// For operators. It is a draft again.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/reject",
    tag = "shops",
    request_body = DecisionIn,
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn reject_shop(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Shop>>,
    Json(body): Json<DecisionIn>,
) -> Result<Response, ApiError> {
    let shop = any_shop(&app, id).await?;
    move_shop(&app, shop, ShopMove::Reject(body.reason)).await
}

/// Take a shop off the market
///
/// For operators. Nothing of it is found or can be ordered.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/suspend",
    tag = "shops",
    request_body = DecisionIn,
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn suspend_shop(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Shop>>,
    Json(body): Json<DecisionIn>,
) -> Result<Response, ApiError> {
    let shop = any_shop(&app, id).await?;
    move_shop(&app, shop, ShopMove::Suspend(body.reason)).await
}

/// Let a suspended shop sell again
///
/// For operators. One that is suspended with its organization comes back with it.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/reinstate",
    tag = "shops",
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn reinstate_shop(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Shop>>,
) -> Result<Response, ApiError> {
    let shop = any_shop(&app, id).await?;
    move_shop(&app, shop, ShopMove::Reinstate).await
}

/// End a suspended shop for good
///
/// For operators.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/terminate",
    tag = "shops",
    request_body = DecisionIn,
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its state does not allow it", body = web::Problem),
    )
)]
pub(crate) async fn terminate_shop(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Shop>>,
    Json(body): Json<DecisionIn>,
) -> Result<Response, ApiError> {
    let shop = any_shop(&app, id).await?;
    move_shop(&app, shop, ShopMove::Terminate(body.reason)).await
}
