//! `POST /v1/rights-cases/{id}/suspend-listing`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Json, Operator, Path};

use super::{case_out::RightsCaseOut, case_refusal};
use crate::{
    App,
    rights::{CaseMove, move_case},
};

/// Suspend the listing of a case at once
///
/// For operators, while the seller has not answered. The listing is suspended, and nobody can publish
/// it before the case is decided.
#[utoipa::path(
    post,
    path = "/v1/rights-cases/{id}/suspend-listing",
    tag = "rights",
    params(("id" = String, Path, description = "The case", example = "rcs_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The case", body = RightsCaseOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is suspended, the seller has answered, or the case is decided", body = web::Problem),
    )
)]
pub(crate) async fn suspend_listing(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::RightsCase>>,
) -> Result<Json<RightsCaseOut>, ApiError> {
    let step = CaseMove::Withhold(app.clock.now());
    let moved = move_case(&app, id, step).await.map_err(case_refusal)?;
    Ok(Json(RightsCaseOut::from(&moved)))
}
