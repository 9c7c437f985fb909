//! `GET /v1/rights-cases/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::{OPERATOR, case_out::RightsCaseOut};
use crate::{App, rights::RightsCase};

/// See a rights case
///
/// For its two parties, with the access token of the organization where it is one, and for operators.
#[utoipa::path(
    get,
    path = "/v1/rights-cases/{id}",
    tag = "rights",
    params(("id" = String, Path, description = "The case", example = "rcs_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The case", body = RightsCaseOut),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_case(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::RightsCase>>,
) -> Result<Json<RightsCaseOut>, ApiError> {
    let case = app.store.case(id).await?;
    let case = case
        .filter(|case| caller.has(OPERATOR) || is_party(case, &caller))
        .ok_or_else(ApiError::not_found)?;
    Ok(Json(RightsCaseOut::from(&case)))
}

/// An account that claimed for an organization sees the case as that organization, so that whoever
/// leaves it sees it no more.
fn is_party(case: &RightsCase, caller: &Caller) -> bool {
    let acts_for = |organization| caller.organization == Some(organization);
    match case.claimant.organization {
        Some(claimant) => acts_for(claimant) || acts_for(case.seller),
        None => case.claimant.account == caller.account || acts_for(case.seller),
    }
}
