//! `GET /v1/orders/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::{order_out::OrderOut, parties::side_of};
use crate::{App, dispute::Side};

/// Show an order
///
/// To its buyer, to whoever handles the sales of the organization that sells, and to operators, who see
/// what the seller sees.
#[utoipa::path(
    get,
    path = "/v1/orders/{id}",
    tag = "orders",
    params(("id" = String, Path, description = "The order", example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The order", body = OrderOut),
        (status = 404, description = "`not_found`: there is no such order for the caller", body = web::Problem),
    )
)]
pub(crate) async fn get_order(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Order>>,
) -> Result<Json<OrderOut>, ApiError> {
    let order = app.store.order(id).await?;
    let order = order.ok_or_else(ApiError::not_found)?;
    let side = if caller.has("operator") {
        Side::Seller
    } else {
        side_of(&order, &caller)?
    };
    Ok(Json(OrderOut::of(&order, side)))
}
