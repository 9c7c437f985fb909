//! `POST /v1/points/adjustments/{id}/reject`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{Id, kind};
use platform::table::{TransactError, Transaction};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Code, Idempotent, Json, Operator, Path};

use super::{adjustment_out::AdjustmentOut, approve_adjustment::decided_before};
use crate::{App, adjustment::Explanation};

/// How often it is decided anew because the adjustment changed meanwhile: once it has, it is decided
/// or over, so that the second look ends it.
const MAX_TRIES: usize = 3;

/// Why not.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RejectAdjustmentIn {
    /// Why, in 1 to 1,000 characters, for operators alone.
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    reason: Explanation,
}

/// Reject an adjustment
///
/// For operators, also for the one who proposed it.
#[utoipa::path(
    post,
    path = "/v1/points/adjustments/{id}/reject",
    tag = "points",
    params(
        ("id" = String, Path, description = "The adjustment", example = "adj_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("idempotency-key" = String, Header, description = "Names the request; sent again, it has no second effect"),
    ),
    request_body = RejectAdjustmentIn,
    responses(
        (status = 200, description = "The adjustment, rejected", body = AdjustmentOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: it has been decided, or has expired", body = web::Problem),
        (status = 422, description = "`validation_failed`, `idempotency_key_reused`", body = web::Problem),
    )
)]
pub(crate) async fn reject_adjustment(
    State(app): State<App>,
    Operator(operator): Operator,
    Path(id): Path<Id<kind::Adjustment>>,
    Idempotent { body, key, .. }: Idempotent<RejectAdjustmentIn>,
) -> Result<Response, ApiError> {
    for _ in 0..MAX_TRIES {
        if let Some(response) = decided_before(&app, &key).await? {
            return Ok(response);
        }
        let adjustment = app.adjustments.find(id).await?;
        let adjustment = adjustment.ok_or_else(ApiError::not_found)?;
        let now = app.clock.now();
        let rejected = adjustment.reject(operator.account, body.reason.clone(), now)?;
        let mut transaction = Transaction::new().and(app.requests.record(&key, &id)?);
        for write in app.adjustments.decide(&rejected, now) {
            transaction = transaction.and(write);
        }
        match app.aws.transact(transaction).await {
            Ok(()) => return Ok(Json(AdjustmentOut::of(&rejected, now)).into_response()),
            Err(TransactError::Cancelled(_)) => {}
            Err(TransactError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}
