//! Recalls: what became of tickets that were asked back.

use kernel::Timestamp;
use platform::{
    ServiceError,
    table::{Item, Write},
};
use serde::{Deserialize, Serialize};

use super::{CommitError, Store, attributes};
use crate::{
    keys,
    recall::{Asked, Outcome, Recall},
    ticket::Ticket,
};

#[derive(Serialize, Deserialize)]
struct RecallItem {
    pk: String,
    sk: String,
    #[serde(flatten)]
    asked: Asked,
    outcome: Outcome,
    decided_at: Timestamp,
}

impl Store {
    /// Whether a recall was decided before.
    pub(crate) async fn is_decided(&self, asked: &Asked) -> Result<bool, ServiceError> {
        let key = keys::recall(asked);
        Ok(self.table.get_item(&key).await?.is_some())
    }

    /// Keeps what was decided, together with the tickets that go back.
    pub(crate) async fn decide(
        &self,
        recall: &Recall,
        tickets: &[Ticket],
    ) -> Result<(), CommitError> {
        let (pk, sk) = attributes(&keys::recall(&recall.asked));
        let item = RecallItem {
            pk,
            sk,
            asked: recall.asked.clone(),
            outcome: recall.outcome.clone(),
            decided_at: recall.decided_at,
        };
        let mut writes = vec![Write::put(&self.table, &item).when_absent()];
        writes.extend(tickets.iter().map(|ticket| self.save_ticket(ticket)));
        self.commit(writes).await
    }
}

/// The recall that an item is.
pub(crate) fn recall_of(item: Item) -> Result<Recall, ServiceError> {
    let item: RecallItem = item.parse("a recall")?;
    Ok(Recall {
        asked: item.asked,
        outcome: item.outcome,
        decided_at: item.decided_at,
    })
}
