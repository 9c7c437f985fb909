//! What has become due.

use futures_util::future::try_join_all;
use kernel::Timestamp;
use platform::{
    ServiceError,
    table::{Key, Query},
};

use super::Store;
use crate::{due::Due, keys::DUE_INDEX};

impl Store {
    /// The keys of some `limit` rows that are due by `now`, the longest overdue of each shard first.
    /// The index lags behind the table, so that some may be done already.
    pub(crate) async fn due(
        &self,
        what: Due,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Key>, ServiceError> {
        let shards: Vec<_> = what.shards().collect();
        // Each shard gets its part, so that what cannot be done never hides the others.
        let limit = limit.div_ceil(shards.len() as u32);
        let pages = shards
            .into_iter()
            .map(|shard| self.due_in(shard, now, limit));
        let pages = try_join_all(pages).await?;
        Ok(pages.into_iter().flatten().collect())
    }

    async fn due_in(
        &self,
        shard: String,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Key>, ServiceError> {
        let query = Query::new("#due_shard = :shard AND #due_at <= :now")
            .bind(":shard", shard)
            .bind(":now", now.as_millisecond())
            .index(DUE_INDEX)
            .limit(limit);
        let page = self.table.query(query).await?;
        let keys = page.items.iter().map(|item| {
            let (pk, sk) = (item.text("pk")?, item.text("sk")?);
            Some(Key::sorted(pk, sk))
        });
        let keys: Option<Vec<_>> = keys.collect();
        keys.ok_or_else(|| ServiceError::malformed(self.table.name(), "what is due has no key"))
    }
}
