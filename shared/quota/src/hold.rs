//! Placing a hold.

use platform::table::{Item, Write};

use crate::{
    claim::{Claim, Hold, Part, QuotaId},
    error::HoldError,
    keys,
    quotas::Quotas,
    search::{Search, Wanted},
    shard::{Held, Shard},
    store,
};

/// Units that can be had.
#[derive(Debug)]
pub struct Plan {
    /// What to keep with the thing the units are for.
    pub claim: Claim,
    /// What takes the units; nothing if the hold is in place already.
    pub writes: Vec<Write>,
}

impl Quotas {
    /// Looks for room for `hold` and answers with the writes that place it.
    ///
    /// Reads home's shard; more only if that has too little. Units are taken from several shards
    /// if no other way is found. A hold that is in place already is answered without writes, as
    /// long as its home is not believed empty: look at your own record of it first.
    pub async fn hold(&self, quota: &QuotaId, hold: &Hold) -> Result<Plan, HoldError> {
        self.hold_seeing(quota, hold, None).await
    }

    /// The same for a caller who has read the row that [`first_read`](Self::first_read) names,
    /// together with its own: where that has room, nothing more is read. What was seen only decides
    /// which write is tried, so it may be old; after a race, see nothing and ask again.
    pub async fn hold_seeing(
        &self,
        quota: &QuotaId,
        hold: &Hold,
        seen: Option<&Item>,
    ) -> Result<Plan, HoldError> {
        let now_ms = self.clock.now_ms();
        let expires_at_ms = hold.expires_at.as_millisecond();
        if expires_at_ms <= now_ms {
            return Err(HoldError::Expired);
        }
        let wanted = Wanted {
            quota,
            id: hold.id,
            units: hold.units.get(),
            room: Shard::room_to_hold,
        };
        let found = match self.search(&wanted, seen, now_ms).await? {
            Search::InPlace { shards } => {
                return self.recall(quota, hold, shards, now_ms).await;
            }
            Search::Found(found) => found,
        };
        let writes = found.iter().map(|room| {
            let held = Held {
                units: room.units,
                expires_at_ms,
            };
            let collected = room.state.collected_for(room.units, now_ms);
            let key = keys::shard(quota, room.shard);
            store::hold(&self.table, key, hold.id, held, &collected, now_ms)
        });
        Ok(Plan {
            writes: writes.collect(),
            claim: wanted.claim(&found, expires_at_ms),
        })
    }

    /// The claim of a hold that is in place.
    async fn recall(
        &self,
        quota: &QuotaId,
        hold: &Hold,
        shards: u16,
        now_ms: i64,
    ) -> Result<Plan, HoldError> {
        let expires_at_ms = hold.expires_at.as_millisecond();
        let mut parts = Vec::new();
        for shard in 0..shards {
            let state = store::read(&self.table, quota, shard).await?;
            let state = state.ok_or(HoldError::Unknown)?;
            if let Some(held) = state.live(hold.id, now_ms) {
                if held.expires_at_ms != expires_at_ms {
                    return Err(HoldError::Reused);
                }
                parts.push(Part {
                    shard,
                    units: held.units,
                });
            }
        }
        let claim = Claim {
            quota: quota.clone(),
            hold: hold.id,
            expires_at_ms,
            parts,
        };
        if claim.units() == hold.units.get() {
            Ok(Plan {
                claim,
                writes: Vec::new(),
            })
        } else {
            Err(HoldError::Reused)
        }
    }
}
