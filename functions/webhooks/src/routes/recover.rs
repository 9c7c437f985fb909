//! `POST /v1/webhook-endpoints/{id}/recover`

use axum::extract::State;
use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::{ApiError, Caller, Json, Paging, Path, Query};

use super::access;
use crate::{
    App,
    delivery::Delivery,
    endpoint::Endpoint,
    store::{Created, SaveError},
};

/// How many deliveries are queued at once.
const AT_ONCE: usize = 10;

/// From when on.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RecoverParams {
    /// The deliveries that came in at this time or later.
    #[param(value_type = String, format = DateTime, example = "2026-06-01T12:00:00Z")]
    since: Timestamp,
    /// `next_cursor` of the call before.
    cursor: Option<String>,
    /// How many deliveries are looked at, 1 to 100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// What was recovered.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RecoveredOut {
    /// How many deliveries were queued.
    #[schema(example = 20)]
    recovered: u32,
    /// Give it as `cursor`, with the same `since`, to go on; null when all is done.
    next_cursor: Option<String>,
}

/// Recover what an endpoint has missed
///
/// Queues what was exhausted or parked, oldest first; not what was superseded. Repeat with the cursor
/// until there is none. The list of what was missed may be a moment behind.
#[utoipa::path(
    post,
    path = "/v1/webhook-endpoints/{id}/recover",
    tag = "webhooks",
    params(
        ("id" = String, Path, description = "The endpoint", example = "whe_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        RecoverParams,
    ),
    responses(
        (status = 200, description = "What was recovered", body = RecoveredOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is none, or somebody else's", body = web::Problem),
        (status = 409, description = "`endpoint_disabled`", body = web::Problem),
        (status = 422, description = "`validation_failed`", body = web::Problem),
    )
)]
pub(crate) async fn recover(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::WebhookEndpoint>>,
    Query(params): Query<RecoverParams>,
) -> Result<Json<RecoveredOut>, ApiError> {
    let endpoint = access::endpoint(&app, &caller, id).await?;
    access::expect_enabled(&endpoint)?;
    let paging = Paging::of(params.cursor, params.limit)?;
    let after: Option<Created> = paging.start()?;
    if after.is_some_and(|after| after.at.as_millisecond() < params.since.as_millisecond()) {
        return Err(ApiError::foreign_cursor());
    }
    let page = app
        .store
        .deliveries_since(id, params.since, after, paging.limit);
    let page = page.await?;
    let missed = page.items.into_iter().filter(|item| item.state.is_missed());
    let recovered = queue_all(&app, &endpoint, missed).await?;
    app.store.wake_lane(id).await?;
    Ok(Json(RecoveredOut {
        recovered,
        next_cursor: web::List::<()>::new(Vec::new(), page.next.as_deref()).next_cursor,
    }))
}

/// Queues what was missed for now: among what is due at the same time the older goes first. Answers how
/// many were queued by us.
async fn queue_all(
    app: &App,
    endpoint: &Endpoint,
    missed: impl Iterator<Item = Delivery>,
) -> Result<u32, ApiError> {
    let now = app.clock.now();
    let queued = missed.map(|delivery| async move {
        // It is missed, so it is not queued; and somebody who is faster queues it as well.
        let Ok(queued) = delivery.queued_again(now) else {
            return Ok(0);
        };
        match app.store.queue_again(&queued, endpoint).await {
            Ok(()) => Ok(1),
            Err(SaveError::Lost) => Ok(0),
            Err(SaveError::Service(error)) => Err(ApiError::from(error)),
        }
    });
    stream::iter(queued)
        .buffer_unordered(AT_ONCE)
        .try_fold(0, |sum, one| async move { Ok(sum + one) })
        .await
}
