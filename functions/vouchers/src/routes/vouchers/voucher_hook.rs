//! What the hooks have in common by which a partner moves its vouchers on.

use axum::response::{IntoResponse, Response};
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wallet::{Reason, Spent};
use web::{ApiError, Code, Json, MoneyOut, fields::if_present, replayed};

use crate::{
    App,
    code::VoucherCode,
    member::TransactionId,
    partner::Partner,
    store::MoveError,
    transaction::PartnerTransaction,
    voucher::{Stage, State, Usage, UseError, Voucher},
};

/// How often a move is decided on anew because something changed meanwhile. Each time means that
/// somebody else's change was done.
const MAX_TRIES: usize = 64;

/// A voucher to use up, or one that was reserved and is not used after all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VoucherUseIn {
    /// The partner's own name of this transaction: 1 to 64 visible characters, never used again.
    #[schema(value_type = String, example = "till-7-000123", min_length = 1, max_length = 64)]
    pub(super) transaction_id: TransactionId,
    /// The code that was shown.
    #[schema(value_type = String, example = "GR-7F3K9Q", min_length = 1, max_length = 64)]
    pub(super) code: VoucherCode,
    /// The transaction that has reserved it. Absent for whichever of the partner's own did.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "till-7-000122", min_length = 1, max_length = 64)]
    pub(super) reservation: Option<TransactionId>,
}

/// A voucher, as its partner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerVoucherOut {
    /// Names the voucher on both sides.
    #[schema(value_type = String, example = "vch_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    reference: Id<kind::Voucher>,
    /// Where it stands.
    state: State,
    /// What it is for, as the member saw it.
    #[schema(example = "Breakfast voucher")]
    reward_name: String,
    /// What the platform owes for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    unit_price: Option<MoneyOut>,
    /// Until when it is good.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    expires_at: Option<Timestamp>,
    /// Until when it is reserved, while it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    reserved_until: Option<Timestamp>,
    /// When it was redeemed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    redeemed_at: Option<Timestamp>,
}

/// A voucher moved on, and the points that come back by that.
pub(super) struct Moved {
    pub(super) voucher: Voucher,
    pub(super) restored: Option<Spent>,
}

/// The voucher of a code, if it is one of the partner's that a member has. A code that nobody has is
/// none: which codes lie in the pools is not for anybody to try out.
pub(super) async fn find(
    app: &App,
    partner: &Partner,
    code: &VoucherCode,
) -> Result<Voucher, ApiError> {
    let place = app.code_keys.voucher_id(partner.id, code);
    let voucher = app.store.voucher_at(place).await?;
    voucher.ok_or_else(ApiError::not_found)
}

/// Moves the voucher of a code on, as `decide` says, once for the partner's transaction.
pub(super) async fn move_on(
    app: &App,
    partner: &Partner,
    transaction: &PartnerTransaction,
    code: &VoucherCode,
    decide: impl Fn(Voucher, Timestamp) -> Result<Moved, UseError>,
) -> Result<Response, ApiError> {
    for _ in 0..MAX_TRIES {
        if let Some(answer) = repeat(app, transaction).await? {
            return Ok(answer);
        }
        let now = app.clock.now();
        let moved = match decide(find(app, partner, code).await?, now) {
            Ok(moved) => moved,
            // What refuses us may be what our own twin has just done: then the answer is the twin's.
            Err(error) => match repeat(app, transaction).await? {
                Some(answer) => return Ok(answer),
                None => return Err(refusal(error)),
            },
        };
        match commit(app, transaction, &moved, now).await {
            Ok(()) => {
                let out = PartnerVoucherOut::of(&moved.voucher, now);
                return Ok(Json(out).into_response());
            }
            Err(MoveError::Lost | MoveError::Repeated) => {}
            Err(error @ MoveError::CodeTaken) => return Err(ApiError::internal(error)),
            Err(MoveError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// The answer to a transaction that was done before, if it was: its voucher as it is by now.
pub(super) async fn repeat(
    app: &App,
    transaction: &PartnerTransaction,
) -> Result<Option<Response>, ApiError> {
    let Some(recorded) = app.store.recorded(transaction).await? else {
        return Ok(None);
    };
    let voucher = app.store.voucher(recorded.of_same()?).await?;
    let voucher = voucher.ok_or_else(|| ApiError::internal("a moved voucher is not there"))?;
    let out = PartnerVoucherOut::of(&voucher, app.clock.now());
    Ok(Some(replayed(Json(out))))
}

async fn commit(
    app: &App,
    transaction: &PartnerTransaction,
    moved: &Moved,
    now: Timestamp,
) -> Result<(), MoveError> {
    let voucher = &moved.voucher;
    let mut with = vec![app.store.record(transaction, voucher.id)];
    if let (Some(spent), Stage::Issued(holding)) = (&moved.restored, &voucher.stage) {
        let order = &voucher.order;
        let mut wallet = app.wallets.load(order.holder).await?;
        // Whoever has a voucher has spent for it, so only an older wallet could refuse.
        let restored = wallet.restore(spent, Reason::from(voucher.id), now);
        restored.map_err(|_| MoveError::Lost)?;
        with.push(app.wallets.save(wallet));
        with.extend(app.store.uncount(order));
        let charge = order.charge(voucher.id, holding.issue.issued_at);
        with.extend(charge.map(|charge| app.store.record_exchange(&charge.reversed(now))));
    }
    app.store.commit_move(voucher, with).await
}

fn refusal(error: UseError) -> ApiError {
    let code = match error {
        UseError::State(_) | UseError::ReservedByAnother | UseError::TooLate => {
            Code::VoucherNotValid
        }
    };
    ApiError::new(code).detail(error.to_string())
}

impl PartnerVoucherOut {
    /// The voucher as it is at a time.
    pub(super) fn of(voucher: &Voucher, now: Timestamp) -> Self {
        let order = &voucher.order;
        let state = voucher.state(now);
        let mut out = Self {
            reference: voucher.id,
            state,
            reward_name: order.reward_name.as_str().to_owned(),
            unit_price: order.unit_price.map(MoneyOut::from),
            expires_at: None,
            reserved_until: None,
            redeemed_at: None,
        };
        if let Stage::Issued(holding) = &voucher.stage {
            out.expires_at = Some(holding.issue.expires_at);
            match &holding.usage {
                Usage::Reserved(reservation) if state == State::Reserved => {
                    out.reserved_until = Some(reservation.until);
                }
                Usage::Redeemed { at } => out.redeemed_at = Some(*at),
                Usage::Reserved(_) | Usage::Unused | Usage::Expired | Usage::Reversed(_) => {}
            }
        }
        out
    }
}

impl From<Voucher> for Moved {
    fn from(voucher: Voucher) -> Self {
        Self {
            voucher,
            restored: None,
        }
    }
}
