//! `POST /v1/rewards`

use std::num::NonZeroU32;

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Json, MoneyOut, Operator, fields::if_present, with_version};

use super::{edit_reward, reward_out::RewardOut};
use crate::{
    App,
    reward::{AgreedPrice, PartnerName, Price, Reward, Status, Supply, ValidDays},
    text::{Name, Prose},
};

/// A reward to prepare.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RewardIn {
    /// Whose it is.
    #[schema(value_type = String, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    partner_id: Id<kind::Partner>,
    /// One line of 1 to 100 characters.
    #[schema(value_type = String, example = "Breakfast voucher", min_length = 1, max_length = 100)]
    name: Name,
    /// What it is, in 1 to 4,000 characters.
    #[schema(value_type = String, min_length = 1, max_length = 4000)]
    description: Prose,
    /// Under which terms its vouchers are accepted, in 1 to 4,000 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 4000)]
    terms: Option<Prose>,
    /// What it costs.
    #[schema(value_type = i64, example = 100, minimum = 1, maximum = 1_000_000_000)]
    price_points: Price,
    /// How often one member may redeem it; absent if as often as one likes.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = u32, required = false, example = 1, minimum = 1)]
    limit_per_member: Option<NonZeroU32>,
    /// How many days its vouchers are good for, from their issue on.
    #[schema(value_type = u16, example = 30, minimum = 1, maximum = 3650)]
    voucher_valid_days: ValidDays,
    /// Where its vouchers come from: codes that are delivered, or the partner's API. It stays so.
    #[serde(default)]
    #[schema(required = false)]
    supply: Supply,
    /// What the partner is owed for each voucher, in the currency of its terms; nothing if absent.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = MoneyOut, required = false)]
    unit_price: Option<AgreedPrice>,
}

/// Prepare a reward
///
/// For operators. It is a draft; load codes, if it is supplied from a pool, and publish it.
#[utoipa::path(
    post,
    path = "/v1/rewards",
    tag = "vouchers",
    request_body = RewardIn,
    responses(
        (status = 201, description = "The draft; its version is the `ETag`", body = RewardOut),
        (status = 403, description = "`forbidden`: the caller is no operator", body = web::Problem),
        (status = 422, description = "`validation_failed`: a field is not as it must be, or there is no such partner; `currency_not_offered`", body = web::Problem),
    )
)]
pub(crate) async fn create_reward(
    State(app): State<App>,
    _: Operator,
    Json(wanted): Json<RewardIn>,
) -> Result<Response, ApiError> {
    let partner = app.store.partner(wanted.partner_id).await?;
    let partner =
        partner.ok_or_else(|| ApiError::field("/partner_id", "there is no such partner"))?;
    let unit_price = edit_reward::agreed(&app, &partner, wanted.unit_price)?;
    let reward = Reward {
        id: Id::generate(&app.clock),
        partner: PartnerName {
            id: partner.id,
            name: partner.name,
        },
        name: wanted.name,
        description: wanted.description,
        terms: wanted.terms,
        price: wanted.price_points,
        limit_per_member: wanted.limit_per_member,
        voucher_valid_days: wanted.voucher_valid_days,
        supply: wanted.supply,
        unit_price: Some(unit_price),
        status: Status::Draft,
        created_at: app.clock.now(),
        version: 1,
    };
    let saved = app.store.save_reward(&reward).await;
    saved.map_err(edit_reward::refusal)?;
    let out = RewardOut::of(&app, &reward).await?;
    Ok(with_version(reward.version, Json(out).created()))
}
