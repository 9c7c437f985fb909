//! `GET /v1/rewards`

use axum::extract::State;
use futures_util::future::try_join_all;
use web::{ApiError, Json, List, Paging, PagingParams};

use super::reward_out::RewardOut;
use crate::App;

/// Browse the rewards
///
/// For everybody. What is published, oldest first.
#[utoipa::path(
    get,
    path = "/v1/rewards",
    tag = "vouchers",
    params(PagingParams),
    responses((status = 200, description = "A page of rewards", body = List<RewardOut>))
)]
pub(crate) async fn list_rewards(
    State(app): State<App>,
    paging: Paging,
) -> Result<Json<List<RewardOut>>, ApiError> {
    let after = paging.start()?;
    let page = app.store.published_rewards(after, paging.limit).await?;
    let last = page.items.last().map(|reward| reward.id.to_string());
    let next = last.filter(|_| page.has_more);
    let items = page.items.iter().map(|reward| RewardOut::of(&app, reward));
    let items = try_join_all(items).await?;
    Ok(Json(List::new(items, next.as_deref())))
}
