//! An agency's right to act for another organization.
//!
//! One side proposes, the other approves, and either ends it at once. A representation also ends by
//! itself when its window does; that is decided by the clock, not by a sweep.

use std::collections::BTreeSet;

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Scope;

/// An agreement between an agency and whom it acts for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Representation {
    pub(crate) id: Id<kind::Representation>,
    pub(crate) agency: Id<kind::Organization>,
    pub(crate) represented: Id<kind::Organization>,
    pub(crate) delegation: Delegation,
    pub(crate) window: Window,
    pub(crate) proposed_by: Side,
    pub(crate) status: RepresentationStatus,
    pub(crate) proposed_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// One more with every change; 1 at first.
    pub(crate) version: u64,
}

/// What is proposed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Proposal {
    pub(crate) agency: Id<kind::Organization>,
    pub(crate) represented: Id<kind::Organization>,
    pub(crate) delegation: Delegation,
    pub(crate) window: Window,
    pub(crate) proposed_by: Side,
}

/// What an agency may do: one scope at least, and only such as can be given away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Scope>", into = "Vec<Scope>")]
pub(crate) struct Delegation(BTreeSet<Scope>);

/// Why scopes cannot be delegated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DelegationError {
    /// There are none.
    #[error("there is no scope in it")]
    Empty,
    /// Who belongs to an organization is decided by itself.
    #[error("the scope organization cannot be given to others")]
    NotDelegable,
}

/// From when until when; open where there is no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    from: Option<Timestamp>,
    until: Option<Timestamp>,
}

/// That a window would never be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is not later than the beginning and than now")]
pub(crate) struct WindowError;

/// One of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RepresentationSide)]
pub(crate) enum Side {
    /// Who acts.
    Agency,
    /// For whom.
    Represented,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RepresentationStatus {
    /// One side has agreed.
    Proposed,
    /// Both have.
    Agreed,
    /// One has ended it.
    Revoked,
}

/// How a representation stands at a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum RepresentationState {
    /// The other side has not answered.
    Proposed,
    /// Both sides have agreed; between `from` and `until` the agency may act.
    Active,
    /// One side has ended it.
    Revoked,
    /// Its time is over.
    Ended,
}

/// What comes of an approval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Approval {
    /// It is agreed from now on.
    Agreed(Representation),
    /// The proposal is of the approver's own side.
    OwnProposal,
    /// There is nothing to approve.
    NotProposed(RepresentationState),
}

impl Representation {
    /// A proposal, made.
    pub(crate) fn propose(
        id: Id<kind::Representation>,
        proposal: Proposal,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            agency: proposal.agency,
            represented: proposal.represented,
            delegation: proposal.delegation,
            window: proposal.window,
            proposed_by: proposal.proposed_by,
            status: RepresentationStatus::Proposed,
            proposed_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// How it stands at `now`.
    pub(crate) fn state_at(&self, now: Timestamp) -> RepresentationState {
        match self.status {
            RepresentationStatus::Revoked => RepresentationState::Revoked,
            _ if self.window.is_over(now) => RepresentationState::Ended,
            RepresentationStatus::Proposed => RepresentationState::Proposed,
            RepresentationStatus::Agreed => RepresentationState::Active,
        }
    }

    /// Whether the agency may act at `now`.
    pub(crate) fn is_in_force(&self, now: Timestamp) -> bool {
        self.state_at(now) == RepresentationState::Active && self.window.has_begun(now)
    }

    /// Approved by someone who speaks for `sides`.
    pub(crate) fn approve(&self, sides: &[Side], now: Timestamp) -> Approval {
        match self.state_at(now) {
            RepresentationState::Proposed if !sides.contains(&self.proposed_by.other()) => {
                Approval::OwnProposal
            }
            RepresentationState::Proposed => {
                Approval::Agreed(self.with(RepresentationStatus::Agreed, now))
            }
            state => Approval::NotProposed(state),
        }
    }

    /// Ended by either side; `Err` tells how it stands if there is nothing to end.
    pub(crate) fn revoke(&self, now: Timestamp) -> Result<Self, RepresentationState> {
        match self.state_at(now) {
            RepresentationState::Proposed | RepresentationState::Active => {
                Ok(self.with(RepresentationStatus::Revoked, now))
            }
            state => Err(state),
        }
    }

    /// The organization on `side`.
    pub(crate) fn organization(&self, side: Side) -> Id<kind::Organization> {
        match side {
            Side::Agency => self.agency,
            Side::Represented => self.represented,
        }
    }

    fn with(&self, status: RepresentationStatus, now: Timestamp) -> Self {
        Self {
            status,
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }
}

impl Side {
    /// Both.
    pub(crate) const BOTH: [Self; 2] = [Self::Agency, Self::Represented];

    /// The one across the table.
    pub(crate) fn other(self) -> Self {
        match self {
            Self::Agency => Self::Represented,
            Self::Represented => Self::Agency,
        }
    }
}

impl Delegation {
    /// Whether `scope` is in it.
    pub(crate) fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    /// The scopes, in their order.
    pub(crate) fn scopes(&self) -> Vec<Scope> {
        self.0.iter().copied().collect()
    }
}

impl TryFrom<Vec<Scope>> for Delegation {
    type Error = DelegationError;

    fn try_from(scopes: Vec<Scope>) -> Result<Self, DelegationError> {
        if scopes.is_empty() {
            return Err(DelegationError::Empty);
        }
        if !scopes.iter().all(|scope| scope.is_delegable()) {
            return Err(DelegationError::NotDelegable);
        }
        Ok(Self(scopes.into_iter().collect()))
    }
}

impl From<Delegation> for Vec<Scope> {
    fn from(delegation: Delegation) -> Self {
        delegation.scopes()
    }
}

impl Window {
    /// The window between two times, which must be open some time from `now` on.
    pub(crate) fn new(
        from: Option<Timestamp>,
        until: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Self, WindowError> {
        let window = Self { from, until };
        let never = until.is_some_and(|until| from.is_some_and(|from| until <= from));
        if never || window.is_over(now) {
            Err(WindowError)
        } else {
            Ok(window)
        }
    }

    /// A window that was checked when it was made.
    pub(crate) fn of_stored(from: Option<Timestamp>, until: Option<Timestamp>) -> Self {
        Self { from, until }
    }

    /// Its beginning, if it has one.
    pub(crate) fn from(&self) -> Option<Timestamp> {
        self.from
    }

    /// Its end, if it has one: the first moment outside.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.until
    }

    fn has_begun(&self, now: Timestamp) -> bool {
        self.from.is_none_or(|from| from <= now)
    }

    fn is_over(&self, now: Timestamp) -> bool {
        self.until.is_some_and(|until| until <= now)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn proposal(proposed_by: Side, window: Window) -> Representation {
        let proposal = Proposal {
            agency: Id::from_bytes([1; 16]),
            represented: Id::from_bytes([2; 16]),
            delegation: vec![Scope::Catalogue].try_into().unwrap(),
            window,
            proposed_by,
        };
        Representation::propose(Id::from_bytes([3; 16]), proposal, at(0))
    }

    #[test]
    fn nobody_approves_what_their_own_side_proposed() {
        let open = Window::of_stored(None, None);
        for side in Side::BOTH {
            let proposed = proposal(side, open);
            assert_eq!(proposed.approve(&[side], at(1)), Approval::OwnProposal);
            let approved = proposed.approve(&[side.other()], at(1));
            assert!(matches!(approved, Approval::Agreed(_)));
            // Who speaks for both may agree with themselves.
            let approved = proposed.approve(&Side::BOTH, at(1));
            assert!(matches!(approved, Approval::Agreed(_)));
        }
    }

    #[test]
    fn what_is_over_is_neither_approved_nor_revoked() {
        let window = Window::of_stored(None, Some(at(10)));
        let proposed = proposal(Side::Agency, window);
        let Approval::Agreed(active) = proposed.approve(&[Side::Represented], at(9)) else {
            panic!("it is not over yet");
        };
        assert!(active.is_in_force(at(9)));
        assert!(!active.is_in_force(at(10)));
        let ended = RepresentationState::Ended;
        assert_eq!(active.revoke(at(10)), Err(ended));
        assert_eq!(
            proposed.approve(&[Side::Represented], at(10)),
            Approval::NotProposed(ended)
        );
        let revoked = active.revoke(at(9)).unwrap();
        assert_eq!(revoked.revoke(at(9)), Err(RepresentationState::Revoked));
        assert!(!revoked.is_in_force(at(9)));
    }

    #[test]
    fn an_agency_acts_only_after_the_beginning() {
        let window = Window::of_stored(Some(at(5)), None);
        let Approval::Agreed(active) =
            proposal(Side::Agency, window).approve(&[Side::Represented], at(1))
        else {
            panic!("it is proposed");
        };
        assert_eq!(active.state_at(at(4)), RepresentationState::Active);
        assert!(!active.is_in_force(at(4)));
        assert!(active.is_in_force(at(5)));
    }

    #[test]
    fn the_scope_organization_and_nothing_at_all_cannot_be_delegated() {
        assert_eq!(
            Delegation::try_from(Vec::new()),
            Err(DelegationError::Empty)
        );
        assert_eq!(
            Delegation::try_from(vec![Scope::Catalogue, Scope::Organization]),
            Err(DelegationError::NotDelegable)
        );
    }

    proptest! {
        #[test]
        fn a_window_that_is_accepted_is_open_some_time(
            from in proptest::option::of(-5i64..5),
            until in proptest::option::of(-5i64..5),
        ) {
            let accepted = Window::new(from.map(at), until.map(at), at(0));
            let opens = (0..6).any(|now| {
                from.is_none_or(|from| from <= now) && until.is_none_or(|until| now < until)
            });
            prop_assert_eq!(accepted.is_ok(), opens);
        }
    }
}
