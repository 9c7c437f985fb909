//! `POST /v1/points/adjustments/{id}/approve`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{Id, kind};
use platform::table::{TransactError, Transaction};
use serde::Deserialize;
use utoipa::ToSchema;
use wallet::{AdjustError, Reason, SpendError};
use web::{ApiError, Code, Idempotent, Json, Operator, Path, RequestKey, replayed};

use super::adjustment_out::AdjustmentOut;
use crate::App;

/// How often it is decided anew because the wallet or the adjustment changed meanwhile.
const MAX_TRIES: usize = 16;

/// Nothing more is to be said.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ApproveAdjustmentIn {}

/// Approve an adjustment
///
/// For operators, but not for the one who proposed it. The points change in the same moment: what is
/// added can be spent at once and expires as points of listening on this day do; what is taken away
/// comes out of the available points, what expires first before the rest, and never more than there
/// are.
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
        (status = 409, description = "`insufficient_points`: it stays proposed; `state_conflict`: it has been decided, or has expired", body = web::Problem),
        (status = 422, description = "`idempotency_key_reused`", body = web::Problem),
    )
)]
pub(crate) async fn approve_adjustment(
    State(app): State<App>,
    Operator(operator): Operator,
    Path(id): Path<Id<kind::Adjustment>>,
    Idempotent { key, .. }: Idempotent<ApproveAdjustmentIn>,
) -> Result<Response, ApiError> {
    for _ in 0..MAX_TRIES {
        if let Some(response) = decided_before(&app, &key).await? {
            return Ok(response);
        }
        let adjustment = app.adjustments.find(id).await?;
        let adjustment = adjustment.ok_or_else(ApiError::not_found)?;
        let now = app.clock.now();
        let approved = adjustment.approve(operator.account, now)?;
        let rules = app.earn_rules.recent().await?;
        let mut wallet = app.wallets.load(approved.account).await?;
        wallet
            .adjust(approved.points.get(), &rules, Reason::from(id), now)
            .map_err(unadjustable)?;
        let mut transaction = Transaction::new()
            .and(app.wallets.save(wallet))
            .and(app.requests.record(&key, &id)?);
        for write in app.adjustments.decide(&approved, now) {
            transaction = transaction.and(write);
        }
        match app.aws.transact(transaction).await {
            Ok(()) => return Ok(Json(AdjustmentOut::of(&approved, now)).into_response()),
            // The request was done on another way, somebody else decided, or the wallet moved:
            // whichever, what is there now tells.
            Err(TransactError::Cancelled(_)) => {}
            Err(TransactError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// The answer to a request that has had its effect.
pub(super) async fn decided_before(
    app: &App,
    key: &RequestKey,
) -> Result<Option<Response>, ApiError> {
    let Some(id) = app.requests.find(key).await? else {
        return Ok(None);
    };
    let missing = || ApiError::internal("an adjustment that was decided is not there");
    let adjustment = app.adjustments.find(id).await?.ok_or_else(missing)?;
    let out = AdjustmentOut::of(&adjustment, app.clock.now());
    Ok(Some(replayed(Json(out))))
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
