//! Inbound grants: what a partner's customer has earned here, from the partner's word to the seat.
//!
//! Invariants:
//!
//! - A grant is claimed by one account, once.
//! - What is given is charged: the grant of points when they are credited, the grant of tickets when
//!   they are issued; and what is taken back after that is credited to the partner again. Each
//!   happens once, however often and in whatever order the news comes ([`effects`](crate::grant_effects)
//!   reads them off two versions of a grant).
//! - What somebody has gone through the door with is never taken back.
//!
//! The whole state machine is [`Grant::after`]: one row for each move in each state.

use std::num::NonZeroU32;

use kernel::{Id, Money, Points, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    exchange::UnitPrice,
    member::{MemberId, TransactionId},
    partner::Mode,
    reward::PartnerName,
};

/// Something that a partner's customer has earned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Grant {
    pub(crate) id: Id<kind::PartnerGrant>,
    pub(crate) partner: PartnerName,
    /// How the partner calls it.
    pub(crate) transaction: TransactionId,
    /// Whom the partner means, if it says so; whoever has the code may claim it all the same.
    pub(crate) member: Option<MemberId>,
    pub(crate) earns: Earns,
    /// What the partner owes for it, once it has been given.
    pub(crate) price: UnitPrice,
    pub(crate) amount: Money,
    pub(crate) state: State,
    /// When the partner said so.
    pub(crate) granted_at: Timestamp,
    /// When, by the partner's word, it was earned.
    pub(crate) occurred_at: Option<Timestamp>,
    /// From when on it cannot be claimed any more.
    pub(crate) claim_by: Timestamp,
    /// From when on the partner cannot take it back any more.
    pub(crate) revocable_until: Timestamp,
    pub(crate) claimed: Option<Claimed>,
    /// What `events` issued for it.
    pub(crate) tickets: Vec<Id<kind::Ticket>>,
    /// Whether the partner owes, or owed, for it.
    pub(crate) is_charged: bool,
    /// Whether it was only tried out: it goes through all of this, and is worth nothing.
    pub(crate) sandbox: bool,
    pub(crate) version: u64,
    pub(crate) updated_at: Timestamp,
}

/// What a grant is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Earns {
    /// Tickets of an allotment.
    Ticket {
        allotment: Id<kind::Allotment>,
        concert: Id<kind::Concert>,
        ticket_quota: Id<kind::TicketQuota>,
        quantity: NonZeroU32,
    },
    /// Points.
    Points { points: Points },
}

/// Who claimed a grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claimed {
    pub(crate) account: Id<kind::Account>,
    pub(crate) at: Timestamp,
}

/// How far a grant is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PartnerGrantState)]
pub(crate) enum State {
    /// It waits to be claimed.
    Granted,
    /// It was claimed: points are credited, tickets are on their way.
    Claimed,
    /// Its tickets are issued.
    TicketIssued,
    /// Somebody came with a ticket of it.
    Attended,
    /// Nobody claimed it in time.
    Expired,
    /// The partner takes it back, and its tickets are being asked for.
    Revoking,
    /// The partner took it back.
    Revoked,
    /// Its concert does not take place.
    Voided,
}

/// What can happen to a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// An account claims it.
    Claim(Id<kind::Account>),
    /// Its time to be claimed is over.
    Expire,
    /// The partner takes it back.
    Revoke,
    /// Its concert does not take place, as this context was told.
    Cancel,
    /// `events` has issued its tickets.
    Issued(Vec<Id<kind::Ticket>>),
    /// `events` will not issue tickets for it.
    IssueRefused,
    /// `events` has made its tickets void, as was asked.
    Recalled,
    /// `events` leaves its tickets good.
    RecallRefused,
    /// `events` has made its tickets void, as the concert does not take place.
    TicketsVoided,
    /// Somebody came in with a ticket of it.
    CheckedIn,
}

/// Why something cannot happen to a grant. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GrantError {
    /// Somebody else has it.
    #[error("the grant is claimed by another")]
    ClaimedByAnother,
    /// Nobody claimed it in time.
    #[error("the grant was to be claimed before")]
    Expired,
    /// It was taken back.
    #[error("the grant is taken back")]
    Revoked,
    /// Its concert does not take place.
    #[error("the concert does not take place")]
    Voided,
    /// It can still be claimed.
    #[error("the grant can still be claimed")]
    NotYet,
    /// It is too late to take it back.
    #[error("the grant can be taken back no longer")]
    TooLate,
    /// Somebody has come with it.
    #[error("somebody has come with a ticket of the grant")]
    Attended,
    /// It is being taken back.
    #[error("the grant is being taken back")]
    Revoking,
    /// News of tickets that nobody can have.
    #[error("the grant has no tickets")]
    NoTickets,
}

impl State {
    /// Whether nothing was given for good: units and what was reserved for them are free again.
    pub(crate) fn is_unused(self) -> bool {
        match self {
            Self::Expired | Self::Revoked | Self::Voided => true,
            Self::Granted
            | Self::Claimed
            | Self::TicketIssued
            | Self::Attended
            | Self::Revoking => false,
        }
    }
}

impl Earns {
    /// How many tickets or points.
    pub(crate) fn quantity(&self) -> i64 {
        match self {
            Self::Ticket { quantity, .. } => i64::from(quantity.get()),
            Self::Points { points } => points.get(),
        }
    }
}

impl Grant {
    /// In which mode its partner was.
    pub(crate) fn mode(&self) -> Mode {
        if self.sandbox {
            Mode::Sandbox
        } else {
            Mode::Live
        }
    }

    /// The grant after a move; `None` if the move was made before, or is overtaken by later news and
    /// has no meaning any more.
    ///
    /// News of tickets come twice and in any order. Two rules make that harmless: whatever proves
    /// that tickets were issued charges for them, once; and where a grant has ended it stays.
    pub(crate) fn after(&self, what: &Move, now: Timestamp) -> Result<Option<Self>, GrantError> {
        let has_tickets = matches!(self.earns, Earns::Ticket { .. });
        match what {
            Move::Claim(account) => self.claimed_by(*account, now),
            Move::Expire => self.expired(now),
            Move::Revoke => self.revoked(now),
            Move::Issued(_)
            | Move::IssueRefused
            | Move::Recalled
            | Move::RecallRefused
            | Move::TicketsVoided
            | Move::CheckedIn
                if !has_tickets || self.claimed.is_none() =>
            {
                Err(GrantError::NoTickets)
            }
            Move::Cancel if !has_tickets => Err(GrantError::NoTickets),
            // What is claimed is decided on by those who issue its tickets.
            Move::Cancel => Ok((self.state == State::Granted).then(|| self.to(State::Voided, now))),
            Move::Issued(tickets) => Ok(self.issued(tickets, now)),
            Move::IssueRefused => Ok(self.refused(now)),
            Move::Recalled => Ok(self.recalled(now)),
            Move::RecallRefused => Ok(self.kept(now)),
            Move::TicketsVoided => Ok(self.voided(now)),
            Move::CheckedIn => Ok(self.attended(now)),
        }
    }

    fn claimed_by(
        &self,
        account: Id<kind::Account>,
        now: Timestamp,
    ) -> Result<Option<Self>, GrantError> {
        let is_own = self
            .claimed
            .is_some_and(|claimed| claimed.account == account);
        match self.state {
            State::Granted if now >= self.claim_by => Err(GrantError::Expired),
            State::Granted => {
                // Nobody issues tickets to try something out, so those are issued by the claim.
                let tickets = matches!(self.earns, Earns::Ticket { .. });
                let state = if tickets && self.sandbox {
                    State::TicketIssued
                } else {
                    State::Claimed
                };
                Ok(Some(Self {
                    claimed: Some(Claimed { account, at: now }),
                    is_charged: !tickets || self.sandbox,
                    ..self.to(state, now)
                }))
            }
            State::Claimed | State::TicketIssued | State::Attended | State::Revoking => {
                if is_own {
                    Ok(None)
                } else {
                    Err(GrantError::ClaimedByAnother)
                }
            }
            State::Expired => Err(GrantError::Expired),
            State::Revoked => Err(GrantError::Revoked),
            State::Voided => Err(GrantError::Voided),
        }
    }

    fn expired(&self, now: Timestamp) -> Result<Option<Self>, GrantError> {
        match self.state {
            State::Granted if now < self.claim_by => Err(GrantError::NotYet),
            State::Granted => Ok(Some(self.to(State::Expired, now))),
            State::Claimed
            | State::TicketIssued
            | State::Attended
            | State::Expired
            | State::Revoking
            | State::Revoked
            | State::Voided => Ok(None),
        }
    }

    fn revoked(&self, now: Timestamp) -> Result<Option<Self>, GrantError> {
        let is_late = now >= self.revocable_until;
        let is_with_events = matches!(self.earns, Earns::Ticket { .. }) && !self.sandbox;
        match self.state {
            State::Attended => Err(GrantError::Attended),
            State::Expired => Err(GrantError::Expired),
            State::Revoking => Err(GrantError::Revoking),
            State::Revoked => Err(GrantError::Revoked),
            State::Voided => Err(GrantError::Voided),
            State::Granted | State::Claimed | State::TicketIssued if is_late => {
                Err(GrantError::TooLate)
            }
            State::Claimed | State::TicketIssued if is_with_events => {
                Ok(Some(self.to(State::Revoking, now)))
            }
            State::Granted | State::Claimed | State::TicketIssued => {
                Ok(Some(self.to(State::Revoked, now)))
            }
        }
    }

    fn issued(&self, tickets: &[Id<kind::Ticket>], now: Timestamp) -> Option<Self> {
        let state = match self.state {
            State::Claimed => State::TicketIssued,
            // The news that somebody came, or the partner's wish, was faster.
            State::Attended | State::Revoking if self.tickets.is_empty() => self.state,
            State::Granted
            | State::TicketIssued
            | State::Attended
            | State::Expired
            | State::Revoking
            | State::Revoked
            | State::Voided => return None,
        };
        Some(Self {
            tickets: tickets.to_vec(),
            is_charged: true,
            ..self.to(state, now)
        })
    }

    fn refused(&self, now: Timestamp) -> Option<Self> {
        match self.state {
            State::Claimed => Some(self.to(State::Voided, now)),
            State::Revoking => Some(self.to(State::Revoked, now)),
            State::Granted
            | State::TicketIssued
            | State::Attended
            | State::Expired
            | State::Revoked
            | State::Voided => None,
        }
    }

    fn recalled(&self, now: Timestamp) -> Option<Self> {
        match self.state {
            // Also where an older refusal came in between: the tickets are void.
            State::Claimed | State::TicketIssued | State::Revoking => {
                Some(self.to(State::Revoked, now))
            }
            State::Granted | State::Attended | State::Expired | State::Revoked | State::Voided => {
                None
            }
        }
    }

    fn kept(&self, now: Timestamp) -> Option<Self> {
        match self.state {
            State::Revoking if self.is_charged => Some(self.to(State::TicketIssued, now)),
            State::Revoking => Some(self.to(State::Claimed, now)),
            State::Granted
            | State::Claimed
            | State::TicketIssued
            | State::Attended
            | State::Expired
            | State::Revoked
            | State::Voided => None,
        }
    }

    fn voided(&self, now: Timestamp) -> Option<Self> {
        match self.state {
            State::Claimed | State::TicketIssued => Some(self.to(State::Voided, now)),
            // The partner's wish is fulfilled, too.
            State::Revoking => Some(self.to(State::Revoked, now)),
            State::Granted | State::Attended | State::Expired | State::Revoked | State::Voided => {
                None
            }
        }
    }

    fn attended(&self, now: Timestamp) -> Option<Self> {
        match self.state {
            // Who came in had a ticket, also where the news of its issue is still on its way.
            State::Claimed | State::TicketIssued | State::Revoking => Some(Self {
                is_charged: true,
                ..self.to(State::Attended, now)
            }),
            State::Granted | State::Attended | State::Expired | State::Revoked | State::Voided => {
                None
            }
        }
    }

    fn to(&self, state: State, now: Timestamp) -> Self {
        Self {
            state,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}
