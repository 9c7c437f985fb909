//! A voucher, once a member wants it: where it stands, and how its partner moves it on. Pure.
//!
//! Invariants: a voucher is redeemed once; its points come back once, and each with its own expiry;
//! what time ends has ended at its moment, whoever looks.

use jiff::SignedDuration;
use kernel::{Id, Money, Points, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use wallet::Spent;

use crate::{
    exchange::{Direction, Exchange, Item, Posting, Subject, UnitPrice},
    member::TransactionId,
    purchase::{Purchase, Reason},
    reward::PartnerName,
    sealing::SealedCode,
    text::Name,
};

/// A voucher that a member has, is to have, or did not get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Voucher {
    pub(crate) id: Id<kind::Voucher>,
    /// In which batch its code came; none of those that are issued on demand.
    pub(crate) batch: Option<Id<kind::CodeBatch>>,
    pub(crate) created_at: Timestamp,
    pub(crate) order: Order,
    pub(crate) stage: Stage,
    /// Counts its changes.
    pub(crate) version: u64,
}

/// Who wants a voucher, of what, and for what, as it was then.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) holder: Id<kind::Account>,
    pub(crate) reward: Id<kind::Reward>,
    pub(crate) reward_name: Name,
    pub(crate) partner: PartnerName,
    pub(crate) price: Points,
    /// What the platform owes the partner for it; `None` of vouchers from before that was recorded.
    pub(crate) unit_price: Option<Money>,
    /// Whether it counts against how often its holder may redeem the reward.
    pub(crate) is_counted: bool,
    pub(crate) ordered_at: Timestamp,
}

/// How far a voucher has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The partner has been asked for it; the points are held.
    Pending(Purchase),
    /// The partner has not issued it; the points are free.
    Failed(Failure),
    /// It was issued; the points are spent.
    Issued(Holding),
}

/// Why and when a voucher was given up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Failure {
    pub(crate) at: Timestamp,
    /// `None` if the partner made it void by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<Reason>,
}

/// What a member holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Holding {
    pub(crate) code: SealedCode,
    pub(crate) issue: Issue,
    pub(crate) usage: Usage,
}

/// When a voucher was issued and for what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Issue {
    pub(crate) issued_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// The points it cost, by the lots they came from: a reversal gives each back its own expiry.
    pub(crate) spent: Spent,
}

/// What was done with a voucher, as far as anybody wrote it down: see [`Voucher::state`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Usage {
    Unused,
    Reserved(Reservation),
    Redeemed { at: Timestamp },
    Expired,
    Reversed(Reversal),
}

/// A voucher that is kept for one transaction at the partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reservation {
    /// The transaction that reserved it.
    pub(crate) by: TransactionId,
    pub(crate) until: Timestamp,
}

/// That a voucher was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reversal {
    pub(crate) at: Timestamp,
    pub(crate) reason: ReversalReason,
}

/// Why a partner takes a voucher back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VoucherReversalReason)]
pub(crate) enum ReversalReason {
    /// Nobody used it.
    Unused,
    /// The partner could not accept it.
    Invalid,
    /// What it was redeemed for was given back.
    Returned,
}

/// Where a voucher stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = VoucherStatus)]
pub(crate) enum State {
    /// The partner has been asked for it; the points are set aside.
    Pending,
    /// It can be used.
    Issued,
    /// It is being used.
    Reserved,
    /// It was used.
    Redeemed,
    /// Its time was over before it was used.
    Expired,
    /// It was taken back; so were the points.
    Reversed,
    /// The partner did not issue it; the points are free again.
    Failed,
}

/// Why nothing can be done with a voucher.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UseError {
    /// It is not in a state for that.
    #[error("the voucher is {0}")]
    State(State),
    /// Another transaction has reserved it.
    #[error("the voucher is reserved by another transaction")]
    ReservedByAnother,
    /// The time in which it could be reversed is over.
    #[error("the voucher can no longer be reversed")]
    TooLate,
}

impl Voucher {
    /// Where it stands at a time: a reservation lapses and a voucher expires the moment that it is
    /// due, whether or not that was written down.
    pub(crate) fn state(&self, now: Timestamp) -> State {
        let holding = match &self.stage {
            Stage::Pending(_) => return State::Pending,
            Stage::Failed(_) => return State::Failed,
            Stage::Issued(holding) => holding,
        };
        match &holding.usage {
            Usage::Redeemed { .. } => State::Redeemed,
            Usage::Reversed(_) => State::Reversed,
            Usage::Expired => State::Expired,
            Usage::Reserved(reservation) if reservation.until > now => State::Reserved,
            Usage::Reserved(_) | Usage::Unused if holding.issue.expires_at <= now => State::Expired,
            Usage::Reserved(_) | Usage::Unused => State::Issued,
        }
    }

    /// Keeps it for one transaction of its partner for so many minutes.
    pub(crate) fn reserved(
        self,
        by: TransactionId,
        minutes: u16,
        now: Timestamp,
    ) -> Result<Self, UseError> {
        match self.state(now) {
            State::Issued => {
                let until = later(now, SignedDuration::from_mins(i64::from(minutes)));
                Ok(self.used(Usage::Reserved(Reservation { by, until })))
            }
            state => Err(UseError::State(state)),
        }
    }

    /// Ends its reservation. With `reservation` only if it was that transaction that reserved it.
    pub(crate) fn released(
        self,
        reservation: Option<&TransactionId>,
        now: Timestamp,
    ) -> Result<Self, UseError> {
        match self.state(now) {
            State::Reserved if self.is_reserved_by(reservation) => Ok(self.used(Usage::Unused)),
            State::Reserved => Err(UseError::ReservedByAnother),
            state => Err(UseError::State(state)),
        }
    }

    /// Uses it up. One that is reserved, by whoever names the transaction that reserved it.
    pub(crate) fn redeemed(
        self,
        reservation: Option<&TransactionId>,
        now: Timestamp,
    ) -> Result<Self, UseError> {
        match self.state(now) {
            State::Issued => Ok(self.used(Usage::Redeemed { at: now })),
            State::Reserved if self.is_reserved_by(reservation) => {
                Ok(self.used(Usage::Redeemed { at: now }))
            }
            State::Reserved => Err(UseError::ReservedByAnother),
            state => Err(UseError::State(state)),
        }
    }

    /// Takes it back: unused, until so many hours after its time; used, so many hours long. The
    /// points to restore are those of its issue.
    pub(crate) fn reversed(
        self,
        reason: ReversalReason,
        within_hours: u16,
        now: Timestamp,
    ) -> Result<(Self, Spent), UseError> {
        let state = self.state(now);
        let Stage::Issued(holding) = &self.stage else {
            return Err(UseError::State(state));
        };
        let counted_from = match (state, &holding.usage) {
            (State::Redeemed, Usage::Redeemed { at }) => *at,
            (State::Issued | State::Expired, _) => holding.issue.expires_at,
            _ => return Err(UseError::State(state)),
        };
        if now
            > later(
                counted_from,
                SignedDuration::from_hours(i64::from(within_hours)),
            )
        {
            return Err(UseError::TooLate);
        }
        let spent = holding.issue.spent.clone();
        Ok((
            self.used(Usage::Reversed(Reversal { at: now, reason })),
            spent,
        ))
    }

    /// Says of it that its time is over, if that is so and nobody has said it yet.
    pub(crate) fn expired(self, now: Timestamp) -> Option<Self> {
        match &self.stage {
            Stage::Issued(holding)
                if holding.usage != Usage::Expired && self.state(now) == State::Expired =>
            {
                Some(self.used(Usage::Expired))
            }
            _ => None,
        }
    }

    /// When time has something to do with it: the partner is to be asked, or it is over.
    pub(crate) fn due_at(&self) -> Option<Timestamp> {
        match &self.stage {
            Stage::Pending(purchase) => Some(purchase.next_at),
            Stage::Failed(_) => None,
            Stage::Issued(holding) => match &holding.usage {
                Usage::Unused => Some(holding.issue.expires_at),
                Usage::Reserved(reservation) => {
                    Some(holding.issue.expires_at.max(reservation.until))
                }
                Usage::Redeemed { .. } | Usage::Expired | Usage::Reversed(_) => None,
            },
        }
    }

    /// The hold under which its points lie while it is pending.
    pub(crate) fn hold(&self) -> Id<kind::Hold> {
        Id::derive(&["voucher hold", &self.id.to_string()])
    }

    /// The same voucher at another stage, one version on.
    pub(crate) fn at(self, stage: Stage) -> Self {
        Self {
            stage,
            version: self.version + 1,
            ..self
        }
    }

    fn is_reserved_by(&self, transaction: Option<&TransactionId>) -> bool {
        let Stage::Issued(holding) = &self.stage else {
            return false;
        };
        match &holding.usage {
            // Who names none speaks for the partner as a whole, whose reservation every one is.
            Usage::Reserved(reservation) => transaction.is_none_or(|by| *by == reservation.by),
            _ => false,
        }
    }

    fn used(self, usage: Usage) -> Self {
        match self.stage.clone() {
            Stage::Issued(holding) => self.at(Stage::Issued(Holding { usage, ..holding })),
            Stage::Pending(_) | Stage::Failed(_) => self,
        }
    }
}

impl Order {
    /// The record that a voucher of this order was issued: from then on the platform owes it.
    pub(crate) fn charge(&self, voucher: Id<kind::Voucher>, at: Timestamp) -> Option<Exchange> {
        let price = self.unit_price?;
        let subject = Subject::Voucher(voucher);
        Some(Exchange {
            id: Exchange::id_of(subject, Posting::Charge),
            partner: self.partner.id,
            direction: Direction::Outbound,
            item: Item::Voucher,
            posting: Posting::Charge,
            quantity: 1,
            price: UnitPrice::each(price),
            amount: price,
            reference: voucher.into(),
            subject,
            // What is tried out is never on offer.
            sandbox: false,
            occurred_at: at,
        })
    }
}

impl State {
    /// The state on the wire.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Issued => "issued",
            Self::Reserved => "reserved",
            Self::Redeemed => "redeemed",
            Self::Expired => "expired",
            Self::Reversed => "reversed",
            Self::Failed => "failed",
        }
    }
}

impl std::fmt::Display for State {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// Keeps many vouchers from being due at once; the same for one voucher always.
pub(crate) fn spread(voucher: Id<kind::Voucher>) -> u8 {
    let [.., last] = voucher.as_bytes();
    last
}

/// Only a clock at the end of time goes beyond it.
fn later(from: Timestamp, span: SignedDuration) -> Timestamp {
    from.checked_add(span).unwrap_or(Timestamp::MAX)
}
