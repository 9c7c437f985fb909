//! `GET /v1/order-groups/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::{group_out::OrderGroupOut, parties::must_be_buyer};
use crate::App;

/// Show what was checked out together
///
/// While it can be paid, with the claim that lets it be paid.
#[utoipa::path(
    get,
    path = "/v1/order-groups/{id}",
    tag = "orders",
    params(("id" = String, Path, description = "The group", example = "grp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The group with its orders", body = OrderGroupOut),
        (status = 404, description = "`not_found`: there is no such group of the caller's", body = web::Problem),
    )
)]
pub(crate) async fn get_order_group(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::OrderGroup>>,
) -> Result<Json<OrderGroupOut>, ApiError> {
    let orders = app.store.orders_of(id).await?;
    for order in &orders {
        must_be_buyer(order, &caller)?;
    }
    OrderGroupOut::of(&app, &orders).map(Json)
}
