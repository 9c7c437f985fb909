//! `GET /v1/disputes/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::{dispute_out::DisputeOut, parties::side_of};
use crate::{App, dispute::order_of};

/// Show a dispute
///
/// For the buyer, the seller (with the scope `orders`) and operators.
#[utoipa::path(
    get,
    path = "/v1/disputes/{id}",
    tag = "disputes",
    params(("id" = String, Path, description = "The dispute", example = "dsp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The dispute", body = DisputeOut),
        (status = 404, description = "`not_found`: the caller has no part in such a dispute", body = web::Problem),
    )
)]
pub(crate) async fn get_dispute(
    State(app): State<App>,
    Path(dispute): Path<Id<kind::Dispute>>,
    caller: Caller,
) -> Result<Json<DisputeOut>, ApiError> {
    let order = app.store.order(order_of(dispute)).await?;
    let order = order.ok_or_else(ApiError::not_found)?;
    if !caller.has("operator") {
        side_of(&order, &caller)?;
    }
    let out = DisputeOut::of(&order).ok_or_else(ApiError::not_found)?;
    Ok(Json(out))
}
