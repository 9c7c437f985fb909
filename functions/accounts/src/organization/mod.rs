//! An organization: what it is, and which moves its life allows.
//!
//! An organization is founded as a draft, answers what its kind is asked for, is submitted, and an
//! operator approves or rejects it. What an operator judged does not change under their eyes: answers
//! are closed while it is under review and from the approval on.

mod answer;
mod kind;
mod kinds;
mod member;
mod representation;
mod role;
mod text;

pub(crate) use answer::Answer;
pub(crate) use kind::OrganizationKind;
pub(crate) use kinds::{
    KindTerms, Kinds, KindsError, Requirement, RequirementCode, RequirementKind,
};
pub(crate) use member::{Invitation, Invitee, Member, Membership};
pub(crate) use representation::{
    Approval, Delegation, Proposal, Representation, RepresentationState, RepresentationStatus,
    Side, Window,
};
pub(crate) use role::{MemberRole, Scope, scopes_of_agent, scopes_of_member};
pub(crate) use text::{OrganizationName, Reason};

use std::collections::BTreeMap;

use kernel::{Id, Region, Timestamp, kind as id_kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whoever sells here, or acts for those who do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Organization {
    pub(crate) id: Id<id_kind::Organization>,
    /// Never changes: what was asked, and so what was approved, hangs on it.
    pub(crate) kind: OrganizationKind,
    pub(crate) name: OrganizationName,
    pub(crate) region: Region,
    pub(crate) state: State,
    /// Why it was rejected or suspended, for its members.
    pub(crate) reason: Option<Reason>,
    /// Whether the platform's own house stands behind it. Never raises its rank anywhere.
    pub(crate) house_owned: bool,
    pub(crate) answers: BTreeMap<RequirementCode, Answer>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// One more with every change; 1 at first.
    pub(crate) version: u64,
}

/// How far an organization has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = OrganizationState)]
pub(crate) enum State {
    /// Its members still answer what is asked.
    Draft,
    /// An operator looks at it.
    Submitted,
    /// It may sell, and act for others if its kind may.
    Approved,
    /// An operator refused it; it can be mended and submitted again.
    Rejected,
    /// An operator has stopped it.
    Suspended,
}

/// What an operator decides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// A submitted one may sell.
    Approve,
    /// A submitted one may not, for this reason.
    Reject(Reason),
    /// An approved one may not any more, for this reason.
    Suspend(Reason),
    /// A suspended one may again.
    Reinstate,
}

/// What a manager asks to be changed; `None` leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) name: Option<OrganizationName>,
    pub(crate) region: Option<Region>,
}

/// That a move does not start from where the organization is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the organization is {}", .0.as_str())]
pub(crate) struct IllegalMove(pub(crate) State);

/// Why an organization was not submitted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SubmitError {
    /// It is not one that can be.
    #[error(transparent)]
    Illegal(#[from] IllegalMove),
    /// These requirements have no answer.
    #[error("requirements have no answer")]
    Missing(Vec<RequirementCode>),
}

impl Organization {
    /// A new organization: a draft.
    pub(crate) fn found(
        id: Id<id_kind::Organization>,
        kind: OrganizationKind,
        name: OrganizationName,
        region: Region,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            kind,
            name,
            region,
            state: State::Draft,
            reason: None,
            house_owned: false,
            answers: BTreeMap::new(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// Whether it may sell.
    pub(crate) fn is_approved(&self) -> bool {
        self.state == State::Approved
    }

    /// With the changes of `edit`; `None` if nothing would change. Under review nothing moves, and a
    /// suspended one does not slip away under another name.
    pub(crate) fn edit(&self, edit: Edit, now: Timestamp) -> Result<Option<Self>, IllegalMove> {
        self.require(&[State::Draft, State::Rejected, State::Approved])?;
        let name = edit.name.unwrap_or_else(|| self.name.clone());
        let region = edit.region.unwrap_or_else(|| self.region.clone());
        if name == self.name && region == self.region {
            return Ok(None);
        }
        Ok(Some(Self {
            name,
            region,
            ..self.next(now)
        }))
    }

    /// With this answer to a requirement of its kind.
    pub(crate) fn answer(
        &self,
        code: RequirementCode,
        answer: Answer,
        now: Timestamp,
    ) -> Result<Self, IllegalMove> {
        self.require(&[State::Draft, State::Rejected])?;
        let mut next = self.next(now);
        next.answers.insert(code, answer);
        Ok(next)
    }

    /// Handed to the operators, with every requirement in `terms` answered.
    pub(crate) fn submit(&self, terms: &KindTerms, now: Timestamp) -> Result<Self, SubmitError> {
        self.require(&[State::Draft, State::Rejected])?;
        let missing: Vec<_> = terms
            .requirements
            .iter()
            .filter(|requirement| !self.answers.contains_key(&requirement.code))
            .map(|requirement| requirement.code.clone())
            .collect();
        if !missing.is_empty() {
            return Err(SubmitError::Missing(missing));
        }
        Ok(Self {
            state: State::Submitted,
            reason: None,
            ..self.next(now)
        })
    }

    /// As an operator decided.
    pub(crate) fn judge(&self, verdict: Verdict, now: Timestamp) -> Result<Self, IllegalMove> {
        let (from, state, reason) = match verdict {
            Verdict::Approve => (State::Submitted, State::Approved, None),
            Verdict::Reject(reason) => (State::Submitted, State::Rejected, Some(reason)),
            Verdict::Suspend(reason) => (State::Approved, State::Suspended, Some(reason)),
            Verdict::Reinstate => (State::Suspended, State::Approved, None),
        };
        self.require(&[from])?;
        Ok(Self {
            state,
            reason,
            ..self.next(now)
        })
    }

    /// Marked as the house's own, or not; `None` if it is so already.
    pub(crate) fn mark_house_owned(&self, house_owned: bool, now: Timestamp) -> Option<Self> {
        (self.house_owned != house_owned).then(|| Self {
            house_owned,
            ..self.next(now)
        })
    }

    fn require(&self, states: &[State]) -> Result<(), IllegalMove> {
        if states.contains(&self.state) {
            Ok(())
        } else {
            Err(IllegalMove(self.state))
        }
    }

    fn next(&self, now: Timestamp) -> Self {
        Self {
            updated_at: now,
            version: self.version + 1,
            ..self.clone()
        }
    }
}

impl State {
    /// Every state.
    #[cfg(test)]
    pub(crate) const ALL: [Self; 5] = [
        Self::Draft,
        Self::Submitted,
        Self::Approved,
        Self::Rejected,
        Self::Suspended,
    ];

    /// The state as it is stored and shown.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Suspended => "suspended",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn organization(state: State) -> Organization {
        Organization {
            state,
            ..Organization::found(
                Id::from_bytes([1; 16]),
                OrganizationKind::RecordCompany,
                "Silk Records".parse().unwrap(),
                "CN-SH".parse().unwrap(),
                NOW,
            )
        }
    }

    fn answer() -> Answer {
        Answer {
            value: "Silk Records Ltd.".to_owned(),
            answered_by: Id::from_bytes([2; 16]),
            answered_at: NOW,
        }
    }

    fn terms() -> KindTerms {
        let kinds = Kinds::embedded().unwrap();
        kinds
            .terms(OrganizationKind::RecordCompany)
            .unwrap()
            .clone()
    }

    #[test]
    fn of_all_verdicts_in_all_states_those_four_are_moves() {
        let reason: Reason = "No licence.".parse().unwrap();
        for state in State::ALL {
            for verdict in [
                Verdict::Approve,
                Verdict::Reject(reason.clone()),
                Verdict::Suspend(reason.clone()),
                Verdict::Reinstate,
            ] {
                let expected = match (state, &verdict) {
                    (State::Submitted, Verdict::Approve) => Some((State::Approved, false)),
                    (State::Submitted, Verdict::Reject(_)) => Some((State::Rejected, true)),
                    (State::Approved, Verdict::Suspend(_)) => Some((State::Suspended, true)),
                    (State::Suspended, Verdict::Reinstate) => Some((State::Approved, false)),
                    _ => None,
                };
                let before = organization(state);
                match (before.judge(verdict, NOW), expected) {
                    (Ok(after), Some((state, has_reason))) => {
                        assert_eq!(after.state, state);
                        assert_eq!(after.reason.is_some(), has_reason);
                        assert_eq!(after.version, before.version + 1);
                    }
                    (Err(error), None) => assert_eq!(error, IllegalMove(state)),
                    (got, expected) => panic!("{state:?}: {got:?}, not {expected:?}"),
                }
            }
        }
    }

    #[test]
    fn answers_are_given_before_the_review_alone() {
        let code = &terms().requirements[0].code;
        for state in State::ALL {
            let answered = organization(state).answer(code.clone(), answer(), NOW);
            let open = matches!(state, State::Draft | State::Rejected);
            assert_eq!(answered.is_ok(), open, "{state:?}");
        }
    }

    #[test]
    fn only_a_draft_or_a_rejected_one_with_every_answer_is_submitted() {
        let terms = terms();
        for state in State::ALL {
            let mut organization = organization(state);
            let open = matches!(state, State::Draft | State::Rejected);
            let expected = if open {
                let codes = terms.requirements.iter().map(|each| each.code.clone());
                SubmitError::Missing(codes.collect())
            } else {
                SubmitError::Illegal(IllegalMove(state))
            };
            assert_eq!(organization.submit(&terms, NOW), Err(expected));
            for requirement in &terms.requirements {
                organization
                    .answers
                    .insert(requirement.code.clone(), answer());
            }
            let submitted = organization.submit(&terms, NOW);
            assert_eq!(submitted.is_ok(), open, "{state:?}");
        }
    }

    #[test]
    fn a_name_changes_neither_under_review_nor_while_suspended() {
        let edit = Edit {
            name: Some("Cotton Records".parse().unwrap()),
            region: None,
        };
        for state in State::ALL {
            let edited = organization(state).edit(edit.clone(), NOW);
            let closed = matches!(state, State::Submitted | State::Suspended);
            assert_eq!(edited.is_err(), closed, "{state:?}");
        }
        let same = organization(State::Draft).edit(Edit::default(), NOW);
        assert_eq!(same, Ok(None));
    }

    #[test]
    fn a_flag_that_is_set_already_is_no_change() {
        let organization = organization(State::Approved);
        assert_eq!(organization.mark_house_owned(false, NOW), None);
        let marked = organization.mark_house_owned(true, NOW).unwrap();
        assert!(marked.house_owned);
        assert_eq!(marked.version, 2);
    }
}
