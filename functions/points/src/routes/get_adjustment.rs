//! `GET /v1/points/adjustments/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Json, Operator, Path};

use super::adjustment_out::AdjustmentOut;
use crate::App;

/// Read an adjustment
///
/// For operators.
#[utoipa::path(
    get,
    path = "/v1/points/adjustments/{id}",
    tag = "points",
    params(("id" = String, Path, description = "The adjustment", example = "adj_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The adjustment", body = AdjustmentOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_adjustment(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Adjustment>>,
) -> Result<Json<AdjustmentOut>, ApiError> {
    let adjustment = app.adjustments.find(id).await?;
    let adjustment = adjustment.ok_or_else(ApiError::not_found)?;
    Ok(Json(AdjustmentOut::of(&adjustment, app.clock.now())))
}
