//! Vouchers that partners issue on demand: brings the rules of `purchase.rs` together with the
//! partner, the wallet and the table.
//!
//! It can stop anywhere and be gone on with by anybody: what a call has led to is committed before
//! the next call is made, under the version of the voucher that it was decided on.

use kernel::Timestamp;
use platform::{OutboundLimits, SealingError, ServiceError};
use wallet::{Posted, Reason as WalletReason, ResolveError, Spent, Wallet};

use crate::{
    App, partner_api,
    purchase::{Aim, Call, Next, Offer, Purchase, Reason, Word},
    redemption::valid_until,
    store::MoveError,
    transaction::PartnerTransaction,
    voucher::{Failure, Holding, Issue, Stage, Usage, Voucher, spread},
};

/// How often a word is settled anew because something changed meanwhile. Each time means that
/// somebody else's change was done.
const MAX_TRIES: usize = 32;

/// Why a purchase could not be gone on with. It stays as it was, and due.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BuyError {
    /// The partner's own transaction, with which the word came, was done before.
    #[error("the transaction was done before")]
    Repeated,
    /// Too many others were changing the same things.
    #[error("too many changes at once")]
    Contended,
    /// Its partner or the voucher itself is not there.
    #[error("what a purchase needs is not there")]
    Absent,
    /// A code could not be sealed.
    #[error(transparent)]
    Sealing(#[from] SealingError),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Something that the partner said.
#[derive(Clone, Debug)]
pub(crate) struct Said<'a> {
    /// In answer to what; `None` if it said so by itself.
    pub(crate) call: Option<Call>,
    pub(crate) word: Word,
    /// When it was called, or spoke.
    pub(crate) at: Timestamp,
    /// The transaction with which it spoke, to be recorded with what it leads to.
    pub(crate) transaction: Option<&'a PartnerTransaction>,
}

/// Why a word did not become a change.
enum Missed {
    /// What was decided on has changed meanwhile.
    Lost,
    /// What was said cannot be taken, for this reason.
    Untakable(Reason),
    /// It cannot be done now.
    Failed(BuyError),
}

/// Calls the partner, and again as long as what it says asks for another call at once. That ends:
/// after an order to issue comes at most one to void, and after that nothing.
pub(crate) async fn carry_on(
    app: &App,
    voucher: Voucher,
    first: Call,
    limits: OutboundLimits,
) -> Result<Voucher, BuyError> {
    let partner = app.store.partner(voucher.order.partner.id).await?;
    let partner = partner.ok_or(BuyError::Absent)?;
    let (mut voucher, mut next) = (voucher, Some(first));
    while let (Some(call), Stage::Pending(purchase)) = (next, &voucher.stage) {
        let at = app.clock.now();
        let word = partner_api::call(app, &partner, voucher.id, purchase, call, limits).await;
        let said = Said {
            call: Some(call),
            word,
            at,
            transaction: None,
        };
        (voucher, next) = settle(app, voucher, &said).await?;
    }
    Ok(voucher)
}

/// Makes of what the partner said what follows from it; answers with the voucher as it is then, and
/// the call to make at once.
pub(crate) async fn settle(
    app: &App,
    voucher: Voucher,
    said: &Said<'_>,
) -> Result<(Voucher, Option<Call>), BuyError> {
    let (id, asked_about) = (voucher.id, voucher.version);
    let mut voucher = voucher;
    for _ in 0..MAX_TRIES {
        // Silence is about the purchase as it was; of one that has moved on it says nothing. What
        // was issued, or is void, is so whatever we thought meanwhile.
        let is_stale = voucher.version != asked_about && !said.word.is_lasting();
        let Stage::Pending(purchase) = &voucher.stage else {
            return Ok((voucher, None));
        };
        if is_stale {
            return Ok((voucher, None));
        }
        let next = purchase.after(said.call, said.word.clone(), said.at, spread(id));
        let done = match next {
            Next::Take(offer) => match take(app, &voucher, purchase, offer, said).await {
                Err(Missed::Untakable(reason)) => {
                    go_on(app, &voucher, purchase.clone().voiding(reason, said.at)).await
                }
                done => done,
            },
            other => go_on(app, &voucher, other).await,
        };
        match done {
            Ok(done) => return Ok(done),
            Err(Missed::Failed(error)) => return Err(error),
            Err(Missed::Lost | Missed::Untakable(_)) => {}
        }
        let found = app.store.voucher(id).await?;
        voucher = found.ok_or(BuyError::Absent)?;
    }
    Err(BuyError::Contended)
}

/// Gives the voucher to its holder: the code, the points and what is owed for it in one transaction.
async fn take(
    app: &App,
    voucher: &Voucher,
    purchase: &Purchase,
    offer: Offer,
    said: &Said<'_>,
) -> Result<(Voucher, Option<Call>), Missed> {
    let order = &voucher.order;
    let mut wallet = app.wallets.load(order.holder).await?;
    let now = app.clock.now();
    let issue = Issue {
        issued_at: now,
        expires_at: offer
            .expires_at
            .unwrap_or_else(|| valid_until(purchase.valid_days, now)),
        spent: spend(voucher, &mut wallet, now)?,
    };
    let code = app.code_keys.seal(voucher.id, &offer.code);
    let code = code.map_err(|error| Missed::Failed(error.into()))?;
    let place = app.code_keys.voucher_id(order.partner.id, &offer.code);
    let mut with = vec![
        app.wallets.save(wallet),
        app.store.take_code(place, voucher.id),
    ];
    let charge = order.charge(voucher.id, now);
    with.extend(charge.map(|charge| app.store.record_exchange(&charge)));
    let recorded = said.transaction;
    with.extend(recorded.map(|transaction| app.store.record(transaction, voucher.id)));
    let taken = voucher.clone().at(Stage::Issued(Holding {
        code,
        issue,
        usage: Usage::Unused,
    }));
    app.store.commit_move(&taken, with).await?;
    Ok((taken, None))
}

/// Keeps a purchase as it is to go on, or gives it up.
async fn go_on(
    app: &App,
    voucher: &Voucher,
    next: Next,
) -> Result<(Voucher, Option<Call>), Missed> {
    match next {
        Next::GoOn(purchase, call) => {
            let moved = voucher.clone().at(Stage::Pending(purchase));
            match app.store.move_voucher(&moved).await? {
                true => Ok((moved, call)),
                false => Err(Missed::Lost),
            }
        }
        Next::GiveUp => give_up(app, voucher).await,
        // The one who takes looks at what cannot be taken.
        Next::Take(_) => Err(Missed::Lost),
    }
}

/// Gives the points back: the partner has said that there will never be a code.
async fn give_up(app: &App, voucher: &Voucher) -> Result<(Voucher, Option<Call>), Missed> {
    let order = &voucher.order;
    let mut wallet = app.wallets.load(order.holder).await?;
    let now = app.clock.now();
    match wallet.void(voucher.hold(), now) {
        // One that is not known any more ended so long ago that the wallet has forgotten it.
        Ok(_) | Err(ResolveError::Unknown) => {}
        Err(_) => return Err(Missed::Lost),
    }
    let reason = match &voucher.stage {
        Stage::Pending(purchase) => purchase.aim.reason(),
        Stage::Failed(_) | Stage::Issued(_) => None,
    };
    let failed = voucher
        .clone()
        .at(Stage::Failed(Failure { at: now, reason }));
    let mut with: Vec<_> = app.store.uncount(order).into_iter().collect();
    if wallet.is_changed() {
        with.push(app.wallets.save(wallet));
    }
    app.store.commit_move(&failed, with).await?;
    Ok((failed, None))
}

/// Spends the points that were held. If time has freed them, since nobody got round to the purchase
/// for weeks, they are spent like any others, if they are still there.
fn spend(voucher: &Voucher, wallet: &mut Wallet, now: Timestamp) -> Result<Spent, Missed> {
    let price = voucher.order.price;
    match wallet.post(voucher.hold(), price, now) {
        Ok(Posted::Now(spent)) => Ok(spent),
        Err(ResolveError::Unknown | ResolveError::Ended) => {
            let reason = WalletReason::from(voucher.id);
            let spent = wallet.spend(price, reason, now);
            spent.map_err(|_| Missed::Untakable(Reason::PointsGone))
        }
        // Somebody else has brought the purchase to its end, and what we know of it is old.
        Ok(Posted::Before)
        | Err(ResolveError::Posted | ResolveError::Voided | ResolveError::TooFew { .. }) => {
            Err(Missed::Lost)
        }
    }
}

impl Aim {
    /// Why no code is wanted any more, if so.
    fn reason(self) -> Option<Reason> {
        match self {
            Self::Issue => None,
            Self::Void(reason) => Some(reason),
        }
    }
}

impl From<MoveError> for Missed {
    fn from(error: MoveError) -> Self {
        match error {
            MoveError::Lost => Self::Lost,
            MoveError::CodeTaken => Self::Untakable(Reason::CodeTaken),
            MoveError::Repeated => Self::Failed(BuyError::Repeated),
            MoveError::Service(error) => error.into(),
        }
    }
}

impl From<ServiceError> for Missed {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error.into())
    }
}
