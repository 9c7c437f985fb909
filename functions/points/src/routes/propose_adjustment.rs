//! `POST /v1/points/adjustments`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use platform::table::{TransactError, Transaction};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, IDEMPOTENCY, Idempotent, Json, Operator, RequestKey, fields, replayed};

use super::adjustment_out::AdjustmentOut;
use crate::{
    App,
    adjustment::{Adjustment, Change, Explanation, Reference},
};

/// A change of a member's points that is proposed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AdjustmentIn {
    /// Whose points.
    #[schema(value_type = String, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    account: Id<kind::Account>,
    /// How many are added or, below zero, taken away; not zero.
    #[schema(minimum = -100000, maximum = 100000, example = -50)]
    points: i64,
    /// Why, in 1 to 1,000 characters, for operators alone.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    reason: Explanation,
    /// Where more is to be found, such as a ticket's number: one line of 1 to 100 characters.
    #[serde(default, deserialize_with = "fields::if_present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100, example = "SUP-2041")]
    reference: Option<Reference>,
}

/// Propose to adjust a member's points
///
/// For operators. Nothing changes until another operator approves, within seven days.
#[utoipa::path(
    post,
    path = "/v1/points/adjustments",
    tag = "points",
    params(("idempotency-key" = String, Header, description = "Names the request; sent again, it has no second effect")),
    request_body = AdjustmentIn,
    responses(
        (status = 201, description = "The adjustment, proposed", body = AdjustmentOut),
        (status = 403, description = "`forbidden`: the caller is no operator, or it is their own account", body = web::Problem),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = web::Problem),
    )
)]
pub(crate) async fn propose_adjustment(
    State(app): State<App>,
    Operator(operator): Operator,
    Idempotent { body, key, .. }: Idempotent<AdjustmentIn>,
) -> Result<Response, ApiError> {
    if let Some(response) = proposed_before(&app, &key).await? {
        return Ok(response);
    }
    let points = Change::new(body.points);
    let points = points.map_err(|error| ApiError::field("/points", error.to_string()))?;
    let adjustment = Adjustment::propose(
        body.account,
        points,
        body.reason,
        body.reference,
        operator.account,
        &app.clock,
    )?;
    // Every account has a wallet from the moment on that `points` hears of it.
    if app.wallets.load(body.account).await?.version() == 0 {
        return Err(ApiError::field("/account", "there is no such member"));
    }
    let mut transaction = Transaction::new().and(app.requests.record(&key, &adjustment.id)?);
    for write in app.adjustments.propose(&adjustment) {
        transaction = transaction.and(write);
    }
    match app.aws.transact(transaction).await {
        Ok(()) => Ok(answer(&app, &adjustment)),
        Err(TransactError::Cancelled(cancelled)) if cancelled.names(IDEMPOTENCY) => {
            let missing = || ApiError::internal("a request that was recorded is not there");
            proposed_before(&app, &key).await?.ok_or_else(missing)
        }
        Err(error) => Err(error.into()),
    }
}

/// The answer to a request that has had its effect.
async fn proposed_before(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    let Some(id) = app.requests.find(key).await? else {
        return Ok(None);
    };
    let missing = || ApiError::internal("an adjustment that was proposed is not there");
    let adjustment = app.adjustments.find(id).await?.ok_or_else(missing)?;
    Ok(Some(replayed(answer(app, &adjustment))))
}

fn answer(app: &App, adjustment: &Adjustment) -> Response {
    Json(AdjustmentOut::of(adjustment, app.clock.now())).created()
}
