//! `POST /v1/order-groups/{id}/cancel`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Json, Path};

use super::group_out::OrderGroupOut;
use crate::{
    App,
    unpaid::{self, EndError, Ending},
};

/// Cancel what is not paid yet
///
/// Everything that was held for it is free again, and its tickets count against no limit. Doing it
/// again answers the same. Who has paid asks for a refund instead.
#[utoipa::path(
    post,
    path = "/v1/order-groups/{id}/cancel",
    tag = "orders",
    params(("id" = String, Path, description = "The group", example = "grp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The group, cancelled", body = OrderGroupOut),
        (status = 404, description = "`not_found`: there is no such group of the caller's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is paid or has expired", body = web::Problem),
    )
)]
pub(crate) async fn cancel_order_group(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::OrderGroup>>,
) -> Result<Json<OrderGroupOut>, ApiError> {
    let ended = unpaid::end(&app, id, Ending::Cancelled, |order| {
        order.buyer == caller.account
    });
    let orders = ended.await.map_err(refusal)?;
    OrderGroupOut::of(&app, &orders).map(Json)
}

fn refusal(error: EndError) -> ApiError {
    match error {
        EndError::Unknown => ApiError::not_found(),
        EndError::State(_) => ApiError::new(Code::StateConflict).detail(error.to_string()),
        EndError::Contended => ApiError::new(Code::Unavailable),
        EndError::Service(error) => error.into(),
    }
}
