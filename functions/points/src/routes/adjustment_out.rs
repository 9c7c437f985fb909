//! An adjustment as operators see it.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Code};

use crate::adjustment::{Adjustment, AdjustmentError, Explanation, Reference, State, Verdict};

/// A change of a member's points that two operators agree on.
#[derive(Serialize, ToSchema)]
pub(crate) struct AdjustmentOut {
    /// Names the adjustment. The member's entry refers to it.
    #[schema(value_type = String, example = "adj_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Adjustment>,
    /// Whose points.
    #[schema(value_type = String, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    account: Id<kind::Account>,
    /// By how many they change, up or down.
    #[schema(example = -50)]
    points: i64,
    /// Why. The member does not see it.
    #[schema(value_type = String)]
    reason: Explanation,
    /// Where more is to be found.
    #[schema(value_type = Option<String>, example = "SUP-2041")]
    reference: Option<Reference>,
    /// Where it stands.
    state: AdjustmentState,
    /// Who proposed it.
    #[schema(value_type = String)]
    proposed_by: Id<kind::Account>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    proposed_at: Timestamp,
    /// When it ends if nobody decides.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
    /// Who decided.
    #[schema(value_type = Option<String>)]
    decided_by: Option<Id<kind::Account>>,
    /// When.
    #[schema(value_type = Option<String>, format = DateTime)]
    decided_at: Option<Timestamp>,
    /// Why it was rejected.
    #[schema(value_type = Option<String>)]
    rejection: Option<Explanation>,
}

/// Where an adjustment stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum AdjustmentState {
    /// It waits for another operator.
    #[default]
    Proposed,
    /// It had its effect.
    Approved,
    /// Somebody decided against it.
    Rejected,
    /// Nobody decided in time.
    Expired,
}

impl AdjustmentOut {
    pub(crate) fn of(adjustment: &Adjustment, now: Timestamp) -> AdjustmentOut {
        let decision = adjustment.decision.as_ref();
        let rejection = decision.and_then(|decision| match &decision.verdict {
            Verdict::Approved => None,
            Verdict::Rejected(reason) => Some(reason.clone()),
        });
        AdjustmentOut {
            id: adjustment.id,
            account: adjustment.account,
            points: adjustment.points.get(),
            reason: adjustment.reason.clone(),
            reference: adjustment.reference.clone(),
            state: adjustment.state(now).into(),
            proposed_by: adjustment.proposed_by,
            proposed_at: adjustment.proposed_at(),
            expires_at: adjustment.expires_at(),
            decided_by: decision.map(|decision| decision.by),
            decided_at: decision.map(|decision| decision.at),
            rejection,
        }
    }
}

impl From<State> for AdjustmentState {
    fn from(state: State) -> AdjustmentState {
        match state {
            State::Proposed => AdjustmentState::Proposed,
            State::Approved => AdjustmentState::Approved,
            State::Rejected => AdjustmentState::Rejected,
            State::Expired => AdjustmentState::Expired,
        }
    }
}

impl From<AdjustmentState> for State {
    fn from(state: AdjustmentState) -> State {
        match state {
            AdjustmentState::Proposed => State::Proposed,
            AdjustmentState::Approved => State::Approved,
            AdjustmentState::Rejected => State::Rejected,
            AdjustmentState::Expired => State::Expired,
        }
    }
}

impl From<AdjustmentError> for ApiError {
    fn from(error: AdjustmentError) -> ApiError {
        let code = match error {
            AdjustmentError::OwnPoints => Code::Forbidden,
            AdjustmentError::SamePerson => Code::SecondPersonNeeded,
            AdjustmentError::Settled(_) => Code::StateConflict,
        };
        ApiError::new(code).detail(error.to_string())
    }
}
