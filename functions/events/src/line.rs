//! The tickets of one origin as a whole: of an order line from its payment on, of a partner's grant
//! from its claim on.
//!
//! The line stands before its tickets: every write of tickets moves the line on, under the version
//! that was seen. So whoever calls the concert off and whoever still issues tickets meet at the line,
//! and one of them sees the other.

use std::ops::RangeInclusive;

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::origin::{LineId, Origin};

/// The tickets that one origin is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) origin: Origin,
    /// Who bought or claimed them.
    pub(crate) recipient: Id<kind::Account>,
    pub(crate) concert: Id<kind::Concert>,
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    /// How many units there are to be.
    pub(crate) quantity: u32,
    /// How many tickets a unit is.
    pub(crate) per_unit: u32,
    pub(crate) state: State,
    /// How many of its tickets there are, from number 1 on.
    pub(crate) issued: u32,
    /// How many tickets have become void because the concert was called off, with those that never
    /// came to be.
    pub(crate) voided: u32,
    /// Whether somebody had come with one of them before they became void.
    pub(crate) attended: bool,
    pub(crate) updated_at: Timestamp,
    /// Counts its changes; 0 before it is kept at all.
    pub(crate) version: u64,
}

/// How far the tickets of a line are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// Some are missing.
    Issuing,
    /// All are there.
    Issued,
    /// They are becoming void.
    Voiding,
    /// They are void.
    Voided,
    /// There never are any: what a grant was for is not known here.
    Refused,
}

/// The tickets that somebody is to get, as an order or a grant tells it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Due {
    pub(crate) origin: Origin,
    pub(crate) recipient: Id<kind::Account>,
    pub(crate) concert: Id<kind::Concert>,
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    pub(crate) quantity: u32,
    pub(crate) per_unit: u32,
}

/// What a line's tickets come to when the concert is called off.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct End {
    /// How many have become void.
    pub(crate) voided: u32,
    /// Whether somebody had come with one of them.
    pub(crate) attended: bool,
}

/// A line without tickets, or with more than one line can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line has 1 to {MAX_TICKETS} tickets")]
pub(crate) struct SizeError;

/// It bounds what one message makes a worker do.
const MAX_TICKETS: u32 = 1_000;

/// How many tickets one transaction writes: with the line and its place in the concert's list they
/// stay below the 100 that it may.
pub(crate) const TICKETS_PER_WRITE: u32 = 90;

impl Line {
    /// The line, before anything is kept of it.
    pub(crate) fn of(due: &Due, now: Timestamp) -> Result<Self, SizeError> {
        let tickets = due.quantity.checked_mul(due.per_unit);
        if !tickets.is_some_and(|tickets| (1..=MAX_TICKETS).contains(&tickets)) {
            return Err(SizeError);
        }
        Ok(Self {
            origin: due.origin,
            recipient: due.recipient,
            concert: due.concert,
            ticket_quota: due.ticket_quota,
            quantity: due.quantity,
            per_unit: due.per_unit,
            state: State::Issuing,
            issued: 0,
            voided: 0,
            attended: false,
            updated_at: now,
            version: 0,
        })
    }

    /// The line with its next tickets, and their numbers; `None` if it gets no more.
    pub(crate) fn extended(self, now: Timestamp) -> Option<(Self, RangeInclusive<u32>)> {
        if self.state != State::Issuing {
            return None;
        }
        let total = self.quantity * self.per_unit;
        let numbers = self.issued + 1..=total.min(self.issued + TICKETS_PER_WRITE);
        let issued = *numbers.end();
        let state = if issued == total {
            State::Issued
        } else {
            State::Issuing
        };
        let extended = Self {
            issued,
            state,
            ..self
        };
        Some((extended.changed(now), numbers))
    }

    /// The line that gets no more tickets, since its concert was called off.
    pub(crate) fn voiding(self, now: Timestamp) -> Self {
        let state = State::Voiding;
        Self { state, ..self }.changed(now)
    }

    /// The line whose tickets are at their `end`; those that never came to be count as void too.
    pub(crate) fn voided(self, end: End, now: Timestamp) -> Self {
        let missing = self.quantity * self.per_unit - self.issued;
        let line = Self {
            state: State::Voided,
            voided: end.voided + missing,
            attended: end.attended,
            ..self
        };
        line.changed(now)
    }

    /// The line that never gets a ticket, since there is nothing to issue one of.
    pub(crate) fn refused(self, now: Timestamp) -> Self {
        let state = State::Refused;
        Self { state, ..self }.changed(now)
    }

    /// What names the line.
    pub(crate) fn id(&self) -> LineId {
        self.origin.line()
    }

    /// The tickets there are, in their order.
    pub(crate) fn tickets(&self) -> impl Iterator<Item = Id<kind::Ticket>> + use<> {
        let line = self.id();
        (1..=self.issued).map(move |number| ticket_id(line, number))
    }

    fn changed(self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version + 1,
            ..self
        }
    }
}

/// The id of one of a line's tickets: the same however often it is issued.
pub(crate) fn ticket_id(line: LineId, number: u32) -> Id<kind::Ticket> {
    Id::derive(&["ticket", &line.to_string(), &number.to_string()])
}

#[cfg(test)]
pub(crate) mod tests {
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn bought(quantity: u32, per_unit: u32) -> Due {
        let origin = Origin::Order {
            order: Id::derive(&["order"]),
            line: Id::derive(&["line"]),
        };
        Due {
            origin,
            recipient: Id::derive(&["ada"]),
            concert: Id::derive(&["concert"]),
            ticket_quota: Id::derive(&["quota"]),
            quantity,
            per_unit,
        }
    }

    pub(crate) fn granted(quantity: u32) -> Due {
        let grant = Id::derive(&["grant"]);
        Due {
            origin: Origin::Grant { grant },
            ..bought(quantity, 1)
        }
    }

    fn now() -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    #[test]
    fn a_line_has_some_tickets_but_not_too_many() {
        for (quantity, per_unit) in [(0, 1), (1, 0), (1_001, 1), (501, 2), (u32::MAX, 2)] {
            let line = Line::of(&bought(quantity, per_unit), now());
            assert_eq!(line, Err(SizeError));
        }
        assert!(Line::of(&bought(1_000, 1), now()).is_ok());
    }

    // Written down, because tickets that were issued yesterday must be found tomorrow.
    #[test]
    fn the_ids_of_tickets_do_not_change_between_releases() {
        let of = |due: &Due| ticket_id(due.origin.line(), 1).to_string();
        assert_eq!(of(&bought(1, 1)), "tkt_3ZF9R30VM3ABNRR727BZQ8H0SD");
        assert_eq!(of(&granted(1)), "tkt_18QEMZPJ6KBN6BVCJEYPXT9DT2");
    }

    proptest! {
        #[test]
        fn every_ticket_is_issued_once_in_writes_that_are_not_too_large(
            quantity in 1_u32..400, per_unit in 1_u32..3,
        ) {
            let mut line = Line::of(&bought(quantity, per_unit), now()).unwrap();
            let mut seen = Vec::new();
            while let Some((next, numbers)) = line.clone().extended(now()) {
                let count = numbers.clone().count();
                prop_assert!((1..=90).contains(&count));
                prop_assert_eq!(next.version, line.version + 1);
                seen.extend(numbers);
                line = next;
            }
            prop_assert_eq!(seen, (1..=quantity * per_unit).collect::<Vec<_>>());
            prop_assert_eq!(line.state, State::Issued);
            prop_assert_eq!(line.tickets().count(), line.issued as usize);
        }

        #[test]
        fn a_line_that_becomes_void_gets_no_more_tickets_and_counts_those_it_never_got(
            quantity in 1_u32..300, writes in 0_usize..5, refunded in 0_u32..10,
        ) {
            let mut line = Line::of(&bought(quantity, 1), now()).unwrap();
            for _ in 0..writes {
                if let Some((next, _)) = line.clone().extended(now()) {
                    line = next;
                }
            }
            let refunded = refunded.min(line.issued);
            let voiding = line.voiding(now());
            prop_assert_eq!(voiding.clone().extended(now()), None);
            let void = voiding.issued - refunded;
            let end = End { voided: void, ..End::default() };
            let voided = voiding.voided(end, now());
            prop_assert_eq!(voided.voided, quantity - refunded);
        }
    }
}
