//! `GET /v1/earn-rules`

use axum::extract::State;
use web::{ApiError, Caller, Json, List, Paging, PagingParams};

use super::earn_rule_out::EarnRuleOut;
use crate::App;

/// List the earn rules
///
/// There is one, for listening.
#[utoipa::path(
    get,
    path = "/v1/earn-rules",
    tag = "points",
    params(PagingParams),
    responses((status = 200, description = "The rules", body = List<EarnRuleOut>))
)]
pub(crate) async fn list_earn_rules(
    State(app): State<App>,
    _caller: Caller,
    paging: Paging,
) -> Result<Json<List<EarnRuleOut>>, ApiError> {
    if paging.after.is_some() {
        return Err(ApiError::foreign_cursor());
    }
    let rules = app.earn_rules.current().await?;
    let rule = EarnRuleOut::of(&rules, app.clock.now());
    Ok(Json(List::new(vec![rule], None)))
}
