//! What this process believes about quotas: into how many shards each is split, and which of them
//! are empty. Beliefs only save reads; no count depends on them.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kernel::{Id, kind};

use crate::claim::QuotaId;

/// How long a shard that was found empty is believed empty, in milliseconds; less if a hold in it
/// expires sooner. A unit that was given back may be overlooked for so long.
pub const BELIEF_MS: i64 = 2_000;

/// How many quotas are remembered; then all are forgotten, which costs a few reads.
const MAX_REMEMBERED: usize = 1_024;

/// What is believed, by quota.
#[derive(Debug, Default)]
pub(crate) struct Beliefs(Mutex<HashMap<QuotaId, Belief>>);

#[derive(Clone, Debug)]
struct Belief {
    /// For each shard, until when it is believed empty; milliseconds since 1970.
    empty_until_ms: Vec<i64>,
    /// For each shard, until when others have been told so, by this process or another.
    told_until_ms: Vec<i64>,
    /// Where room was found last after home had none.
    found: Option<u16>,
}

impl Beliefs {
    /// Into how many shards the quota is split, if that is known. It never changes.
    pub(crate) fn shards(&self, quota: &QuotaId) -> Option<u16> {
        let beliefs = self.lock();
        beliefs
            .get(quota)
            .and_then(|belief| u16::try_from(belief.empty_until_ms.len()).ok())
    }

    /// Learns into how many shards the quota is split.
    pub(crate) fn learn(&self, quota: &QuotaId, shards: u16) {
        let mut beliefs = self.lock();
        if beliefs.len() >= MAX_REMEMBERED && !beliefs.contains_key(quota) {
            beliefs.clear();
        }
        beliefs.entry(quota.clone()).or_insert_with(|| Belief {
            empty_until_ms: vec![i64::MIN; usize::from(shards)],
            told_until_ms: vec![i64::MIN; usize::from(shards)],
            found: None,
        });
    }

    /// Whether the shard is believed empty.
    pub(crate) fn is_empty(&self, quota: &QuotaId, shard: u16, now_ms: i64) -> bool {
        let beliefs = self.lock();
        let until_ms = beliefs
            .get(quota)
            .and_then(|belief| belief.empty_until_ms.get(usize::from(shard)));
        until_ms.is_some_and(|until_ms| *until_ms > now_ms)
    }

    /// Believes that the shard is empty until a time.
    pub(crate) fn found_empty(&self, quota: &QuotaId, shard: u16, until_ms: i64) {
        if let Some(belief) = self.lock().get_mut(quota)
            && let Some(known) = belief.empty_until_ms.get_mut(usize::from(shard))
        {
            *known = until_ms;
        }
    }

    /// Believes what another process has told, which nobody needs to be told again.
    pub(crate) fn heard(&self, quota: &QuotaId, shard: u16, until_ms: i64) {
        self.found_empty(quota, shard, until_ms);
        if let Some(belief) = self.lock().get_mut(quota)
            && let Some(told) = belief.told_until_ms.get_mut(usize::from(shard))
        {
            *told = until_ms;
        }
    }

    /// All that is believed and that others have not been told; counts as told from now on. Of
    /// callers at once in this process, one gets to tell it.
    pub(crate) fn untold(&self, quota: &QuotaId, now_ms: i64) -> Vec<(u16, i64)> {
        let mut beliefs = self.lock();
        let Some(belief) = beliefs.get_mut(quota) else {
            return Vec::new();
        };
        let mut untold = Vec::new();
        let shards = belief.empty_until_ms.iter().zip(&mut belief.told_until_ms);
        for (shard, (empty_until_ms, told_until_ms)) in (0..).zip(shards) {
            if *empty_until_ms > now_ms && *told_until_ms <= now_ms {
                *told_until_ms = *empty_until_ms;
                untold.push((shard, *empty_until_ms));
            }
        }
        untold
    }

    /// Remembers where there was room.
    pub(crate) fn found_room(&self, quota: &QuotaId, shard: u16) {
        if let Some(belief) = self.lock().get_mut(quota) {
            belief.found = Some(shard);
        }
    }

    /// Drops what is believed about emptiness: units were given back.
    pub(crate) fn forget(&self, quota: &QuotaId) {
        if let Some(belief) = self.lock().get_mut(quota) {
            belief.empty_until_ms.fill(i64::MIN);
            belief.told_until_ms.fill(i64::MIN);
        }
    }

    /// The same for one shard.
    pub(crate) fn forget_shard(&self, quota: &QuotaId, shard: u16) {
        self.heard(quota, shard, i64::MIN);
    }

    /// In which order to look for room: home first, then where it was found last, then around.
    pub(crate) fn order(&self, quota: &QuotaId, hold: Id<kind::Hold>, shards: u16) -> Vec<u16> {
        let home = home(hold, shards);
        let found = self.lock().get(quota).and_then(|belief| belief.found);
        let mut order = vec![home];
        order.extend(found.filter(|found| *found != home && *found < shards));
        for step in 1..shards {
            let shard = (home + step) % shards;
            if Some(shard) != found {
                order.push(shard);
            }
        }
        order
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<QuotaId, Belief>> {
        // Every belief is written whole, so a panic elsewhere leaves them sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where a hold is tried first. Callers' ids may be derived (all noise) or generated (their first
/// bits are time), so all bytes are mixed.
fn home(hold: Id<kind::Hold>, shards: u16) -> u16 {
    // FNV-1a: even enough for a spread, and the same on every machine and in every release.
    let hash = hold
        .as_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
    let spread = (hash ^ (hash >> 32)) % u64::from(shards.max(1));
    u16::try_from(spread).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn homes_are_spread_evenly() {
        let mut counts = [0_u32; 8];
        for number in 0..8_000 {
            let id = Id::derive(&[&number.to_string()]);
            counts[usize::from(home(id, 8))] += 1;
        }
        assert!(
            counts.iter().all(|count| (850..=1_150).contains(count)),
            "{counts:?}"
        );
    }

    proptest! {
        #[test]
        fn every_shard_is_looked_at_once(
            shards in 1_u16..65, found in prop::option::of(0_u16..70), bytes in any::<[u8; 16]>(),
        ) {
            let quota: QuotaId = "q".parse().unwrap();
            let beliefs = Beliefs::default();
            beliefs.learn(&quota, shards);
            if let Some(found) = found {
                beliefs.found_room(&quota, found);
            }
            let mut order = beliefs.order(&quota, Id::from_bytes(bytes), shards);
            order.sort_unstable();
            prop_assert_eq!(order, (0..shards).collect::<Vec<_>>());
        }
    }
}
