//! Everything that is true together with a grant's or an allotment's move, in one transaction.
//!
//! What is to happen is decided by the rules (`grant.rs`, `grant_effects.rs`, `allotment.rs`) on what
//! was read; here it is committed under the versions that were read, or decided anew. Where a move
//! was made before, or another was faster, nothing is written; so routes, messages and the sweeper
//! may all come twice, at once and in any order.

use std::num::NonZeroU32;

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{TransactError, Transaction, Write},
};
use quota::{GiveBackError, QuotaId, QuotaIdError};
use wallet::{CreditError, Reason, Rules};

use crate::{
    App,
    allotment::{self, Allotment, AllotmentError},
    billing::BillingError,
    exchange::Book,
    grant::{Grant, GrantError, Move},
    grant_effects::{Effects, PointsMove, Units, effects},
    store::{LINKED_MEMBER, TRANSACTION},
    transaction::PartnerTransaction,
};

/// How often something is decided on anew because it changed meanwhile. Each time means that another
/// got its work done, so that so many at once are all done without a wait.
pub(crate) const MAX_TRIES: usize = 64;

/// Why a move was not made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MoveError<E> {
    /// There is nothing of that id, for whom it is moved.
    #[error("there is no such thing")]
    Unknown,
    /// It cannot be.
    #[error(transparent)]
    Refused(E),
    /// The partner's transaction was done before.
    #[error("the transaction was done before")]
    Repeated,
    /// The member's wallet takes no more.
    #[error(transparent)]
    Full(#[from] CreditError),
    /// What was read does not fit together.
    #[error(transparent)]
    Inconsistent(#[from] Inconsistency),
    /// It changed again and again meanwhile.
    #[error("it changes too fast")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// What is kept in several places and does not fit together: a defect, for an operator to look at.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Inconsistency {
    /// A grant of an allotment that is not there.
    #[error("there is no allotment {0}")]
    Allotment(Id<kind::Allotment>),
    /// Units that cannot come back.
    #[error("units of {quota} cannot come back: {cause}")]
    Quota {
        /// Of which quota.
        quota: String,
        /// Why not.
        cause: String,
    },
    /// An amount that cannot be released.
    #[error("the amount cannot be released: {0}")]
    Billing(#[from] BillingError),
}

/// What was moved, and whether it was moved just now.
#[derive(Debug)]
pub(crate) struct Moved<T> {
    /// As it is by now.
    pub(crate) thing: T,
    /// Whether this call did it; else it was so before.
    pub(crate) is_new: bool,
}

/// What else must hold, or is remembered, in the moment of a move.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Under<'a> {
    /// Nothing.
    Nothing,
    /// It is what a partner's transaction led to, which is recorded with it.
    Transaction(&'a PartnerTransaction),
    /// The account is linked to the member that the grant is for.
    Link(Id<kind::Account>),
}

/// Moves a grant, with all that this means.
pub(crate) async fn move_grant(
    app: &App,
    id: Id<kind::PartnerGrant>,
    what: &Move,
    under: Under<'_>,
) -> Result<Moved<Grant>, MoveError<GrantError>> {
    for _ in 0..MAX_TRIES {
        let old = app.store.grant(id).await?.ok_or(MoveError::Unknown)?;
        let next = old.after(what, app.clock.now());
        let Some(new) = next.map_err(MoveError::Refused)? else {
            return Ok(Moved {
                thing: old,
                is_new: false,
            });
        };
        let mut writes = app.store.save_grant(&old, &new);
        writes.extend(effect_writes(app, &new, effects(&old, &new)).await?);
        writes.extend(under_write(app, &old, under));
        if commit(app, writes).await? {
            return Ok(Moved {
                thing: new,
                is_new: true,
            });
        }
    }
    Err(MoveError::Contended)
}

/// Moves an allotment; what it returns is in the public quota in the same moment.
pub(crate) async fn move_allotment(
    app: &App,
    id: Id<kind::Allotment>,
    what: allotment::Move,
    under: Option<&PartnerTransaction>,
) -> Result<Moved<Allotment>, MoveError<AllotmentError>> {
    for _ in 0..MAX_TRIES {
        let old = app.store.allotment(id).await?.ok_or(MoveError::Unknown)?;
        let next = old.after(what, app.clock.now());
        let Some(new) = next.map_err(MoveError::Refused)? else {
            return Ok(Moved {
                thing: old,
                is_new: false,
            });
        };
        let mut writes = allotment_writes(app, &old, &new).await?;
        writes.extend(under.map(|transaction| app.store.record(transaction, id)));
        if commit(app, writes).await? {
            return Ok(Moved {
                thing: new,
                is_new: true,
            });
        }
    }
    Err(MoveError::Contended)
}

/// What holds only as long as a member is linked, or is known by a partner's transaction.
fn under_write(app: &App, grant: &Grant, under: Under<'_>) -> Option<Write> {
    match under {
        Under::Nothing => None,
        Under::Transaction(transaction) => Some(app.store.record(transaction, grant.id)),
        Under::Link(account) => {
            let member = grant.member.as_ref()?;
            let (partner, mode) = (grant.partner.id, grant.mode());
            Some(app.store.still_linked(partner, mode, member, account))
        }
    }
}

/// Under which name the units of a ticket quota are counted.
pub(crate) fn counted_as(quota: Id<kind::TicketQuota>) -> Result<QuotaId, QuotaIdError> {
    format!("tickets:{quota}").parse()
}

/// Whether all was committed; if not, something had changed and nothing was written.
async fn commit<E>(app: &App, writes: Vec<Write>) -> Result<bool, MoveError<E>> {
    match app.store.transact(Transaction::from(writes)).await {
        Ok(()) => Ok(true),
        Err(TransactError::Cancelled(cancelled)) if cancelled.names(TRANSACTION) => {
            Err(MoveError::Repeated)
        }
        Err(TransactError::Cancelled(cancelled)) if cancelled.names(LINKED_MEMBER) => {
            Err(MoveError::Unknown)
        }
        Err(TransactError::Cancelled(_)) => Ok(false),
        Err(TransactError::Service(error)) => Err(error.into()),
    }
}

async fn effect_writes<E>(
    app: &App,
    grant: &Grant,
    effects: Effects,
) -> Result<Vec<Write>, MoveError<E>> {
    let exchanges = effects.exchanges.iter();
    let mut writes: Vec<_> = exchanges
        .map(|exchange| app.store.record_exchange(exchange))
        .collect();
    if let Some(units) = effects.units {
        writes.extend(released(app, units).await?);
    }
    // What costs nothing has nothing reserved, and need not wait for the partner's account.
    if effects.releases && !grant.amount.is_zero() {
        let book = Book {
            partner: grant.partner.id,
            sandbox: grant.sandbox,
        };
        let billing = app.store.billing(book, grant.amount.currency()).await?;
        let billing = billing.release(grant.amount);
        let billing = billing.map_err(Inconsistency::from)?;
        writes.push(app.store.save_billing(&billing));
    }
    if let Some(points) = effects.points {
        writes.push(wallet_write(app, grant, points).await?);
    }
    Ok(writes)
}

async fn wallet_write<E>(
    app: &App,
    grant: &Grant,
    points: PointsMove,
) -> Result<Write, MoveError<E>> {
    let (PointsMove::Credit(account, points_moved) | PointsMove::ClawBack(account, points_moved)) =
        points;
    let mut wallet = app.wallets.load(account).await?;
    let (reason, now) = (Reason::from(grant.id), app.clock.now());
    match points {
        // The versions of the rule are kept by `points` for itself; what is given here lasts as long
        // as the founding rule says.
        PointsMove::Credit(..) => wallet.credit(points_moved, &Rules::founding(), reason, now)?,
        PointsMove::ClawBack(..) => wallet.claw_back(points_moved, reason, now),
    }
    Ok(app.wallets.save(wallet))
}

async fn released<E>(app: &App, units: Units) -> Result<Vec<Write>, MoveError<E>> {
    let old = app.store.allotment(units.allotment).await?;
    let old = old.ok_or(Inconsistency::Allotment(units.allotment))?;
    let new = old.releasing(units.quantity, app.clock.now());
    allotment_writes(app, &old, &new).await
}

/// The allotment as it is now, and in the public quota what it has returned.
async fn allotment_writes<E>(
    app: &App,
    old: &Allotment,
    new: &Allotment,
) -> Result<Vec<Write>, MoveError<E>> {
    let mut writes = vec![app.store.save_allotment(new)];
    let returned = NonZeroU32::new(new.returned.saturating_sub(old.returned));
    if let Some(returned) = returned.filter(|_| !new.sandbox) {
        writes.extend(given_back(app, new.ticket_quota, returned).await?);
    }
    Ok(writes)
}

async fn given_back<E>(
    app: &App,
    quota: Id<kind::TicketQuota>,
    units: NonZeroU32,
) -> Result<Vec<Write>, MoveError<E>> {
    let inconsistent = |cause: String| Inconsistency::Quota {
        quota: quota.to_string(),
        cause,
    };
    let counted = counted_as(quota).map_err(|error| inconsistent(error.to_string()))?;
    match app.quotas.give_back(&counted, units).await {
        Ok(writes) => Ok(writes),
        Err(GiveBackError::Service(error)) => Err(error.into()),
        Err(error @ (GiveBackError::TooMany { .. } | GiveBackError::Unknown)) => {
            platform::books_disagree!(
                Stock,
                %quota,
                units,
                %error,
                "units of an allotment cannot come back"
            );
            Err(inconsistent(error.to_string()).into())
        }
    }
}
