//! A rights case: somebody says that a listing may not be sold, its seller answers, an operator rules.
//!
//! `opened → counter_notice → upheld | dismissed`; a seller who does not answer does not keep the
//! operator from ruling. Everything here is pure; each move answers the case one version on.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{product_type::Subject, text::Prose};

/// A rights case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RightsCase {
    pub(crate) id: Id<kind::RightsCase>,
    pub(crate) listing: Id<kind::Listing>,
    /// Whose listing it is.
    pub(crate) seller: Id<kind::Organization>,
    /// Which work or recording it is about, if it is registered here.
    pub(crate) subject: Option<Subject>,
    pub(crate) claimant: Claimant,
    pub(crate) claim: Statement,
    pub(crate) state: CaseState,
    /// Since when an operator keeps the listing from being sold until the ruling.
    pub(crate) withheld_at: Option<Timestamp>,
    pub(crate) counter_notice: Option<CounterNotice>,
    pub(crate) ruling: Option<Ruling>,
    pub(crate) opened_at: Timestamp,
    pub(crate) version: u64,
}

/// Who says that the listing may not be sold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claimant {
    pub(crate) account: Id<kind::Account>,
    /// For whom the account acts, if for somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) organization: Option<Id<kind::Organization>>,
}

/// What a party says, and what it shows for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Statement {
    pub(crate) text: Prose,
    pub(crate) evidence: Vec<Prose>,
}

/// What the seller says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CounterNotice {
    pub(crate) account: Id<kind::Account>,
    pub(crate) statement: Statement,
    pub(crate) given_at: Timestamp,
}

/// How an operator decided.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ruling {
    pub(crate) operator: Id<kind::Account>,
    pub(crate) reason: Prose,
    pub(crate) ruled_at: Timestamp,
}

/// Where a case stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = RightsCaseState)]
pub(crate) enum CaseState {
    /// The seller has not answered yet.
    Opened,
    /// The seller has answered.
    CounterNotice,
    /// The claimant is right: the listing is taken down.
    Upheld,
    /// The claimant is not right.
    Dismissed,
}

/// What can be done with a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum CaseMove {
    /// Answer, as the seller.
    Counter(CounterNotice),
    /// Keep the listing from being sold until the ruling.
    Withhold(Timestamp),
    /// Rule for the claimant.
    Uphold(Ruling),
    /// Rule for the seller.
    Dismiss(Ruling),
}

/// Why a case cannot be moved so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum CaseMoveError {
    /// It is decided.
    #[error("the case is decided")]
    Decided,
    /// The seller answers once.
    #[error("the seller has answered already")]
    Answered,
    /// It is kept from being sold already.
    #[error("the listing is kept from being sold already")]
    Withheld,
}

impl RightsCase {
    /// The case after a move.
    pub(crate) fn moved(self, step: CaseMove) -> Result<Self, CaseMoveError> {
        if self.state.is_decided() {
            return Err(CaseMoveError::Decided);
        }
        let is_answered = self.state == CaseState::CounterNotice;
        let is_withheld = self.withheld_at.is_some();
        let next = Self {
            version: self.version + 1,
            ..self
        };
        match step {
            // Once the seller has answered, the operator has all there is to rule on.
            CaseMove::Counter(_) | CaseMove::Withhold(_) if is_answered => {
                Err(CaseMoveError::Answered)
            }
            CaseMove::Withhold(_) if is_withheld => Err(CaseMoveError::Withheld),
            CaseMove::Counter(notice) => Ok(Self {
                state: CaseState::CounterNotice,
                counter_notice: Some(notice),
                ..next
            }),
            CaseMove::Withhold(at) => Ok(Self {
                withheld_at: Some(at),
                ..next
            }),
            CaseMove::Uphold(ruling) => Ok(Self {
                state: CaseState::Upheld,
                ruling: Some(ruling),
                ..next
            }),
            CaseMove::Dismiss(ruling) => Ok(Self {
                state: CaseState::Dismissed,
                ruling: Some(ruling),
                ..next
            }),
        }
    }

    /// Whether it keeps its listing from being sold now.
    pub(crate) fn is_withholding(&self) -> bool {
        self.withheld_at.is_some() && !self.state.is_decided()
    }
}

impl CaseState {
    /// Whether an operator has ruled.
    pub(crate) fn is_decided(self) -> bool {
        match self {
            Self::Opened | Self::CounterNotice => false,
            Self::Upheld | Self::Dismissed => true,
        }
    }
}

impl Claimant {
    /// The party as it is listed: the organization, or else the account.
    pub(crate) fn party(&self) -> String {
        match self.organization {
            Some(organization) => organization.to_string(),
            None => self.account.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn case(state: CaseState, withheld_at: Option<Timestamp>) -> RightsCase {
        RightsCase {
            id: Id::derive(&["case"]),
            listing: Id::derive(&["listing"]),
            seller: Id::derive(&["seller"]),
            subject: None,
            claimant: Claimant {
                account: Id::derive(&["claimant"]),
                organization: None,
            },
            claim: statement(),
            state,
            withheld_at,
            counter_notice: None,
            ruling: None,
            opened_at: Timestamp::UNIX_EPOCH,
            version: 7,
        }
    }

    fn statement() -> Statement {
        Statement {
            text: "It is mine.".parse().unwrap(),
            evidence: Vec::new(),
        }
    }

    fn moves() -> impl Strategy<Value = CaseMove> {
        let ruling = Ruling {
            operator: Id::derive(&["operator"]),
            reason: "So it is.".parse().unwrap(),
            ruled_at: Timestamp::UNIX_EPOCH,
        };
        let notice = CounterNotice {
            account: Id::derive(&["seller"]),
            statement: statement(),
            given_at: Timestamp::UNIX_EPOCH,
        };
        prop_oneof![
            Just(CaseMove::Counter(notice)),
            Just(CaseMove::Withhold(Timestamp::UNIX_EPOCH)),
            Just(CaseMove::Uphold(ruling.clone())),
            Just(CaseMove::Dismiss(ruling)),
        ]
    }

    proptest! {
        #[test]
        fn only_the_moves_of_the_diagram_are_made_and_a_ruling_is_the_last(
            steps in prop::collection::vec(moves(), 0..8),
        ) {
            use CaseState::{CounterNotice, Dismissed, Opened, Upheld};
            let mut case = case(Opened, None);
            for step in steps {
                let before = case.clone();
                let legal = match (&step, before.state) {
                    (_, Upheld | Dismissed) => false,
                    (CaseMove::Counter(_), state) => state == Opened,
                    (CaseMove::Withhold(_), state) => state == Opened && before.withheld_at.is_none(),
                    (CaseMove::Uphold(_) | CaseMove::Dismiss(_), Opened | CounterNotice) => true,
                };
                match case.clone().moved(step) {
                    Ok(moved) => {
                        prop_assert!(legal);
                        prop_assert_eq!(moved.version, before.version + 1);
                        prop_assert_eq!(moved.ruling.is_some(), moved.state.is_decided());
                        prop_assert_eq!(
                            moved.is_withholding(),
                            moved.withheld_at.is_some() && moved.ruling.is_none()
                        );
                        case = moved;
                    }
                    Err(_) => prop_assert!(!legal),
                }
            }
        }
    }
}
