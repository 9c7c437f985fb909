//! `PATCH /v1/rewards/{id}`

use std::num::NonZeroU32;

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    ApiError, Code, IfMatch, Json, MoneyOut, Operator, Path,
    fields::{if_present, nullable},
    offered, with_version,
};

use super::reward_out::RewardOut;
use crate::{
    App,
    partner::Partner,
    reward::{AgreedPrice, Edit, Price, Reward, Status, ValidDays},
    store::EditRewardError,
    text::{Name, Prose},
};

/// What is to be changed; what is absent stays as it is. Vouchers that were issued stay as they are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewardPatch {
    /// One line of 1 to 100 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    name: Option<Name>,
    /// What it is, in 1 to 4,000 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 4000)]
    description: Option<Prose>,
    /// Under which terms its vouchers are accepted; null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = false, min_length = 1, max_length = 4000)]
    terms: Option<Option<Prose>>,
    /// What it costs.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = i64, required = false, minimum = 1, maximum = 1_000_000_000)]
    price_points: Option<Price>,
    /// How often one member may redeem it; null for as often as one likes. Redemptions from before
    /// there was a limit do not count.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<u32>, required = false, minimum = 1)]
    limit_per_member: Option<Option<NonZeroU32>>,
    /// How many days its vouchers are good for, from their issue on.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = u16, required = false, minimum = 1, maximum = 3650)]
    voucher_valid_days: Option<ValidDays>,
    /// What the partner is owed for each voucher that is issued from now on.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = MoneyOut, required = false)]
    unit_price: Option<AgreedPrice>,
    /// `published` or `paused`.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Status, required = false)]
    status: Option<Status>,
}

/// Change, publish or pause a reward
///
/// For operators. With `If-Match`, only if it still has that version.
#[utoipa::path(
    patch,
    path = "/v1/rewards/{id}",
    tag = "vouchers",
    request_body = RewardPatch,
    params(
        ("id" = String, Path, description = "The reward", example = "rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The reward as it is now; its version is the `ETag`", body = RewardOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: its status cannot change so, or its partner is not live", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be; `currency_not_offered`", body = web::Problem),
    )
)]
pub(crate) async fn edit_reward(
    State(app): State<App>,
    _: Operator,
    Path(id): Path<Id<kind::Reward>>,
    IfMatch(version): IfMatch,
    Json(patch): Json<RewardPatch>,
) -> Result<Response, ApiError> {
    let reward = app.store.reward(id).await?;
    let reward = reward.ok_or_else(ApiError::not_found)?;
    if version.is_some_and(|version| version != reward.version) {
        return Err(ApiError::new(Code::PreconditionFailed));
    }
    permit(&app, &reward, &patch).await?;
    let reward = reward
        .edited(Edit::from(patch))
        .map_err(|error| ApiError::new(Code::StateConflict).detail(error.to_string()))?;
    app.store.save_reward(&reward).await.map_err(refusal)?;
    let out = RewardOut::of(&app, &reward).await?;
    Ok(with_version(reward.version, Json(out)))
}

/// Refuses what the partner stands against: a price in another currency than is reckoned in with it,
/// and offering what is only tried out.
async fn permit(app: &App, reward: &Reward, patch: &RewardPatch) -> Result<(), ApiError> {
    let publishes = patch.status == Some(Status::Published);
    if patch.unit_price.is_none() && !publishes {
        return Ok(());
    }
    let partner = app.store.partner(reward.partner.id).await?;
    let partner = partner.ok_or_else(|| ApiError::internal("a reward's partner is not there"))?;
    // The terms may have changed since the price that is kept was agreed.
    agreed(app, &partner, patch.unit_price.or(reward.unit_price))?;
    if publishes && partner.is_sandbox() {
        let detail = "the partner is in the sandbox: its rewards are on offer once it is live";
        return Err(ApiError::new(Code::StateConflict).detail(detail));
    }
    Ok(())
}

/// The price that is agreed with the partner: nothing, if none is named. What costs something does so
/// in a currency that is still offered.
pub(super) fn agreed(
    app: &App,
    partner: &Partner,
    price: Option<AgreedPrice>,
) -> Result<AgreedPrice, ApiError> {
    let currency = partner.terms.currency;
    let price = price.unwrap_or(AgreedPrice::nothing(currency));
    if price.money().currency() != currency {
        let detail = format!("what is owed to this partner is reckoned in {currency}");
        return Err(ApiError::field("/unit_price", detail));
    }
    if !price.money().is_zero() {
        offered(&app.currencies, currency, "/unit_price/currency")?;
    }
    Ok(price)
}

/// Somebody else changed it between our read and our write: to the caller that is the same as
/// having come too late.
pub(super) fn refusal(error: EditRewardError) -> ApiError {
    match error {
        EditRewardError::Changed => ApiError::new(Code::PreconditionFailed),
        EditRewardError::Service(error) => error.into(),
    }
}

impl From<RewardPatch> for Edit {
    fn from(patch: RewardPatch) -> Self {
        Self {
            name: patch.name,
            description: patch.description,
            terms: patch.terms,
            price: patch.price_points,
            limit_per_member: patch.limit_per_member,
            voucher_valid_days: patch.voucher_valid_days,
            unit_price: patch.unit_price,
            status: patch.status,
        }
    }
}
