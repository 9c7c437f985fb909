//! Tickets that are wanted back for money.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{
    line::{self, Line},
    ticket::Ticket,
};

/// Tickets that were asked back, and what became of that. It is decided once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Recall {
    pub(crate) refund_request: Id<kind::RefundRequest>,
    pub(crate) order: Id<kind::Order>,
    pub(crate) line: Id<kind::OrderLine>,
    pub(crate) quantity: u32,
    pub(crate) outcome: Outcome,
    pub(crate) decided_at: Timestamp,
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
    /// The concert was called off, and the money goes back for that.
    ConcertCancelled,
    /// More than can become void in one step.
    TooManyAtOnce,
}

/// A line of which some tickets are not there yet: the recall came before the issue was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tickets of the line are still being issued")]
pub(crate) struct StillIssuing;

/// How many tickets one transaction can take back, beside the record of it.
const MAX_TICKETS: usize = 99;

/// The tickets of `line` that go back for `quantity` units: all that are asked for, or none.
pub(crate) fn recall(
    line: &Line,
    tickets: Vec<Ticket>,
    quantity: u32,
) -> Result<Result<Vec<Ticket>, Refusal>, StillIssuing> {
    match line.state {
        line::State::Issuing => return Err(StillIssuing),
        line::State::Voiding | line::State::Voided => return Ok(Err(Refusal::ConcertCancelled)),
        line::State::Issued => {}
    }
    let wanted = quantity.saturating_mul(line.per_unit);
    let wanted = usize::try_from(wanted).unwrap_or(usize::MAX);
    let returnable = tickets.into_iter().filter(Ticket::is_returnable);
    let chosen: Vec<_> = returnable.take(wanted).map(Ticket::refunded).collect();
    Ok(if chosen.len() < wanted {
        Err(Refusal::TooFewUnused)
    } else if wanted > MAX_TICKETS {
        Err(Refusal::TooManyAtOnce)
    } else {
        Ok(chosen)
    })
}

impl Refusal {
    /// As the others are told.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::TooFewUnused => "too_few_unused",
            Self::ConcertCancelled => "concert_cancelled",
            Self::TooManyAtOnce => "too_many_at_once",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        line::tests::bought,
        ticket::{State, tests::account, tests::ticket},
    };

    fn line(quantity: u32, per_unit: u32) -> Line {
        let now = Timestamp::UNIX_EPOCH;
        let mut line = Line::of(&bought(quantity, per_unit), now).unwrap();
        while let Some((next, _)) = line.clone().extended(now) {
            line = next;
        }
        line
    }

    #[test]
    fn all_that_are_asked_for_go_back_or_none() {
        let tickets = vec![ticket().refunded(), ticket(), ticket()];
        let chosen = recall(&line(3, 1), tickets.clone(), 2).unwrap().unwrap();
        assert_eq!(chosen.len(), 2);
        assert!(chosen.iter().all(|ticket| ticket.state == State::Refunded));
        let refused = recall(&line(3, 1), tickets, 3).unwrap();
        assert_eq!(refused, Err(Refusal::TooFewUnused));
    }

    #[test]
    fn what_was_given_to_somebody_else_or_used_stays_valid() {
        let given = Ticket {
            holder: account("ben"),
            ..ticket()
        };
        let day = ticket().days.iter().next().unwrap();
        let used = ticket().used(day, Timestamp::UNIX_EPOCH);
        for ticket in [given, used] {
            let refused = recall(&line(1, 1), vec![ticket], 1).unwrap();
            assert_eq!(refused, Err(Refusal::TooFewUnused));
        }
    }

    #[test]
    fn a_unit_may_be_several_tickets_and_goes_back_whole() {
        let tickets = vec![ticket(); 3];
        let chosen = recall(&line(2, 2), tickets.clone(), 1).unwrap().unwrap();
        assert_eq!(chosen.len(), 2);
        let refused = recall(&line(2, 2), tickets, 2).unwrap();
        assert_eq!(refused, Err(Refusal::TooFewUnused));
    }

    #[test]
    fn too_many_for_one_step_are_refused_and_too_early_is_asked_again() {
        let tickets = vec![ticket(); 100];
        let refused = recall(&line(100, 1), tickets.clone(), 100).unwrap();
        assert_eq!(refused, Err(Refusal::TooManyAtOnce));
        let now = Timestamp::UNIX_EPOCH;
        let begun = Line::of(&bought(100, 1), now).unwrap();
        assert_eq!(recall(&begun, tickets, 1), Err(StillIssuing));
        let voided = line(1, 1).voiding(now);
        let refused = recall(&voided, vec![ticket()], 1).unwrap();
        assert_eq!(refused, Err(Refusal::ConcertCancelled));
    }
}
