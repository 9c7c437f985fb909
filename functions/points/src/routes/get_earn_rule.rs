//! `GET /v1/earn-rules/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::earn_rule_out::EarnRuleOut;
use crate::{App, earn_rule::listening_rule};

/// Read an earn rule
#[utoipa::path(
    get,
    path = "/v1/earn-rules/{id}",
    tag = "points",
    params(("id" = String, Path, description = "The rule")),
    responses(
        (status = 200, description = "The rule with all its versions", body = EarnRuleOut),
        (status = 404, description = "`not_found`: there is no such rule", body = web::Problem),
    )
)]
pub(crate) async fn get_earn_rule(
    State(app): State<App>,
    _caller: Caller,
    Path(id): Path<Id<kind::EarnRule>>,
) -> Result<Json<EarnRuleOut>, ApiError> {
    if id != listening_rule() {
        return Err(ApiError::not_found());
    }
    let rules = app.earn_rules.current().await?;
    Ok(Json(EarnRuleOut::of(&rules, app.clock.now())))
}
