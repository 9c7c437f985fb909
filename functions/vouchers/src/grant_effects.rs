//! What a grant's move means for everything else: read off the grant before and after it.
//!
//! Whoever commits a move commits these with it. They depend on the two versions alone, so that no
//! way through the states can forget one, or do it twice.

use std::num::NonZeroU32;

use kernel::{Id, Points, Timestamp, kind};

use crate::{
    exchange::{self, Direction, Exchange, Posting, Subject},
    grant::{Earns, Grant, State},
};

/// What is to be true together with a move.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effects {
    /// What the partner owes now, or owes no longer.
    pub(crate) exchanges: Vec<Exchange>,
    /// Units that are free again.
    pub(crate) units: Option<Units>,
    /// Whether what was reserved of the partner's balance is free again.
    pub(crate) releases: bool,
    /// What happens to the wallet of who claimed it.
    pub(crate) points: Option<PointsMove>,
}

/// Units of an allotment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Units {
    pub(crate) allotment: Id<kind::Allotment>,
    pub(crate) quantity: NonZeroU32,
}

/// Points that come to a wallet, or are taken away again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PointsMove {
    /// They are credited.
    Credit(Id<kind::Account>, Points),
    /// They are clawed back.
    ClawBack(Id<kind::Account>, Points),
}

/// What the move from `old` to `new` means. Both are versions of one grant.
pub(crate) fn effects(old: &Grant, new: &Grant) -> Effects {
    let ends_unused = new.state.is_unused() && !old.state.is_unused();
    let mut effects = Effects {
        releases: ends_unused,
        points: points_move(old, new),
        ..Effects::default()
    };
    if new.is_charged && !old.is_charged {
        effects.exchanges.push(charge(new, new.updated_at));
    }
    if ends_unused && new.is_charged {
        let reversal = charge(new, new.updated_at).reversed(new.updated_at);
        effects.exchanges.push(reversal);
    }
    if let Earns::Ticket {
        allotment,
        quantity,
        ..
    } = new.earns
        && ends_unused
    {
        effects.units = Some(Units {
            allotment,
            quantity,
        });
    }
    effects
}

/// Nothing comes to a wallet, or goes, for what is only tried out.
fn points_move(old: &Grant, new: &Grant) -> Option<PointsMove> {
    let Earns::Points { points } = new.earns else {
        return None;
    };
    let account = new.claimed.filter(|_| !new.sandbox)?.account;
    match (old.state, new.state) {
        (State::Granted, State::Claimed) => Some(PointsMove::Credit(account, points)),
        (State::Claimed, State::Revoked) => Some(PointsMove::ClawBack(account, points)),
        _ => None,
    }
}

fn charge(grant: &Grant, occurred_at: Timestamp) -> Exchange {
    let subject = Subject::Grant(grant.id);
    let (item, quantity) = match grant.earns {
        Earns::Ticket { quantity, .. } => (exchange::Item::Ticket, quantity.get()),
        Earns::Points { points } => {
            // A grant has at most a million points.
            let points = u32::try_from(points.get()).unwrap_or(u32::MAX);
            (exchange::Item::Points, points)
        }
    };
    Exchange {
        id: Exchange::id_of(subject, Posting::Charge),
        partner: grant.partner.id,
        direction: Direction::Inbound,
        item,
        posting: Posting::Charge,
        quantity,
        price: grant.price,
        amount: grant.amount,
        reference: (&grant.transaction).into(),
        subject,
        sandbox: grant.sandbox,
        occurred_at,
    }
}
