//! `POST /v1/points/adjustments/{id}/approve`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use platform::table::Transaction;
use serde::Deserialize;
use utoipa::ToSchema;
use wallet::{AdjustError, Reason, SpendError};
use web::{ApiError, Code, Idempotent, Operator, Path};

use super::{adjustment_out::AdjustmentOut, decide_adjustment::decide};
use crate::App;

/// Nothing more is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveAdjustmentIn {}

/// Approve an adjustment
///
/// For operators, but neither for the one who proposed it nor for the one whose points they are. The
/// points change in the same moment: what is added can be spent at once and expires as points of
/// listening on this day do; what is taken away comes out of the available points, what expires first
/// before the rest, and never more than there are.
#[utoipa::path(
    post,
    path = "/v1/points/adjustments/{id}/approve",
    tag = "points",
    params(
        ("id" = String, Path, description = "The adjustment", example = "adj_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("idempotency-key" = String, Header, description = "Names the request; sent again, it has no second effect"),
    ),
    request_body = ApproveAdjustmentIn,
    responses(
        (status = 200, description = "The adjustment, approved", body = AdjustmentOut),
        (status = 403, description = "`second_person_needed`: the caller proposed it; `forbidden`: the caller is no operator, or it is their own account", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`insufficient_points`: it stays proposed; `state_conflict`: it has been decided, has expired, or the member's wallet has taken all the points that one takes, and it stays proposed", body = web::Problem),
        (status = 422, description = "`idempotency_key_reused`", body = web::Problem),
    )
)]
pub(crate) async fn approve_adjustment(
    State(app): State<App>,
    Operator(operator): Operator,
    Path(id): Path<Id<kind::Adjustment>>,
    Idempotent { key, .. }: Idempotent<ApproveAdjustmentIn>,
) -> Result<Response, ApiError> {
    decide(&app, id, &key, |adjustment, now| {
        let app = app.clone();
        async move {
            let approved = adjustment.approve(operator.account, now)?;
            let rules = app.earn_rules.recent().await?;
            let mut wallet = app.wallets.load(approved.account).await?;
            wallet
                .adjust(approved.points.get(), &rules, Reason::from(id), now)
                .map_err(unadjustable)?;
            let paid = Transaction::new().and(app.wallets.save(wallet));
            Ok((approved, paid))
        }
    })
    .await
}

fn unadjustable(error: AdjustError) -> ApiError {
    match error {
        AdjustError::Insufficient(SpendError::Insufficient { available }) => {
            let detail = format!("the member has {available} points available");
            ApiError::new(Code::InsufficientPoints).detail(detail)
        }
        AdjustError::Full(full) => ApiError::new(Code::StateConflict).detail(full.to_string()),
    }
}
