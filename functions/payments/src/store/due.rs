//! What the provider is to be asked for.

use platform::{ServiceError, table::Query};

use super::{Store, unreadable};
use crate::keys::{self, DUE_INDEX, DUE_SHARDS, Due};

impl Store {
    /// Some `limit` things that the provider is to be asked for by now, the longest overdue of each
    /// shard first. The index lags behind the table, so that some may have been asked for already.
    pub(crate) async fn due(&self, limit: u32) -> Result<Vec<Due>, ServiceError> {
        // Each shard gets its part, so that what cannot be asked for never hides the others.
        let limit = limit.div_ceil(DUE_SHARDS.len() as u32);
        let mut due = Vec::new();
        for shard in DUE_SHARDS {
            let ended = Query::new("#due_shard = :shard AND #due_at <= :now")
                .bind(":shard", shard)
                .bind(":now", self.clock.now_seconds())
                .index(DUE_INDEX)
                .limit(limit);
            for item in self.table.query(ended).await?.items {
                let key = (item.text("pk"), item.text("sk"));
                let (Some(pk), Some(sk)) = key else {
                    return Err(unreadable("what is due has no key"));
                };
                due.push(keys::due(pk, sk).map_err(unreadable)?);
            }
        }
        Ok(due)
    }
}
