//! Allotments: tickets of a concert that its organizer keeps for a partner's customers.
//!
//! Invariant: the units were taken out of the public quota when the allotment was offered, and each
//! of them is in one place: used by a grant, returned to the quota, or free. Used units never exceed
//! the units, whatever happens in whatever order; what is returned never comes back.

use std::num::NonZeroU32;

use kernel::{Id, Money, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// An allotment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Allotment {
    pub(crate) id: Id<kind::Allotment>,
    pub(crate) partner: Id<kind::Partner>,
    /// Who organizes the concert, and offered the allotment.
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) concert: Id<kind::Concert>,
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    /// How many tickets.
    pub(crate) units: NonZeroU32,
    /// How many of them grants have that were not taken back.
    pub(crate) used: u32,
    /// How many of them the public can buy again.
    pub(crate) returned: u32,
    /// What the partner owes for each ticket that is issued.
    pub(crate) unit_price: Money,
    /// From when on nothing is granted any more.
    pub(crate) closes_at: Timestamp,
    pub(crate) state: State,
    pub(crate) offered_at: Timestamp,
    /// Whether the partner only tries things out: then nothing was taken out of the quota.
    pub(crate) sandbox: bool,
    pub(crate) version: u64,
    pub(crate) updated_at: Timestamp,
}

/// How far an allotment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AllotmentState)]
pub(crate) enum State {
    /// The partner has not said whether it wants it.
    Offered,
    /// The partner grants tickets of it.
    Open,
    /// The partner did not want it.
    Declined,
    /// The organizer took the offer back.
    Withdrawn,
    /// Its time is over, or its concert does not take place.
    Closed,
}

/// What can be done about an allotment as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Move {
    /// The partner wants it.
    Accept,
    /// The partner does not want it.
    Decline,
    /// The organizer takes the offer back.
    Withdraw,
    /// Its time is over.
    Close,
    /// Its concert does not take place.
    Cancel,
}

/// Why an allotment cannot be moved, or nothing granted of it. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AllotmentError {
    /// The partner has accepted it.
    #[error("the allotment is accepted")]
    Accepted,
    /// It was accepted by nobody.
    #[error("the allotment is not accepted")]
    NotAccepted,
    /// It was declined, withdrawn or closed, or its time is over.
    #[error("the allotment is over")]
    Over,
    /// Its time is not over.
    #[error("the allotment is to be closed later")]
    NotYet,
    /// Too few tickets are left.
    #[error("only {free} tickets of the allotment are left")]
    Exhausted {
        /// How many are left.
        free: u32,
    },
}

impl State {
    /// Whether nothing can be granted any more, ever.
    pub(crate) fn is_over(self) -> bool {
        match self {
            Self::Offered | Self::Open => false,
            Self::Declined | Self::Withdrawn | Self::Closed => true,
        }
    }
}

impl Allotment {
    /// How many units can still be granted, or returned.
    pub(crate) fn free(&self) -> u32 {
        self.units
            .get()
            .saturating_sub(self.used)
            .saturating_sub(self.returned)
    }

    /// The allotment after a move; `None` if it was made before. With its end, all that is free is
    /// returned.
    pub(crate) fn after(&self, what: Move, now: Timestamp) -> Result<Option<Self>, AllotmentError> {
        use AllotmentError::{Accepted, NotAccepted, NotYet, Over};
        let is_late = now >= self.closes_at;
        let state = match (self.state, what) {
            (State::Open, Move::Accept)
            | (State::Declined, Move::Decline)
            | (State::Withdrawn, Move::Withdraw)
            | (State::Declined | State::Withdrawn | State::Closed, Move::Close | Move::Cancel) => {
                return Ok(None);
            }
            (State::Offered, Move::Accept) if is_late => return Err(Over),
            (State::Offered, Move::Accept) => State::Open,
            (State::Offered, Move::Decline) => State::Declined,
            (State::Offered, Move::Withdraw) => State::Withdrawn,
            (State::Offered | State::Open, Move::Close) if !is_late => return Err(NotYet),
            (State::Offered | State::Open, Move::Close | Move::Cancel) => State::Closed,
            (State::Open, Move::Decline | Move::Withdraw) => return Err(Accepted),
            (State::Declined | State::Withdrawn | State::Closed, Move::Accept)
            | (State::Withdrawn | State::Closed, Move::Decline) => return Err(Over),
            (State::Declined, Move::Withdraw) => return Err(NotAccepted),
            (State::Closed, Move::Withdraw) => return Err(Over),
        };
        let returned = if state.is_over() {
            self.returned + self.free()
        } else {
            self.returned
        };
        Ok(Some(Self {
            state,
            returned,
            ..self.changed(now)
        }))
    }

    /// The allotment with so many units more in use.
    pub(crate) fn taking(&self, units: NonZeroU32, now: Timestamp) -> Result<Self, AllotmentError> {
        match self.state {
            State::Offered => return Err(AllotmentError::NotAccepted),
            State::Declined | State::Withdrawn | State::Closed => return Err(AllotmentError::Over),
            // Whether or not somebody has closed it yet.
            State::Open if now >= self.closes_at => return Err(AllotmentError::Over),
            State::Open => {}
        }
        let free = self.free();
        if units.get() > free {
            return Err(AllotmentError::Exhausted { free });
        }
        Ok(Self {
            used: self.used + units.get(),
            ..self.changed(now)
        })
    }

    /// The allotment with units that are in use no longer: free again, or returned if it is over.
    pub(crate) fn releasing(&self, units: NonZeroU32, now: Timestamp) -> Self {
        let units = units.get().min(self.used);
        let returned = if self.state.is_over() { units } else { 0 };
        Self {
            used: self.used - units,
            returned: self.returned + returned,
            ..self.changed(now)
        }
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self {
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use jiff::SignedDuration;
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    pub(crate) const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);
    const STATES: [State; 5] = [
        State::Offered,
        State::Open,
        State::Declined,
        State::Withdrawn,
        State::Closed,
    ];
    const MOVES: [Move; 5] = [
        Move::Accept,
        Move::Decline,
        Move::Withdraw,
        Move::Close,
        Move::Cancel,
    ];

    pub(crate) fn allotment() -> Allotment {
        Allotment {
            id: Id::derive(&["allotment"]),
            partner: Id::derive(&["partner"]),
            organization: Id::derive(&["organization"]),
            concert: Id::derive(&["concert"]),
            ticket_quota: Id::derive(&["quota"]),
            units: NonZeroU32::new(10).unwrap(),
            used: 0,
            returned: 0,
            unit_price: Money::new(9_900, Currency::CNY).unwrap(),
            closes_at: NOW + SignedDuration::from_hours(24),
            state: State::Open,
            offered_at: NOW,
            sandbox: false,
            version: 1,
            updated_at: NOW,
        }
    }

    fn units(units: u32) -> NonZeroU32 {
        NonZeroU32::new(units).unwrap()
    }

    /// Every move in every state, in time and late: the state after it, `same`, or why not.
    #[test]
    fn each_move_is_allowed_or_refused_by_name() {
        let told = |state, what, now| {
            let allotment = Allotment {
                state,
                ..allotment()
            };
            match allotment.after(what, now) {
                Ok(Some(after)) => format!("{:?}", after.state),
                Ok(None) => "same".to_owned(),
                Err(error) => format!("!{error:?}"),
            }
        };
        let table = |now| STATES.map(|state| MOVES.map(|what| told(state, what, now)).join(" "));
        let in_time = [
            "Open Declined Withdrawn !NotYet Closed",
            "same !Accepted !Accepted !NotYet Closed",
            "!Over same !NotAccepted same same",
            "!Over !Over same same same",
            "!Over !Over !Over same same",
        ];
        assert_eq!(table(NOW), in_time);
        let late = [
            "!Over Declined Withdrawn Closed Closed",
            "same !Accepted !Accepted Closed Closed",
            "!Over same !NotAccepted same same",
            "!Over !Over same same same",
            "!Over !Over !Over same same",
        ];
        assert_eq!(table(allotment().closes_at), late);
    }

    #[test]
    fn nothing_is_taken_of_an_allotment_that_is_not_open_or_late() {
        for (state, error) in [
            (State::Offered, AllotmentError::NotAccepted),
            (State::Declined, AllotmentError::Over),
            (State::Withdrawn, AllotmentError::Over),
            (State::Closed, AllotmentError::Over),
        ] {
            let allotment = Allotment {
                state,
                ..allotment()
            };
            assert_eq!(allotment.taking(units(1), NOW), Err(error));
        }
        let late = allotment().closes_at;
        let refused = allotment().taking(units(1), late);
        assert_eq!(refused, Err(AllotmentError::Over));
    }

    #[derive(Clone, Copy, Debug)]
    enum Step {
        Take(u32),
        Release(u32),
        Move(Move),
        Wait(i64),
    }

    fn any_step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (1..12_u32).prop_map(Step::Take),
            3 => (1..12_u32).prop_map(Step::Release),
            2 => prop::sample::select(&MOVES[..]).prop_map(Step::Move),
            1 => (1..20_i64).prop_map(Step::Wait),
        ]
    }

    proptest! {
        #[test]
        fn every_unit_is_in_one_place_and_what_is_returned_stays_so(
            state in prop::sample::select(&STATES[..2]),
            steps in prop::collection::vec(any_step(), 0..60),
        ) {
            let mut allotment = Allotment { state, ..allotment() };
            let (mut now, mut in_use) = (NOW, 0);
            for step in steps {
                let before = allotment.clone();
                match step {
                    Step::Take(count) => {
                        if let Ok(after) = allotment.taking(units(count), now) {
                            allotment = after;
                            in_use += count;
                        }
                    }
                    Step::Release(count) if count <= in_use => {
                        allotment = allotment.releasing(units(count), now);
                        in_use -= count;
                    }
                    Step::Release(_) => {}
                    Step::Move(what) => {
                        if let Ok(Some(after)) = allotment.after(what, now) {
                            allotment = after;
                        }
                    }
                    Step::Wait(hours) => now += SignedDuration::from_hours(hours),
                }
                prop_assert_eq!(allotment.used, in_use);
                prop_assert!(allotment.used + allotment.returned <= allotment.units.get());
                prop_assert!(allotment.returned >= before.returned);
                prop_assert_eq!(allotment.version > before.version, allotment != before);
                if allotment.state.is_over() {
                    prop_assert_eq!(allotment.free(), 0);
                }
            }
        }
    }
}
