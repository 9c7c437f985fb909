//! `POST /v1/points/adjustments/{id}/reject`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use platform::table::Transaction;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Idempotent, Operator, Path};

use super::{adjustment_out::AdjustmentOut, decide_adjustment::decide};
use crate::{App, adjustment::Explanation};

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
/// For operators, also for the one who proposed it, but not for the one whose points they are.
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
        (status = 403, description = "`forbidden`: the caller is no operator, or it is their own account", body = web::Problem),
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
    decide(&app, id, &key, |adjustment, now| {
        let reason = body.reason.clone();
        async move {
            let rejected = adjustment.reject(operator.account, reason, now)?;
            Ok((rejected, Transaction::new()))
        }
    })
    .await
}
