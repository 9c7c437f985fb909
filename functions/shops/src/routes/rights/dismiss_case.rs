//! `POST /v1/rights-cases/{id}/dismiss`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Json, Operator, Path};

use super::{
    case_out::{RightsCaseOut, RightsRulingIn},
    case_refusal,
};
use crate::{
    App,
    rights::{CaseMove, Ruling, move_case},
};

/// Dismiss a claim
///
/// For operators. The claimant is not right: the seller can publish the listing again.
#[utoipa::path(
    post,
    path = "/v1/rights-cases/{id}/dismiss",
    tag = "rights",
    request_body = RightsRulingIn,
    params(("id" = String, Path, description = "The case", example = "rcs_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The case", body = RightsCaseOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is decided", body = web::Problem),
    )
)]
pub(crate) async fn dismiss_case(
    State(app): State<App>,
    Operator(operator): Operator,
    Path(id): Path<Id<kind::RightsCase>>,
    Json(ruling): Json<RightsRulingIn>,
) -> Result<Json<RightsCaseOut>, ApiError> {
    let ruling = Ruling {
        operator: operator.account,
        reason: ruling.reason,
        ruled_at: app.clock.now(),
    };
    let moved = move_case(&app, id, CaseMove::Dismiss(ruling)).await;
    Ok(Json(RightsCaseOut::from(&moved.map_err(case_refusal)?)))
}
