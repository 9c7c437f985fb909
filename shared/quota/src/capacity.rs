//! Changing how many units there are.

use platform::table::Write;

use crate::{
    claim::QuotaId,
    error::{CapacityError, UsageError},
    keys,
    quotas::{MAX_SHARDS, Quotas, even_part},
    store,
};

impl Quotas {
    /// The writes that change a quota's capacity to `capacity` units, never below what is committed
    /// and held. Meant to be rare: all shards are read, and those that change are written.
    pub async fn set_capacity(
        &self,
        quota: &QuotaId,
        capacity: u32,
    ) -> Result<Vec<Write>, CapacityError> {
        match self.expire(quota).await {
            Ok(_) => {}
            Err(UsageError::Unknown) => return Err(CapacityError::Unknown),
            Err(UsageError::Service(error)) => return Err(error.into()),
        }
        let states = self.all(quota).await?.ok_or(CapacityError::Unknown)?;
        let now: u32 = states.iter().map(|state| state.capacity).sum();
        let free: u32 = states.iter().map(|state| state.free).sum();
        if now - free > capacity {
            return Err(CapacityError::InUse { in_use: now - free });
        }
        let shards = u16::try_from(states.len()).unwrap_or(MAX_SHARDS);
        let mut writes = Vec::new();
        let mut excess = now.saturating_sub(capacity);
        for (shard, state) in (0..shards).zip(&states) {
            let key = keys::shard(quota, shard);
            // Units are taken in proportion to what is free, so that shards stay alike.
            let target = if capacity >= now {
                state.capacity + even_part(capacity - now, shards, shard)
            } else {
                let share = share_of(now - capacity, state.free, free, excess);
                excess -= share;
                state.capacity - share
            };
            if target != state.capacity {
                writes.push(store::resize(&self.table, key, state.capacity, target));
            }
        }
        if capacity > now {
            self.beliefs.forget(quota);
            if shards > 1 {
                writes.push(store::forget_hints(&self.table, quota));
            }
        }
        Ok(writes)
    }
}

/// What a shard with `free` of all `all_free` units gives up of `total`, rounded up, but no more
/// than is still `missing`.
fn share_of(total: u32, free: u32, all_free: u32, missing: u32) -> u32 {
    let exact = (u64::from(total) * u64::from(free)).div_ceil(u64::from(all_free.max(1)));
    // At most `free`, since `total` is at most `all_free`.
    u32::try_from(exact).unwrap_or(free).min(free).min(missing)
}
