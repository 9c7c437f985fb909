//! Points set aside until somebody else has answered.
//!
//! Invariant: a hold is resolved at most once: posted (not more than it holds), voided, or ended by
//! time. It ends the moment its time is over, whoever looks. That it was resolved is remembered for
//! a day, so that a repeated call gets the same answer; for longer, remember it yourself.

use jiff::Timestamp;
use kernel::{Id, Points, kind};
use serde::{Deserialize, Serialize};

use crate::{
    SpendError, Wallet,
    balance::points,
    lots::Part,
    movement::{Movement, Reason},
    spend::{Spent, sum},
};

/// How many holds, live and remembered, a wallet has at most.
const MAX_HOLDS: usize = 32;
/// How long a resolved hold is remembered.
const REMEMBERED_S: i64 = 24 * 3600;

/// Why points could not be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HoldError {
    /// There are fewer.
    #[error("only {available} points are available")]
    Insufficient {
        /// How many there are; negative after a claw-back.
        available: i64,
    },
    /// The hold would be over before it began, or hold nothing.
    #[error("a hold must end in the future and hold at least one point")]
    Empty,
    /// There was a hold of this id that is over or held something else.
    #[error("there was another hold of this id")]
    Used,
    /// The wallet has as many holds as it may.
    #[error("the wallet has too many holds")]
    TooMany,
}

/// Why a hold could not be posted or voided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// There is none, or none that is remembered.
    #[error("there is no such hold")]
    Unknown,
    /// Its time was over; its points are free again.
    #[error("the hold has ended")]
    Ended,
    /// It was voided before.
    #[error("the hold was voided")]
    Voided,
    /// It was posted before, in whole or in part.
    #[error("the hold was posted")]
    Posted,
    /// It does not hold so many points.
    #[error("the hold has only {held} points")]
    TooFew {
        /// How many it holds.
        held: Points,
    },
}

/// A hold that is posted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// By this call.
    Now(Spent),
    /// By an earlier one, with as many points.
    Before,
}

/// A hold whose points are free.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Voided {
    /// By this call.
    Now,
    /// By an earlier one, or by time.
    Before,
}

/// The holds of one wallet, live and remembered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Holds(Vec<Hold>);

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Hold {
    #[serde(rename = "i")]
    id: Id<kind::Hold>,
    /// When it ends or, once resolved, is forgotten: seconds since 1970.
    #[serde(rename = "u")]
    until_s: i64,
    #[serde(rename = "s")]
    state: State,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum State {
    #[serde(rename = "l")]
    Live(Vec<Part>),
    #[serde(rename = "p")]
    Posted(Points),
    #[serde(rename = "v")]
    Voided,
    #[serde(rename = "x")]
    Ended,
}

/// A hold that time has ended.
pub(crate) struct Ended {
    pub(crate) hold: Id<kind::Hold>,
    pub(crate) parts: Vec<Part>,
    /// When; its points were free from then on.
    pub(crate) at: Timestamp,
}

impl Wallet {
    /// Sets available points aside until `expires_at` (to the second), what expires first before
    /// the rest. The same hold again changes nothing.
    ///
    /// # Errors
    /// [`HoldError`] if there are fewer points, or no such hold can be.
    pub fn hold(
        &mut self,
        id: Id<kind::Hold>,
        points: Points,
        expires_at: Timestamp,
        reason: Reason,
        now: Timestamp,
    ) -> Result<(), HoldError> {
        self.settle(now);
        let until_s = expires_at.as_second();
        if let Some(hold) = self.holds.get(id) {
            return match &hold.state {
                State::Live(parts) if sum(parts) == points.get() => Ok(()),
                _ => Err(HoldError::Used),
            };
        }
        if until_s <= now.as_second() || points.is_zero() {
            return Err(HoldError::Empty);
        }
        if self.holds.0.len() >= MAX_HOLDS {
            return Err(HoldError::TooMany);
        }
        let parts = self.take_available(points, now).map_err(
            |SpendError::Insufficient { available }| HoldError::Insufficient { available },
        )?;
        let state = State::Live(parts);
        self.holds.0.push(Hold { id, until_s, state });
        self.moved(
            now,
            Movement::Held {
                hold: id,
                points,
                reason,
            },
        );
        Ok(())
    }

    /// Spends a hold's points, or as many of them as are asked for; the rest comes back.
    ///
    /// # Errors
    /// [`ResolveError`] if it was resolved in another way before, or holds fewer.
    pub fn post(
        &mut self,
        id: Id<kind::Hold>,
        points: Points,
        now: Timestamp,
    ) -> Result<Posted, ResolveError> {
        self.settle(now);
        let hold = self.holds.get(id).ok_or(ResolveError::Unknown)?;
        let parts = match &mut hold.state {
            State::Posted(before) if *before == points => return Ok(Posted::Before),
            State::Posted(_) => return Err(ResolveError::Posted),
            State::Voided => return Err(ResolveError::Voided),
            State::Ended => return Err(ResolveError::Ended),
            State::Live(parts) => parts,
        };
        let held = crate::balance::points(sum(parts));
        if points > held {
            return Err(ResolveError::TooFew { held });
        }
        let (spent, rest) = divided(parts, points);
        hold.resolve(State::Posted(points), now);
        self.book.spent += points.get();
        let returned = held.saturating_sub(points);
        self.moved(
            now,
            Movement::Posted {
                hold: id,
                points,
                returned,
            },
        );
        let expired = self.book.put_back(&rest, now);
        self.expired(expired, now);
        Ok(Posted::Now(Spent { parts: spent }))
    }

    /// Gives a hold's points back; what has expired meanwhile expires now.
    ///
    /// # Errors
    /// [`ResolveError`] if it was posted before, or there is none.
    pub fn void(&mut self, id: Id<kind::Hold>, now: Timestamp) -> Result<Voided, ResolveError> {
        self.settle(now);
        let hold = self.holds.get(id).ok_or(ResolveError::Unknown)?;
        match &mut hold.state {
            State::Posted(_) => Err(ResolveError::Posted),
            State::Voided | State::Ended => Ok(Voided::Before),
            State::Live(parts) => {
                let parts = std::mem::take(parts);
                hold.resolve(State::Voided, now);
                self.put_back(id, &parts, now, now);
                Ok(Voided::Now)
            }
        }
    }

    /// Puts a hold's points back as of `at` and records it.
    pub(crate) fn put_back(
        &mut self,
        hold: Id<kind::Hold>,
        parts: &[Part],
        at: Timestamp,
        now: Timestamp,
    ) {
        let points = points(sum(parts));
        self.moved(now, Movement::Voided { hold, points });
        let expired = self.book.put_back(parts, at);
        self.expired(expired, now);
    }
}

impl Holds {
    /// Ends the live holds whose time is over by now, in the order of time.
    pub(crate) fn end(&mut self, now: Timestamp) -> Vec<Ended> {
        let mut ended = Vec::new();
        for hold in &mut self.0 {
            // In whole seconds like the hold itself; a fraction of now changes nothing.
            if hold.until_s > now.as_second() {
                continue;
            }
            if let State::Live(parts) = &mut hold.state {
                let parts = std::mem::take(parts);
                let at = hold.until();
                hold.resolve(State::Ended, now);
                ended.push(Ended {
                    hold: hold.id,
                    parts,
                    at,
                });
            }
        }
        ended.sort_by_key(|ended| ended.at);
        ended
    }

    /// Forgets what was resolved long enough ago. Never a change worth a write by itself.
    pub(crate) fn forget(&mut self, now: Timestamp) {
        self.0
            .retain(|hold| hold.is_live() || hold.until_s > now.as_second());
    }

    /// When the first live hold ends.
    pub(crate) fn first_end(&self) -> Option<Timestamp> {
        let live = self.0.iter().filter(|hold| hold.is_live());
        live.map(Hold::until).min()
    }

    /// How many points are held.
    pub(crate) fn points(&self) -> i64 {
        let held = self.0.iter().map(|hold| match &hold.state {
            State::Live(parts) => sum(parts),
            State::Posted(_) | State::Voided | State::Ended => 0,
        });
        held.sum()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn get(&mut self, id: Id<kind::Hold>) -> Option<&mut Hold> {
        self.0.iter_mut().find(|hold| hold.id == id)
    }
}

impl Hold {
    fn is_live(&self) -> bool {
        matches!(self.state, State::Live(_))
    }

    fn until(&self) -> Timestamp {
        Timestamp::from_second(self.until_s).unwrap_or(Timestamp::MAX)
    }

    fn resolve(&mut self, state: State, now: Timestamp) {
        self.state = state;
        self.until_s = now.as_second().saturating_add(REMEMBERED_S);
    }
}

/// Divides parts into the first so many points and the rest.
fn divided(parts: &[Part], points: Points) -> (Vec<Part>, Vec<Part>) {
    let mut left = points.get();
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for part in parts {
        let taken = left.min(part.points.get());
        left -= taken;
        for (to, points) in [(&mut first, taken), (&mut rest, part.points.get() - taken)] {
            if points > 0 {
                to.push(Part::of(part.month, points));
            }
        }
    }
    (first, rest)
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::{Play, Rules};

    fn id(name: &str) -> Id<kind::Hold> {
        Id::derive(&[name])
    }

    fn reason() -> Reason {
        Reason::new("test").unwrap()
    }

    /// A wallet with 100 points, an instant, and one an hour later.
    fn hundred() -> (Wallet, Timestamp, Timestamp) {
        let now: Timestamp = "2026-06-10T12:00:00Z".parse().unwrap();
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        let end_s = now.as_second();
        let start_s = end_s - 6_000;
        wallet.mark(&[Play { start_s, end_s }], &Rules::founding(), now);
        (wallet, now, now + SignedDuration::from_hours(1))
    }

    #[test]
    fn a_hold_is_free_the_moment_its_time_is_over() {
        let (mut wallet, now, until) = hundred();
        wallet
            .hold(id("a"), points(60), until, reason(), now)
            .unwrap();
        let before = until - SignedDuration::from_nanos(1);
        assert_eq!(wallet.balance(before).available, 40);
        assert_eq!(wallet.balance(until).available, 100);
        let posted = wallet.post(id("a"), points(60), until);
        assert_eq!(posted, Err(ResolveError::Ended));
        assert_eq!(wallet.void(id("a"), until), Ok(Voided::Before));
    }

    #[test]
    fn a_hold_is_resolved_once_and_a_repeated_call_gets_the_same_answer() {
        let (mut wallet, now, until) = hundred();
        let mut hold = |name| wallet.hold(id(name), points(30), until, reason(), now);
        assert_eq!((hold("a"), hold("a"), hold("b")), (Ok(()), Ok(()), Ok(())));

        let posted = wallet.post(id("a"), points(20), now);
        assert!(matches!(posted, Ok(Posted::Now(spent)) if spent.points() == points(20)));
        assert_eq!(wallet.post(id("a"), points(20), now), Ok(Posted::Before));
        let other = wallet.post(id("a"), points(19), now);
        assert_eq!(other, Err(ResolveError::Posted));
        assert_eq!(wallet.void(id("a"), now), Err(ResolveError::Posted));

        assert_eq!(wallet.void(id("b"), now), Ok(Voided::Now));
        assert_eq!(wallet.void(id("b"), now), Ok(Voided::Before));
        let posted = wallet.post(id("b"), points(1), now);
        assert_eq!(posted, Err(ResolveError::Voided));
        let again = wallet.hold(id("b"), points(30), until, reason(), now);
        assert_eq!(again, Err(HoldError::Used));
        assert_eq!(wallet.balance(now).available, 80);
        assert!(wallet.is_conserved());
    }

    #[test]
    fn what_cannot_be_held_or_posted_is_refused() {
        let (mut wallet, now, until) = hundred();
        let mut hold = |held, until| wallet.hold(id("a"), points(held), until, reason(), now);
        let available = 100;
        assert_eq!(hold(101, until), Err(HoldError::Insufficient { available }));
        assert_eq!(hold(0, until), Err(HoldError::Empty));
        assert_eq!(hold(1, now), Err(HoldError::Empty));
        assert_eq!(hold(10, until), Ok(()));
        assert_eq!(hold(11, until), Err(HoldError::Used));
        let held = points(10);
        let posted = wallet.post(id("a"), points(11), now);
        assert_eq!(posted, Err(ResolveError::TooFew { held }));
        assert_eq!(wallet.void(id("b"), now), Err(ResolveError::Unknown));
        assert_eq!(wallet.balance(now).held, held);
    }

    #[test]
    fn a_wallet_has_only_so_many_holds_until_old_ones_are_forgotten() {
        let (mut wallet, now, until) = hundred();
        for number in 0..MAX_HOLDS {
            let id = id(&number.to_string());
            wallet.hold(id, points(1), until, reason(), now).unwrap();
            wallet.void(id, now).unwrap();
        }
        let refused = wallet.hold(id("more"), points(1), until, reason(), now);
        assert_eq!(refused, Err(HoldError::TooMany));
        let tomorrow = now + SignedDuration::from_secs(REMEMBERED_S);
        let until = tomorrow + SignedDuration::from_secs(1);
        let held = wallet.hold(id("more"), points(1), until, reason(), tomorrow);
        assert_eq!(held, Ok(()));
    }
}
