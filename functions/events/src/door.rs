//! The door: who is let in, and who is not.

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};

use crate::{
    concert::{self, Concert},
    ticket::{self, Ticket},
};

/// What was shown at which door.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shown {
    /// Whether the code carries the ticket's live secret.
    pub(crate) genuine: bool,
    /// For which concert the door is, if it says so.
    pub(crate) concert: Option<Id<kind::Concert>>,
    /// For which day the door lets people in; the present one if it does not say.
    pub(crate) day: Option<Date>,
    /// Who stands at the door.
    pub(crate) by: Id<kind::Account>,
}

/// A ticket that was shown and let its holder in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CheckIn {
    pub(crate) id: Id<kind::CheckIn>,
    pub(crate) ticket: Id<kind::Ticket>,
    pub(crate) concert: Id<kind::Concert>,
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    pub(crate) name: crate::text::Name,
    pub(crate) day: Date,
    pub(crate) at: Timestamp,
    pub(crate) by: Id<kind::Account>,
}

/// Why a ticket does not open the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DoorError {
    /// The code is another's, or the one of a holder before.
    #[error("the code is not, or not any more, the one of this ticket")]
    NotGenuine,
    /// The ticket is for something else.
    #[error("the ticket is for another concert")]
    OtherConcert,
    /// The ticket was given back.
    #[error("the ticket has been refunded")]
    Refunded,
    /// The grant that it came from was taken back.
    #[error("the ticket has been revoked")]
    Revoked,
    /// The concert was called off.
    #[error("the ticket is void: its concert was called off")]
    Void,
    /// The concert does not take place now.
    #[error("the concert does not let anybody in now")]
    NotOpen,
    /// The ticket does not cover the day.
    #[error("the ticket does not cover {0}")]
    OtherDay(Date),
    /// The ticket was shown before.
    #[error("the ticket was used for {day} at {at}")]
    Used {
        /// For which day.
        day: Date,
        /// When that was.
        at: Timestamp,
    },
}

/// Lets the holder of a ticket in, once for each day it covers.
pub(crate) fn admit(
    ticket: Ticket,
    concert: &Concert,
    shown: &Shown,
    now: Timestamp,
) -> Result<(Ticket, CheckIn), DoorError> {
    // Before all else: who does not hold the ticket learns nothing about it.
    if !shown.genuine {
        return Err(DoorError::NotGenuine);
    }
    if shown
        .concert
        .is_some_and(|concert| concert != ticket.concert)
    {
        return Err(DoorError::OtherConcert);
    }
    match (ticket.state, concert.state) {
        (ticket::State::Refunded, _) => return Err(DoorError::Refunded),
        (ticket::State::Revoked, _) => return Err(DoorError::Revoked),
        // Tickets become void one after the other; none opens the door in between.
        (ticket::State::Void, _) | (_, concert::State::Cancelled) => return Err(DoorError::Void),
        (_, concert::State::Draft | concert::State::Ended) => return Err(DoorError::NotOpen),
        (ticket::State::Issued, concert::State::Published) => {}
    }
    let times = &concert.programme.times;
    let present = || times.days.at(now, &times.time_zone);
    let day = shown.day.unwrap_or_else(present);
    if !ticket.days.cover(day) {
        return Err(DoorError::OtherDay(day));
    }
    if let Some(at) = ticket.check_ins.get(&day) {
        return Err(DoorError::Used { day, at: *at });
    }
    let check_in = CheckIn {
        id: check_in_id(ticket.id, day),
        ticket: ticket.id,
        concert: ticket.concert,
        ticket_quota: ticket.ticket_quota,
        name: ticket.name.clone(),
        day,
        at: now,
        by: shown.by,
    };
    Ok((ticket.used(day, now), check_in))
}

/// What names the check-in of a ticket for a day, of which there is one at most.
pub(crate) fn check_in_id(ticket: Id<kind::Ticket>, day: Date) -> Id<kind::CheckIn> {
    Id::derive(&["check-in", &ticket.to_string(), &day.to_string()])
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::{
        concert::tests::{at, concert},
        ticket::tests::{account, ticket},
    };

    const FIRST: &str = "2026-07-01T20:30:00+08:00";

    fn shown() -> Shown {
        Shown {
            genuine: true,
            concert: None,
            day: None,
            by: account("door"),
        }
    }

    fn refusal(ticket: Ticket, concert: &Concert, shown: &Shown) -> DoorError {
        admit(ticket, concert, shown, at(FIRST)).unwrap_err()
    }

    #[test]
    fn a_ticket_opens_the_door_once_for_each_day_it_covers() {
        let (used, first) = admit(ticket(), &concert(), &shown(), at(FIRST)).unwrap();
        assert_eq!((first.day, first.at), (date(2026, 7, 1), at(FIRST)));
        assert_eq!(used.version, 2);
        let again = refusal(used.clone(), &concert(), &shown());
        let before = DoorError::Used {
            day: first.day,
            at: at(FIRST),
        };
        assert_eq!(again, before);
        let next_night = at("2026-07-03T00:30:00+08:00");
        let (used, second) = admit(used, &concert(), &shown(), next_night).unwrap();
        assert_eq!(second.day, date(2026, 7, 2));
        assert_ne!(first.id, second.id);
        assert_eq!(used.check_ins.len(), 2);
    }

    #[test]
    fn who_shows_no_genuine_code_learns_nothing() {
        let forged = Shown {
            genuine: false,
            ..shown()
        };
        for ticket in [ticket(), ticket().refunded(), ticket().voided()] {
            let refused = refusal(ticket, &concert(), &forged);
            assert_eq!(refused, DoorError::NotGenuine);
        }
    }

    #[test]
    fn everything_else_is_refused_by_name() {
        let state = |state| Concert { state, ..concert() };
        let elsewhere = Shown {
            concert: Some(Id::derive(&["another"])),
            ..shown()
        };
        let third = Shown {
            day: Some(date(2026, 7, 3)),
            ..shown()
        };
        for (ticket, concert, shown, error) in [
            (ticket(), concert(), elsewhere, DoorError::OtherConcert),
            (ticket().refunded(), concert(), shown(), DoorError::Refunded),
            (ticket().voided(), concert(), shown(), DoorError::Void),
            (
                ticket(),
                state(concert::State::Cancelled),
                shown(),
                DoorError::Void,
            ),
            (
                ticket(),
                state(concert::State::Ended),
                shown(),
                DoorError::NotOpen,
            ),
            (
                ticket(),
                state(concert::State::Draft),
                shown(),
                DoorError::NotOpen,
            ),
            (
                ticket(),
                concert(),
                third,
                DoorError::OtherDay(date(2026, 7, 3)),
            ),
        ] {
            assert_eq!(refusal(ticket, &concert, &shown), error);
        }
    }

    #[test]
    fn a_door_may_say_for_which_day_it_lets_in() {
        let early = Shown {
            day: Some(date(2026, 7, 2)),
            concert: Some(concert().id),
            ..shown()
        };
        let (_, check_in) = admit(ticket(), &concert(), &early, at(FIRST)).unwrap();
        assert_eq!(check_in.day, date(2026, 7, 2));
    }
}
