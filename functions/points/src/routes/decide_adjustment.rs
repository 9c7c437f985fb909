//! What approving and rejecting an adjustment have in common: one transaction decides, under the
//! request's key.

use axum::response::{IntoResponse, Response};
use kernel::{Id, Timestamp, kind};
use platform::table::{TransactError, Transaction};
use web::{ApiError, Code, Json, RequestKey, replayed};

use super::adjustment_out::AdjustmentOut;
use crate::{App, adjustment::Adjustment};

/// How often it is decided anew because the wallet or the adjustment changed meanwhile.
const MAX_TRIES: usize = 16;

/// Decides what `decision` makes of the adjustment `id`, with the writes that it wants beside.
pub(super) async fn decide<F>(
    app: &App,
    id: Id<kind::Adjustment>,
    key: &RequestKey,
    decision: impl Fn(Adjustment, Timestamp) -> F,
) -> Result<Response, ApiError>
where
    F: Future<Output = Result<(Adjustment, Transaction), ApiError>>,
{
    for _ in 0..MAX_TRIES {
        if let Some(response) = decided_before(app, key).await? {
            return Ok(response);
        }
        let adjustment = app.adjustments.find(id).await?;
        let adjustment = adjustment.ok_or_else(ApiError::not_found)?;
        let now = app.clock.now();
        let (decided, transaction) = decision(adjustment, now).await?;
        let mut transaction = transaction.and(app.requests.record(key, &id)?);
        for write in app.adjustments.decide(&decided, now) {
            transaction = transaction.and(write);
        }
        match app.aws.transact(transaction).await {
            Ok(()) => return Ok(Json(AdjustmentOut::of(&decided, now)).into_response()),
            // The request was done on another way, somebody else decided, or the wallet moved:
            // whichever, what is there now tells.
            Err(TransactError::Cancelled(_)) => {}
            Err(TransactError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// The answer to a request that has had its effect.
async fn decided_before(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    let Some(id) = app.requests.find(key).await? else {
        return Ok(None);
    };
    let missing = || ApiError::internal("an adjustment that was decided is not there");
    let adjustment = app.adjustments.find(id).await?.ok_or_else(missing)?;
    let out = AdjustmentOut::of(&adjustment, app.clock.now());
    Ok(Some(replayed(Json(out))))
}
