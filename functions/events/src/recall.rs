//! Tickets that are wanted back: by a buyer for money, or by a partner whose sale was undone.
//!
//! Nobody is asked back what was used. What a buyer has given to somebody else is not the buyer's to
//! give back, so it is not refunded and stays valid. A grant that is revoked takes its tickets along
//! whoever holds them by then: nobody ever paid for them, and a gift is not to outlive the purchase
//! that it was made of.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{
    line::{self, Line},
    origin::LineId,
    ticket::Ticket,
};

/// Tickets that were asked back, and what became of that. It is decided once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recall {
    pub(crate) asked: Asked,
    pub(crate) outcome: Outcome,
    pub(crate) decided_at: Timestamp,
}

/// Which tickets are asked back, and what for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Asked {
    /// So many units of an order's line, for a refund.
    ForRefund {
        refund_request: Id<kind::RefundRequest>,
        order: Id<kind::Order>,
        line: Id<kind::OrderLine>,
        quantity: u32,
    },
    /// All that a grant was for, since it is revoked.
    ForRevocation {
        grant: Id<kind::PartnerGrant>,
        /// The grant's, which tells this time of asking from another.
        version: u64,
    },
}

/// What became of a recall.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Outcome {
    /// These tickets are void.
    Recalled(Vec<Id<kind::Ticket>>),
    /// None is.
    Refused(Refusal),
}

/// Why tickets are not taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Refusal {
    /// Too few of them are unused and in their buyer's hands.
    TooFewUnused,
    /// Somebody was let in with one of them.
    CheckedIn,
    /// The concert was called off, and the money goes back for that.
    ConcertCancelled,
    /// There never were any, since what they were to be for is not known.
    Unknown,
    /// More than can become void in one step.
    TooManyAtOnce,
}

/// A line of which some tickets are not there yet: the recall came before the issue was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tickets of the line are still being issued")]
pub(crate) struct StillIssuing;

/// How many tickets one transaction can take back, beside the record of it.
const MAX_TICKETS: usize = 99;

/// Those of the line's `tickets` that go back: all that are asked for, or none.
pub(crate) fn recall(
    line: &Line,
    tickets: Vec<Ticket>,
    asked: &Asked,
) -> Result<Result<Vec<Ticket>, Refusal>, StillIssuing> {
    match line.state {
        line::State::Issuing => Err(StillIssuing),
        line::State::Voiding | line::State::Voided => Ok(Err(Refusal::ConcertCancelled)),
        line::State::Refused => Ok(Err(Refusal::Unknown)),
        line::State::Issued => Ok(match asked {
            Asked::ForRefund { quantity, .. } => for_refund(line, tickets, *quantity),
            Asked::ForRevocation { .. } => for_revocation(tickets),
        }),
    }
}

fn for_refund(line: &Line, tickets: Vec<Ticket>, quantity: u32) -> Result<Vec<Ticket>, Refusal> {
    let wanted = quantity.saturating_mul(line.per_unit);
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    let returnable = tickets.into_iter().filter(Ticket::is_returnable);
    let chosen: Vec<_> = returnable.take(wanted).map(Ticket::refunded).collect();
    if chosen.len() < wanted {
        Err(Refusal::TooFewUnused)
    } else if wanted > MAX_TICKETS {
        Err(Refusal::TooManyAtOnce)
    } else {
        Ok(chosen)
    }
}

fn for_revocation(tickets: Vec<Ticket>) -> Result<Vec<Ticket>, Refusal> {
    if tickets.iter().any(Ticket::is_used) {
        Err(Refusal::CheckedIn)
    } else if tickets.len() > MAX_TICKETS {
        Err(Refusal::TooManyAtOnce)
    } else {
        Ok(tickets.into_iter().map(Ticket::revoked).collect())
    }
}

impl Asked {
    /// Of which line the tickets are.
    pub(crate) fn line(&self) -> LineId {
        match self {
            Self::ForRefund { line, .. } => LineId::OrderLine(*line),
            Self::ForRevocation { grant, .. } => LineId::Grant(*grant),
        }
    }
}

impl Refusal {
    /// As the others are told.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TooFewUnused => "too_few_unused",
            Self::CheckedIn => "checked_in",
            Self::ConcertCancelled => "concert_cancelled",
            Self::Unknown => "unknown",
            Self::TooManyAtOnce => "too_many_at_once",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        line::{
            Due, End,
            tests::{bought, granted},
        },
        ticket::{State, tests::account, tests::ticket},
    };

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn issued(due: &Due) -> Line {
        let mut line = Line::of(due, NOW).unwrap();
        while let Some((next, _)) = line.clone().extended(NOW) {
            line = next;
        }
        line
    }

    /// What becomes of a refund of so many units of a line.
    fn refund(line: &Line, tickets: Vec<Ticket>, quantity: u32) -> Result<Vec<Ticket>, Refusal> {
        let asked = Asked::ForRefund {
            refund_request: Id::derive(&["request"]),
            order: Id::derive(&["order"]),
            line: Id::derive(&["line"]),
            quantity,
        };
        recall(line, tickets, &asked).unwrap()
    }

    fn revocation() -> Asked {
        Asked::ForRevocation {
            grant: Id::derive(&["grant"]),
            version: 3,
        }
    }

    /// What becomes of the revocation of a grant.
    fn revoke(tickets: Vec<Ticket>) -> Result<Vec<Ticket>, Refusal> {
        recall(&issued(&granted(3)), tickets, &revocation()).unwrap()
    }

    fn given() -> Ticket {
        Ticket {
            holder: account("ben"),
            ..ticket()
        }
    }

    fn used() -> Ticket {
        let day = ticket().days.iter().next().unwrap();
        ticket().used(day, NOW)
    }

    #[test]
    fn all_that_are_asked_for_go_back_or_none() {
        let tickets = vec![ticket().refunded(), ticket(), ticket()];
        let line = issued(&bought(3, 1));
        let chosen = refund(&line, tickets.clone(), 2).unwrap();
        assert_eq!(chosen.len(), 2);
        assert!(chosen.iter().all(|ticket| ticket.state == State::Refunded));
        assert_eq!(refund(&line, tickets, 3), Err(Refusal::TooFewUnused));
    }

    #[test]
    fn what_was_given_to_somebody_else_or_used_is_not_refunded() {
        for ticket in [given(), used()] {
            let refused = refund(&issued(&bought(1, 1)), vec![ticket], 1);
            assert_eq!(refused, Err(Refusal::TooFewUnused));
        }
    }

    #[test]
    fn a_unit_may_be_several_tickets_and_goes_back_whole() {
        let tickets = vec![ticket(); 3];
        let line = issued(&bought(2, 2));
        assert_eq!(refund(&line, tickets.clone(), 1).unwrap().len(), 2);
        assert_eq!(refund(&line, tickets, 2), Err(Refusal::TooFewUnused));
    }

    #[test]
    fn a_revoked_grant_takes_all_of_its_tickets_along_whoever_holds_them() {
        let gone = revoke(vec![ticket(), given(), ticket()]).unwrap();
        assert_eq!(gone.len(), 3);
        assert!(gone.iter().all(|ticket| ticket.state == State::Revoked));
        // Asked for once more, for another reason: they are gone already.
        assert_eq!(revoke(gone).unwrap().len(), 3);
    }

    #[test]
    fn a_grant_with_a_ticket_that_was_used_keeps_all_of_them() {
        let refused = revoke(vec![ticket(), used(), given()]);
        assert_eq!(refused, Err(Refusal::CheckedIn));
    }

    #[test]
    fn too_many_for_one_step_are_refused() {
        let tickets = vec![ticket(); 100];
        let line = issued(&bought(100, 1));
        let refused = refund(&line, tickets.clone(), 100);
        assert_eq!(refused, Err(Refusal::TooManyAtOnce));
        assert_eq!(revoke(tickets), Err(Refusal::TooManyAtOnce));
    }

    #[test]
    fn what_is_being_issued_is_asked_for_again_and_what_is_over_is_refused() {
        for due in [bought(100, 1), granted(2)] {
            let begun = Line::of(&due, NOW).unwrap();
            let early = recall(&begun, vec![ticket()], &revocation());
            assert_eq!(early, Err(StillIssuing));
            for (line, refusal) in [
                (issued(&due).voiding(NOW), Refusal::ConcertCancelled),
                (
                    begun.clone().voided(End::default(), NOW),
                    Refusal::ConcertCancelled,
                ),
                (begun.clone().refused(NOW), Refusal::Unknown),
            ] {
                let refused = recall(&line, vec![ticket()], &revocation());
                assert_eq!(refused, Ok(Err(refusal)));
            }
        }
    }
}
