//! Adjustments, and the list of those in each state.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Key, Query, Table, Write},
};
use serde::{Deserialize, Serialize};

use crate::{
    adjustment::{
        Adjustment, Change, Decision, Explanation, Reference, State, Verdict, last_expired,
    },
    keys,
};

/// Where adjustments are kept.
#[derive(Clone)]
pub(crate) struct Adjustments {
    table: Table,
}

/// A page of the adjustments in one state.
pub(crate) struct AdjustmentPage {
    pub(crate) adjustments: Vec<Adjustment>,
    /// The adjustment after which the next page begins; `None` on the last.
    pub(crate) next: Option<Id<kind::Adjustment>>,
}

#[derive(Serialize, Deserialize)]
struct AdjustmentItem {
    pk: String,
    sk: String,
    id: Id<kind::Adjustment>,
    account: Id<kind::Account>,
    points: i64,
    reason: Explanation,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<Reference>,
    proposed_by: Id<kind::Account>,
    /// Milliseconds since 1970, for the condition of a decision.
    expires_at_ms: i64,
    #[serde(flatten)]
    decision: DecisionItem,
}

/// The stored form of a [`Decision`], or that there is none.
#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum DecisionItem {
    Proposed,
    Approved {
        decided_by: Id<kind::Account>,
        decided_at: Timestamp,
    },
    Rejected {
        decided_by: Id<kind::Account>,
        decided_at: Timestamp,
        rejection: Explanation,
    },
}

impl Adjustments {
    pub(crate) fn new(table: Table) -> Adjustments {
        Adjustments { table }
    }

    /// Reads one.
    pub(crate) async fn find(
        &self,
        id: Id<kind::Adjustment>,
    ) -> Result<Option<Adjustment>, ServiceError> {
        let item = self
            .table
            .get::<AdjustmentItem>(&keys::adjustment(id))
            .await?;
        item.map(|item| self.parsed(item)).transpose()
    }

    /// The writes of a proposal.
    pub(crate) fn propose(&self, proposed: &Adjustment) -> [Write; 2] {
        let item = AdjustmentItem::of(proposed, keys::adjustment(proposed.id));
        let write = Write::put(&self.table, &item).when_absent();
        [write, self.list(proposed)]
    }

    /// The writes of a decision, on the condition that there is none yet and that its time is not
    /// over.
    pub(crate) fn decide(&self, decided: &Adjustment, now: Timestamp) -> [Write; 3] {
        let item = AdjustmentItem::of(decided, keys::adjustment(decided.id));
        let write = Write::put(&self.table, &item)
            .when("#state = :proposed AND #expires_at_ms > :now")
            .bind(":proposed", State::Proposed.name())
            .bind(":now", now.as_millisecond());
        let listed = keys::adjustment_in(State::Proposed.name(), decided.id);
        let unlist = Write::delete(&self.table, listed);
        [write, unlist, self.list(decided)]
    }

    /// The adjustments in one state that come after `after`: what waits oldest first, since it ends
    /// first; everything else latest first.
    pub(crate) async fn in_state(
        &self,
        state: State,
        after: Option<Id<kind::Adjustment>>,
        limit: u32,
        now: Timestamp,
    ) -> Result<AdjustmentPage, ServiceError> {
        let ended = last_expired(now);
        let query = match state {
            State::Proposed => {
                let above = after.map_or(ended, |after| after.max(ended));
                Query::new("pk = :pk AND sk > :above")
                    .bind(":pk", keys::adjustments_in(State::Proposed.name()))
                    .bind(":above", above)
            }
            State::Expired => match after {
                Some(after) if after <= ended => below(State::Proposed, "sk < :below", after),
                _ => below(State::Proposed, "sk <= :below", ended),
            },
            State::Approved | State::Rejected => {
                let last = Id::from_bytes([0xff; 16]);
                below(state, "sk < :below", after.unwrap_or(last))
            }
        };
        let page = self.table.query(query.limit(limit)).await?;
        let has_more = page.next.is_some();
        let items: Vec<AdjustmentItem> = page.parse()?;
        let adjustments = items.into_iter().map(|item| self.parsed(item));
        let adjustments = adjustments.collect::<Result<Vec<_>, _>>()?;
        let last = adjustments.last().map(|last| last.id);
        Ok(AdjustmentPage {
            adjustments,
            next: last.filter(|_| has_more),
        })
    }

    /// The write of an adjustment into the list of its state.
    fn list(&self, adjustment: &Adjustment) -> Write {
        let state = DecisionItem::of(adjustment.decision.as_ref()).state();
        let key = keys::adjustment_in(state.name(), adjustment.id);
        Write::put(&self.table, &AdjustmentItem::of(adjustment, key))
    }

    fn parsed(&self, item: AdjustmentItem) -> Result<Adjustment, ServiceError> {
        let points = Change::new(item.points)
            .map_err(|error| ServiceError::malformed(self.table.name(), error.to_string()))?;
        Ok(Adjustment {
            id: item.id,
            account: item.account,
            points,
            reason: item.reason,
            reference: item.reference,
            proposed_by: item.proposed_by,
            decision: item.decision.into_decision(),
        })
    }
}

fn below(list: State, condition: &str, id: Id<kind::Adjustment>) -> Query {
    Query::new(format!("pk = :pk AND {condition}"))
        .bind(":pk", keys::adjustments_in(list.name()))
        .bind(":below", id)
        .descending()
}

impl AdjustmentItem {
    fn of(adjustment: &Adjustment, key: Key) -> AdjustmentItem {
        AdjustmentItem {
            pk: key.pk().to_owned(),
            sk: key.sk().unwrap_or_default().to_owned(),
            id: adjustment.id,
            account: adjustment.account,
            points: adjustment.points.get(),
            reason: adjustment.reason.clone(),
            reference: adjustment.reference.clone(),
            proposed_by: adjustment.proposed_by,
            expires_at_ms: adjustment.expires_at().as_millisecond(),
            decision: DecisionItem::of(adjustment.decision.as_ref()),
        }
    }
}

impl DecisionItem {
    fn of(decision: Option<&Decision>) -> DecisionItem {
        let Some(decision) = decision else {
            return DecisionItem::Proposed;
        };
        let (decided_by, decided_at) = (decision.by, decision.at);
        match &decision.verdict {
            Verdict::Approved => DecisionItem::Approved {
                decided_by,
                decided_at,
            },
            Verdict::Rejected(rejection) => DecisionItem::Rejected {
                decided_by,
                decided_at,
                rejection: rejection.clone(),
            },
        }
    }

    fn into_decision(self) -> Option<Decision> {
        let (by, at, verdict) = match self {
            DecisionItem::Proposed => return None,
            DecisionItem::Approved {
                decided_by,
                decided_at,
            } => (decided_by, decided_at, Verdict::Approved),
            DecisionItem::Rejected {
                decided_by,
                decided_at,
                rejection,
            } => (decided_by, decided_at, Verdict::Rejected(rejection)),
        };
        Some(Decision { by, at, verdict })
    }

    /// In which list it stands, whether or not its time is over.
    fn state(&self) -> State {
        match self {
            DecisionItem::Proposed => State::Proposed,
            DecisionItem::Approved { .. } => State::Approved,
            DecisionItem::Rejected { .. } => State::Rejected,
        }
    }
}
