//! `POST /v1/rewards/{id}/redemptions`

use std::pin::pin;

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use futures_util::future::{Either, select};
use http::{StatusCode, header};
use kernel::{Id, Points, kind};
use platform::{ServiceError, logging};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Code, Idempotent, Json, Path, RequestKey, fields::if_present, replayed};

use crate::routes::vouchers::voucher_out::VoucherOut;
use crate::{
    App, on_demand,
    partner::{Partner, State as PartnerState},
    partner_api::MEMBER_WAITS,
    purchase::Call,
    redemption::{self, RedeemError, Wanted, Wish},
    reward::{Reward, Supply},
    store::CommitError,
    voucher::{Stage, Voucher},
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
/// Points become a voucher with its code: either both happen or nothing does. Where the partner
/// issues vouchers on demand, the points are set aside until it has answered; the voucher is
/// `pending` until then. With the same `Idempotency-Key` it happens once and is answered alike.
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
        (status = 202, description = "The voucher, which its partner has not issued yet; look at `Location` again", body = VoucherOut),
        (status = 404, description = "`not_found`: there is no such reward", body = web::Problem),
        (status = 409, description = "`insufficient_points`, `out_of_stock`, `redemption_limit_reached`; `state_conflict`: the price has changed, the reward is paused, or the partner does not issue the voucher", body = web::Problem),
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
            Ok(voucher) => return bring(&app, voucher).await,
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

/// Reads all that matters, decides, commits. Answers with the voucher, which may be pending.
async fn try_once(
    app: &App,
    reward: Id<kind::Reward>,
    wish: &Wish,
    key: &RequestKey,
) -> Result<Voucher, Missed> {
    let ((reward, free), redeemed, mut wallet) = tokio::try_join!(
        offered(app, reward),
        app.store.redeemed(wish.account, reward),
        app.wallets.load(wish.account),
    )?;
    let reward = reward.ok_or(Missed::Refused(RedeemError::NotPublished))?;
    let record = |voucher| {
        let record = app.requests.record(key, &Done { voucher });
        record.map_err(Missed::Failed)
    };
    let now = app.clock.now();
    let voucher = match &reward.supply {
        Supply::CodePool {} => {
            partner_of(app, &reward).await?;
            let redemption = redemption::redeem(&reward, wish, redeemed, free, &mut wallet, now)
                .map_err(Missed::Refused)?;
            let (voucher, debit) = (redemption.voucher, app.wallets.save(wallet));
            let record = record(voucher)?;
            let committed = app
                .store
                .commit_redemption(&reward, &redemption, debit, record);
            committed.await?;
            voucher
        }
        Supply::OnDemand { product } => {
            let wanted = Wanted {
                voucher: Id::generate(&app.clock),
                product: product.clone(),
                currency: supplier(app, &reward).await?.terms.currency,
            };
            let voucher = redemption::order(&reward, wanted, wish, redeemed, &mut wallet, now)
                .map_err(Missed::Refused)?;
            let (hold, record) = (app.wallets.save(wallet), record(voucher.id)?);
            let committed = app.store.commit_order(&reward, &voucher, hold, record);
            committed.await?;
            return Ok(voucher);
        }
    };
    let issued = app.store.voucher(voucher).await?;
    issued.ok_or_else(|| Missed::Failed(ApiError::internal("an issued voucher is not there")))
}

/// The reward, and a free code of its pool if it has one. Both are looked for at once, and the pool
/// no longer than it takes to know that there is none.
async fn offered(
    app: &App,
    reward: Id<kind::Reward>,
) -> Result<(Option<Reward>, Option<Id<kind::Voucher>>), ServiceError> {
    let (found, free) = (
        pin!(app.store.reward(reward)),
        pin!(app.store.pick_free(reward)),
    );
    match select(found, free).await {
        Either::Left((found, free)) => match found? {
            Some(reward) if reward.supply == (Supply::CodePool {}) => {
                Ok((Some(reward), free.await?))
            }
            found => Ok((found, None)),
        },
        Either::Right((free, found)) => Ok((found.await?, free?)),
    }
}

/// The partner of a reward. Of one that is suspended nothing is redeemed, since it takes no voucher
/// either.
async fn partner_of(app: &App, reward: &Reward) -> Result<Partner, Missed> {
    let partner = app.store.partner(reward.partner.id).await?;
    partner
        .filter(|partner| partner.state == PartnerState::Active)
        .ok_or(Missed::Refused(RedeemError::Paused))
}

/// The partner of a reward on demand, if it can be asked for vouchers at all.
async fn supplier(app: &App, reward: &Reward) -> Result<Partner, Missed> {
    let partner = partner_of(app, reward).await?;
    let can_be_asked = !partner.is_sandbox() && partner.api.is_some();
    can_be_asked
        .then_some(partner)
        .ok_or(Missed::Refused(RedeemError::Paused))
}

/// Asks the partner for a voucher that it issues on demand, once, while the member waits; what
/// becomes of it after that is the sweeper's affair.
async fn bring(app: &App, voucher: Voucher) -> Result<Response, ApiError> {
    let id = voucher.id;
    if !matches!(voucher.stage, Stage::Pending(_)) {
        return answer(app, &voucher);
    }
    match on_demand::carry_on(app, voucher, Call::Issue, MEMBER_WAITS).await {
        Ok(voucher) => answer(app, &voucher),
        Err(error) => {
            let error = logging::causes(&error);
            tracing::warn!(voucher = %id, error, "a purchase is left to the sweeper");
            answer(app, &find(app, id).await?)
        }
    }
}

/// The answer that the request got before, if it did.
async fn repeat(app: &App, key: &RequestKey) -> Result<Option<Response>, ApiError> {
    match app.requests.find::<Done>(key).await? {
        Some(done) => {
            let voucher = find(app, done.voucher).await?;
            Ok(Some(replayed(answer(app, &voucher)?)))
        }
        None => Ok(None),
    }
}

async fn find(app: &App, voucher: Id<kind::Voucher>) -> Result<Voucher, ApiError> {
    let found = app.store.voucher(voucher).await?;
    found.ok_or_else(|| ApiError::internal("a voucher that was ordered is not there"))
}

/// The voucher as it is by now.
fn answer(app: &App, voucher: &Voucher) -> Result<Response, ApiError> {
    let status = match &voucher.stage {
        Stage::Issued(_) => StatusCode::CREATED,
        Stage::Pending(_) => StatusCode::ACCEPTED,
        Stage::Failed(_) => {
            let detail = "the partner does not issue the voucher; no points are spent";
            return Err(ApiError::new(Code::StateConflict).detail(detail));
        }
    };
    let location = [(header::LOCATION, format!("/v1/vouchers/{}", voucher.id))];
    let out = VoucherOut::of(app, voucher)?;
    Ok((status, location, Json(out)).into_response())
}

fn refusal(error: RedeemError) -> ApiError {
    let code = match error {
        RedeemError::NotPublished => return ApiError::not_found(),
        RedeemError::Paused | RedeemError::PriceChanged { .. } | RedeemError::TooManyPending => {
            Code::StateConflict
        }
        RedeemError::LimitReached { .. } => Code::RedemptionLimitReached,
        RedeemError::OutOfStock => Code::OutOfStock,
        RedeemError::InsufficientPoints { .. } => Code::InsufficientPoints,
    };
    ApiError::new(code).detail(error.to_string())
}

impl From<CommitError> for Missed {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Lost => Self::Lost,
            CommitError::Repeated => Self::Repeated,
            CommitError::Service(error) => error.into(),
        }
    }
}

impl From<ServiceError> for Missed {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error.into())
    }
}
