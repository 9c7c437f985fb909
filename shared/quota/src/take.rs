//! Without a hold: units that are given for good at once, and units that come back.

use std::num::NonZeroU32;

use kernel::{Id, kind};
use platform::table::Write;

use crate::{
    claim::QuotaId,
    error::{GiveBackError, HoldError},
    hold::Plan,
    keys,
    quotas::Quotas,
    search::{Search, Wanted},
    shard::Shard,
    store,
};

impl Quotas {
    /// Looks for room and answers with the writes that commit free units at once: for what is paid
    /// already, or costs nothing.
    ///
    /// The id spreads takers over the shards and is written nowhere, so nothing here knows a
    /// repetition: the caller's own record, written in the same transaction under "not yet", makes
    /// it happen once. The claim says how many units were taken; there is nothing left of it to
    /// commit or to release. An id whose hold is in force is refused: commit that one.
    pub async fn take(
        &self,
        quota: &QuotaId,
        id: Id<kind::Hold>,
        units: NonZeroU32,
    ) -> Result<Plan, HoldError> {
        let now_ms = self.clock.now_ms();
        let wanted = Wanted {
            quota,
            id,
            units: units.get(),
            room: Shard::room_to_take,
        };
        let found = match self.search(&wanted, None, now_ms).await? {
            Search::InPlace { .. } => return Err(HoldError::Reused),
            Search::Found(found) => found,
        };
        let writes = found.iter().map(|room| {
            let collected = room.state.collected_for(room.units, now_ms);
            let key = keys::shard(quota, room.shard);
            store::take(&self.table, key, room.units, &collected, now_ms)
        });
        Ok(Plan {
            writes: writes.collect(),
            // As a hold it is over: committed, and not to be released.
            claim: wanted.claim(&found, now_ms),
        })
    }

    /// The writes by which committed units become free again: for what was refunded or voided, by
    /// whomever they were taken.
    ///
    /// Shards are read until enough committed units are found. As with [`take`](Self::take), the
    /// caller's own record makes it happen once.
    pub async fn give_back(
        &self,
        quota: &QuotaId,
        units: NonZeroU32,
    ) -> Result<Vec<Write>, GiveBackError> {
        let (shards, _) = self.open(quota).await?.ok_or(GiveBackError::Unknown)?;
        let mut missing = units.get();
        let mut writes = Vec::new();
        for shard in around(self.clock.now_ms(), shards) {
            let state = store::read(&self.table, quota, shard).await?;
            let state = state.ok_or(GiveBackError::Unknown)?;
            let units = state.committed.min(missing);
            if units > 0 {
                missing -= units;
                self.beliefs.forget_shard(quota, shard);
                let key = keys::shard(quota, shard);
                writes.push(store::give_back(&self.table, key, units));
            }
            if missing == 0 {
                return Ok(writes);
            }
        }
        Err(GiveBackError::TooMany {
            committed: units.get() - missing,
        })
    }
}

/// All shards, beginning elsewhere at another time, so that what many give back is spread.
fn around(now_ms: i64, shards: u16) -> impl Iterator<Item = u16> {
    let first = now_ms.rem_euclid(i64::from(shards.max(1)));
    let first = u16::try_from(first).unwrap_or(0);
    (first..shards).chain(0..first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shard_is_asked_once_whenever_it_begins() {
        for now_ms in [-1, 0, 1, 7, i64::MAX, i64::MIN] {
            for shards in 1..=5 {
                let mut all: Vec<_> = around(now_ms, shards).collect();
                all.sort_unstable();
                assert_eq!(all, (0..shards).collect::<Vec<_>>());
            }
        }
    }
}
