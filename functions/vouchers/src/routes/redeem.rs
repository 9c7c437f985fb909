//! `POST /v1/rewards/{id}/redemptions`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use http::header;
use kernel::{Id, Points, kind};
use platform::ServiceError;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Code, Idempotent, Json, Path, RequestKey, fields::if_present, replayed};

use super::voucher_out::VoucherOut;
use crate::{
    App,
    redemption::{self, RedeemError, Wish},
    store::CommitError,
};

/// How often a redemption is decided on anew because something changed meanwhile. Each time means
/// that another's redemption was done.
const MAX_TRIES: usize = 24;

/// What to redeem the reward for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RedemptionIn {
    /// The price that was seen. If the reward costs something else by now, nothing happens.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = i64, required = false, example = 100, minimum = 0)]
    price_points: Option<Points>,
}

/// What is remembered of the request. The voucher is read again for a repeated answer, so that no
/// code lies among the records.
#[derive(Serialize, Deserialize)]
struct Done {
    voucher: Id<kind::Voucher>,
}

/// Why one try did not redeem.
enum Missed {
    /// What was decided on has changed meanwhile.
    Lost,
    /// The request itself was done meanwhile.
    Repeated,
    /// It cannot be.
    Refused(RedeemError),
    /// Something went wrong, perhaps after all was done.
    Failed(ApiError),
}

/// Redeem a reward
///
/// Points become a voucher with its code, in one step: either both happen or nothing does. With the
/// same `Idempotency-Key` it happens once and is answered alike.
#[utoipa::path(
    post,
    path = "/v1/rewards/{id}/redemptions",
    tag = "vouchers",
    request_body = RedemptionIn,
    params(
        ("id" = String, Path, description = "The reward", example = "rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The voucher; `Location` is where it is", body = VoucherOut),
        (status = 404, description = "`not_found`: there is no such reward", body = web::Problem),
        (status = 409, description = "`insufficient_points`, `out_of_stock`, `redemption_limit_reached`; `state_conflict`: the price has changed or the reward is paused", body = web::Problem),
        (status = 422, description = "`idempotency_key_reused`: for another request", body = web::Problem),
    )
)]
pub(crate) async fn redeem(
    State(app): State<App>,
    Path(reward): Path<Id<kind::Reward>>,
    request: Idempotent<RedemptionIn>,
) -> Result<Response, ApiError> {
    if let Some(answer) = repeat(&app, &request.key).await? {
        return Ok(answer);
    }
    let wish = Wish {
        account: request.caller.account,
        seen_price: request.body.price_points,
    };
    for _ in 0..MAX_TRIES {
        let missed = match try_once(&app, reward, &wish, &request.key).await {
            Ok(voucher) => return answer(&app, voucher).await,
            Err(Missed::Lost) => continue,
            Err(Missed::Failed(error)) => return Err(error),
            Err(Missed::Repeated) => None,
            Err(Missed::Refused(error)) => Some(refusal(error)),
        };
        // What refuses us may be what our own twin has just done: then the answer is the twin's.
        if let Some(answer) = repeat(&app, &request.key).await? {
            return Ok(answer);
        }
        if let Some(refusal) = missed {
            return Err(refusal);
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// Reads all that matters, decides, commits.
async fn try_once(
    app: &App,
    reward: Id<kind::Reward>,
    wish: &Wish,
    key: &RequestKey,
) -> Result<Id<kind::Voucher>, Missed> {
    let (reward, redeemed, free, mut wallet) = tokio::try_join!(
        app.store.reward(reward),
        app.store.redeemed(wish.account, reward),
        app.store.pick_free(reward),
        app.wallets.load(wish.account),
    )?;
    let reward = reward.ok_or(Missed::Refused(RedeemError::NotPublished))?;
    let now = app.clock.now();
    let redemption = redemption::redeem(&reward, wish, redeemed, free, &mut wallet, now)
        .map_err(Missed::Refused)?;
    let voucher = redemption.voucher;
    let record = app.requests.record(key, &Done { voucher });
    let record = record.map_err(Missed::Failed)?;
    let debit = app.wallets.save(wallet);
    let committed = app
        .store
        .commit_redemption(&reward, &redemption, debit, record);
    match committed.await {
        Ok(()) => Ok(voucher),
        Err(CommitError::Lost) => Err(Missed::Lost),
        Err(CommitError::Repeated) => Err(Missed::Repeated),
        Err(CommitError::Service(error)) => Err(error.into()),
    }
}

/// The answer that the request got before, if it did.
async fn repeat(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    match app.requests.find::<Done>(key).await? {
        Some(done) => Ok(Some(replayed(answer(app, done.voucher).await?))),
        None => Ok(None),
    }
}

async fn answer(app: &App, voucher: Id<kind::Voucher>) -> Result<Response, ApiError> {
    let issued = app.store.voucher(voucher).await?;
    let issued = issued.ok_or_else(|| ApiError::internal("an issued voucher is not there"))?;
    let location = [(header::LOCATION, format!("/v1/vouchers/{voucher}"))];
    let out = VoucherOut::of(app, &issued)?;
    Ok((location, Json(out).created()).into_response())
}

fn refusal(error: RedeemError) -> ApiError {
    let code = match error {
        RedeemError::NotPublished => return ApiError::not_found(),
        RedeemError::Paused | RedeemError::PriceChanged { .. } => Code::StateConflict,
        RedeemError::LimitReached { .. } => Code::RedemptionLimitReached,
        RedeemError::OutOfStock => Code::OutOfStock,
        RedeemError::InsufficientPoints { .. } => Code::InsufficientPoints,
    };
    ApiError::new(code).detail(error.to_string())
}

impl From<ServiceError> for Missed {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error.into())
    }
}
