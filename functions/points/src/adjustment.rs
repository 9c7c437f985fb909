//! Adjustments: one operator proposes to put a member's points right, another approves.
//!
//! Invariant: whoever approves is not who proposed, nobody proposes or decides about their own points,
//! and what is approved, rejected or expired never changes again.

use jiff::SignedDuration;
use kernel::{Clock, Id, Timestamp, kind, text};

/// For how long a proposal can be approved.
const OPEN_FOR: SignedDuration = SignedDuration::from_millis(OPEN_FOR_MS);
const OPEN_FOR_MS: i64 = 7 * 24 * 3_600 * 1_000;

/// By how many points one adjustment changes a balance at most, up or down.
pub(crate) const MAX_POINTS: i64 = 100_000;

/// Why, for operators alone: 1 to 1,000 characters.
pub(crate) type Explanation = text::Prose<1_000>;
/// Where more is to be found, such as a ticket's number: one line of 1 to 100 characters.
pub(crate) type Reference = text::Line<100>;

/// A change of a member's points that two operators agree on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Adjustment {
    /// Names it, and tells when it was proposed.
    pub(crate) id: Id<kind::Adjustment>,
    /// Whose points.
    pub(crate) account: Id<kind::Account>,
    /// By how many they change.
    pub(crate) points: Change,
    /// Why.
    pub(crate) reason: Explanation,
    /// Where more is to be found.
    pub(crate) reference: Option<Reference>,
    /// Who proposed it.
    pub(crate) proposed_by: Id<kind::Account>,
    /// What was decided, if anything was.
    pub(crate) decision: Option<Decision>,
}

/// A number of points to add or to take away: not zero, and at most [`MAX_POINTS`] either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Change(i64);

/// A number of points that no adjustment is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it must be 1 to {MAX_POINTS} points, or as many less than none")]
pub(crate) struct ChangeError;

/// What an operator decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decision {
    /// Who.
    pub(crate) by: Id<kind::Account>,
    /// When.
    pub(crate) at: Timestamp,
    /// What.
    pub(crate) verdict: Verdict,
}

/// Yes or no.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The points have changed.
    Approved,
    /// They stay as they are, because of this.
    Rejected(Explanation),
}

/// Where an adjustment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    /// It waits for another operator.
    Proposed,
    /// It had its effect.
    Approved,
    /// Somebody decided against it.
    Rejected,
    /// Nobody decided in time.
    Expired,
}

/// Why an adjustment cannot be proposed or decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AdjustmentError {
    /// Operators do not touch their own points.
    #[error("nobody proposes or decides about their own points")]
    OwnPoints,
    /// Who proposed it would approve it.
    #[error("whoever proposed an adjustment does not approve it")]
    SamePerson,
    /// It is not open any more.
    #[error("it is {} already", .0.name())]
    Settled(State),
}

impl Adjustment {
    /// What an operator proposes now.
    pub(crate) fn propose(
        account: Id<kind::Account>,
        points: Change,
        reason: Explanation,
        reference: Option<Reference>,
        operator: Id<kind::Account>,
        clock: &Clock,
    ) -> Result<Adjustment, AdjustmentError> {
        if operator == account {
            return Err(AdjustmentError::OwnPoints);
        }
        Ok(Adjustment {
            id: Id::generate(clock),
            account,
            points,
            reason,
            reference,
            proposed_by: operator,
            decision: None,
        })
    }

    /// The same, approved by another operator. Whoever commits it changes the points with it.
    pub(crate) fn approve(
        self,
        operator: Id<kind::Account>,
        now: Timestamp,
    ) -> Result<Adjustment, AdjustmentError> {
        if operator == self.account {
            return Err(AdjustmentError::OwnPoints);
        }
        if operator == self.proposed_by {
            return Err(AdjustmentError::SamePerson);
        }
        self.decide(operator, Verdict::Approved, now)
    }

    /// The same, rejected by an operator, also by who proposed it. Whoever rejects that points of
    /// their own are taken away would keep them.
    pub(crate) fn reject(
        self,
        operator: Id<kind::Account>,
        reason: Explanation,
        now: Timestamp,
    ) -> Result<Adjustment, AdjustmentError> {
        if operator == self.account {
            return Err(AdjustmentError::OwnPoints);
        }
        self.decide(operator, Verdict::Rejected(reason), now)
    }

    fn decide(
        self,
        by: Id<kind::Account>,
        verdict: Verdict,
        now: Timestamp,
    ) -> Result<Adjustment, AdjustmentError> {
        match self.state(now) {
            State::Proposed => {
                let decision = Decision {
                    by,
                    at: now,
                    verdict,
                };
                Ok(Adjustment {
                    decision: Some(decision),
                    ..self
                })
            }
            settled @ (State::Approved | State::Rejected | State::Expired) => {
                Err(AdjustmentError::Settled(settled))
            }
        }
    }

    /// Where it stands.
    pub(crate) fn state(&self, now: Timestamp) -> State {
        match self.decision.as_ref().map(|decision| &decision.verdict) {
            Some(Verdict::Approved) => State::Approved,
            Some(Verdict::Rejected(_)) => State::Rejected,
            None if self.expires_at() <= now => State::Expired,
            None => State::Proposed,
        }
    }

    /// When it was proposed, to the millisecond.
    pub(crate) fn proposed_at(&self) -> Timestamp {
        let ms = i64::try_from(self.id.timestamp_ms()).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    }

    /// From when on it cannot be decided any more.
    pub(crate) fn expires_at(&self) -> Timestamp {
        let proposed_at = self.proposed_at();
        proposed_at.checked_add(OPEN_FOR).unwrap_or(Timestamp::MAX)
    }
}

/// The greatest id that an adjustment can have which has expired by now.
pub(crate) fn last_expired(now: Timestamp) -> Id<kind::Adjustment> {
    let ms = now.as_millisecond().saturating_sub(OPEN_FOR_MS);
    Id::from_parts(u64::try_from(ms).unwrap_or(0), [0xff; 10])
}

impl Change {
    /// So many points, up or down.
    pub(crate) fn new(points: i64) -> Result<Change, ChangeError> {
        if points != 0 && (-MAX_POINTS..=MAX_POINTS).contains(&points) {
            Ok(Change(points))
        } else {
            Err(ChangeError)
        }
    }

    /// The number.
    pub(crate) fn get(self) -> i64 {
        self.0
    }
}

impl State {
    /// What it is called on the wire.
    pub(crate) fn name(self) -> &'static str {
        match self {
            State::Proposed => "proposed",
            State::Approved => "approved",
            State::Rejected => "rejected",
            State::Expired => "expired",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROPOSED_AT: &str = "2026-06-01T12:00:00.123Z";

    fn account(name: &str) -> Id<kind::Account> {
        Id::derive(&[name])
    }

    fn explanation() -> Explanation {
        "counted twice".parse().unwrap()
    }

    fn proposed() -> Adjustment {
        let clock = Clock::manual(PROPOSED_AT.parse().unwrap());
        let points = Change::new(-50).unwrap();
        let (member, operator) = (account("member"), account("one"));
        Adjustment::propose(member, points, explanation(), None, operator, &clock).unwrap()
    }

    fn now() -> Timestamp {
        "2026-06-02T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn an_adjustment_is_of_some_points_and_of_not_too_many() {
        for points in [0, MAX_POINTS + 1, -MAX_POINTS - 1, i64::MIN, i64::MAX] {
            assert_eq!(Change::new(points), Err(ChangeError), "{points}");
        }
        for points in [1, -1, MAX_POINTS, -MAX_POINTS] {
            assert_eq!(Change::new(points).map(Change::get), Ok(points));
        }
    }

    #[test]
    fn another_operator_approves_and_nobody_twice() {
        let approved = proposed().approve(account("other"), now()).unwrap();
        assert_eq!(approved.state(now()), State::Approved);
        let late = now() + SignedDuration::from_hours(24 * 30);
        assert_eq!(approved.state(late), State::Approved);
        let settled = Err(AdjustmentError::Settled(State::Approved));
        assert_eq!(approved.clone().approve(account("third"), now()), settled);
        assert_eq!(
            approved.reject(account("third"), explanation(), now()),
            settled
        );
    }

    #[test]
    fn neither_who_proposed_it_nor_whose_points_they_are_approves() {
        let by_the_same = proposed().approve(account("one"), now());
        assert_eq!(by_the_same, Err(AdjustmentError::SamePerson));
        let by_the_member = proposed().approve(account("member"), now());
        assert_eq!(by_the_member, Err(AdjustmentError::OwnPoints));
        let clock = Clock::manual(now());
        let (own, points) = (account("one"), Change::new(5).unwrap());
        let of_ones_own = Adjustment::propose(own, points, explanation(), None, own, &clock);
        assert_eq!(of_ones_own, Err(AdjustmentError::OwnPoints));
    }

    #[test]
    fn nobody_rejects_what_would_be_taken_from_them() {
        let rejected = proposed().reject(account("member"), explanation(), now());
        assert_eq!(rejected, Err(AdjustmentError::OwnPoints));
    }

    #[test]
    fn whoever_proposed_it_may_take_it_back() {
        let rejected = proposed().reject(account("one"), explanation(), now());
        let rejected = rejected.unwrap();
        assert_eq!(rejected.state(now()), State::Rejected);
        let settled = Err(AdjustmentError::Settled(State::Rejected));
        assert_eq!(rejected.approve(account("other"), now()), settled);
    }

    #[test]
    fn a_proposal_ends_after_seven_days_to_the_millisecond_and_lists_agree() {
        let adjustment = proposed();
        let last: Timestamp = "2026-06-08T12:00:00.122Z".parse().unwrap();
        let ended: Timestamp = "2026-06-08T12:00:00.123Z".parse().unwrap();
        assert_eq!(adjustment.state(last), State::Proposed);
        assert!(adjustment.id > last_expired(last));
        assert_eq!(adjustment.state(ended), State::Expired);
        assert!(adjustment.id <= last_expired(ended));
        let settled = Err(AdjustmentError::Settled(State::Expired));
        assert_eq!(adjustment.approve(account("other"), ended), settled);
    }
}
