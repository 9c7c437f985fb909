//! `GET /v1/rewards/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Json, Path, with_version};

use super::reward_out::RewardOut;
use crate::{App, reward::Status};

/// Look at a reward
///
/// For everybody. A draft is not found.
#[utoipa::path(
    get,
    path = "/v1/rewards/{id}",
    tag = "vouchers",
    params(("id" = String, Path, description = "The reward", example = "rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The reward; its version is the `ETag`", body = RewardOut),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_reward(
    State(app): State<App>,
    Path(id): Path<Id<kind::Reward>>,
) -> Result<Response, ApiError> {
    let reward = app.store.reward(id).await?;
    let reward = reward
        .filter(|reward| reward.status != Status::Draft)
        .ok_or_else(ApiError::not_found)?;
    let out = RewardOut::of(&app, &reward).await?;
    Ok(with_version(reward.version, Json(out)))
}
