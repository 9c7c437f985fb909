//! `POST /v1/rights-cases/{id}/counter-notice`

use axum::extract::State;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Json, Path};

use super::{
    case_out::{RightsCaseOut, statement},
    case_refusal, catalogue_of,
};
use crate::{
    App,
    rights::{CaseMove, CounterNotice, move_case},
    text::Prose,
};

/// A seller's answer to a claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CounterNoticeIn {
    /// Why the listing may be sold, in 1 to 4,000 characters.
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    statement: Prose,
    /// What shows it: up to ten links, numbers of registrations or quotations.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false, max_items = 10)]
    evidence: Vec<Prose>,
}

/// Answer a claim
///
/// For the organization whose listing it is, with the scope `catalogue`; once.
#[utoipa::path(
    post,
    path = "/v1/rights-cases/{id}/counter-notice",
    tag = "rights",
    request_body = CounterNoticeIn,
    params(("id" = String, Path, description = "The case", example = "rcs_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The case", body = RightsCaseOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such case, or it is another seller's", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is answered, or decided", body = web::Problem),
    )
)]
pub(crate) async fn counter_case(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::RightsCase>>,
    Json(answer): Json<CounterNoticeIn>,
) -> Result<Json<RightsCaseOut>, ApiError> {
    let seller = catalogue_of(&acting)?;
    let case = app.store.case(id).await?;
    let case = case.filter(|case| case.seller == seller);
    let case = case.ok_or_else(ApiError::not_found)?;
    let notice = CounterNotice {
        account: acting.caller.account,
        statement: statement(answer.statement, answer.evidence)?,
        given_at: app.clock.now(),
    };
    let moved = move_case(&app, case.id, CaseMove::Counter(notice)).await;
    Ok(Json(RightsCaseOut::from(&moved.map_err(case_refusal)?)))
}
