//! Quotas in a table: the operations callers see.

use std::sync::Arc;

use kernel::Clock;
use platform::{
    ServiceError,
    table::{Table, Write, WriteError},
};

use crate::{
    belief::Beliefs,
    claim::QuotaId,
    error::{CreateError, UsageError},
    keys,
    shard::Shard,
    store,
};

/// The label of a quota's writes in a cancelled transaction.
pub const QUOTA: &str = "quota";

/// Into how many shards a quota can be split: as many as can change in one transaction.
pub const MAX_SHARDS: u16 = 64;

/// All quotas of one table. Cheap to clone; clones share what they believe about empty shards, so
/// keep one for the life of a process.
#[derive(Clone, Debug)]
pub struct Quotas {
    pub(crate) table: Table,
    pub(crate) clock: Clock,
    pub(crate) beliefs: Arc<Beliefs>,
}

/// How the units of a quota are used at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Usage {
    /// All units.
    pub capacity: u32,
    /// Units given for good.
    pub committed: u32,
    /// Units of holds in force.
    pub held: u32,
    /// Units that can be held now.
    pub available: u32,
}

impl Quotas {
    /// Counts in `table`, whose rows have a partition key alone.
    pub fn new(table: Table, clock: Clock) -> Self {
        Self {
            table,
            clock,
            beliefs: Arc::default(),
        }
    }

    /// The writes that create a quota of `capacity` units, split evenly over `shards`; one shard
    /// does for anything that sells less than a few hundred a second. They are refused where there
    /// is such a quota.
    pub fn create(
        &self,
        quota: &QuotaId,
        capacity: u32,
        shards: u16,
    ) -> Result<Vec<Write>, CreateError> {
        if !(1..=MAX_SHARDS).contains(&shards) {
            return Err(CreateError);
        }
        let mut writes: Vec<_> = (0..shards)
            .map(|shard| {
                let part = even_part(capacity, shards, shard);
                store::create(&self.table, quota, shard, shards, part)
            })
            .collect();
        if shards > 1 {
            writes.push(store::forget_hints(&self.table, quota));
        }
        Ok(writes)
    }

    /// Takes expired holds out of the rows and answers how many units they had. Housekeeping: the
    /// units were free before.
    pub async fn expire(&self, quota: &QuotaId) -> Result<u32, UsageError> {
        let now_ms = self.clock.now_ms();
        let (shards, _) = self.open(quota).await?.ok_or(UsageError::Unknown)?;
        let mut units = 0;
        for shard in 0..shards {
            loop {
                let state = store::read(&self.table, quota, shard).await?;
                let state = state.ok_or(UsageError::Unknown)?;
                if state.collectable(now_ms).next().is_none() {
                    break;
                }
                units += self.collect(quota, shard, &state, now_ms).await?;
            }
        }
        Ok(units)
    }

    /// How the quota's units are used now. Reads every shard, in one round trip: for people to look
    /// at, not for deciding.
    pub async fn usage(&self, quota: &QuotaId) -> Result<Usage, UsageError> {
        let now_ms = self.clock.now_ms();
        let states = self.all(quota).await?.ok_or(UsageError::Unknown)?;
        let capacity = states.iter().map(|state| state.capacity).sum();
        let committed = states.iter().map(|state| state.committed).sum();
        let held = states.iter().map(|state| state.held(now_ms)).sum();
        Ok(Usage {
            capacity,
            committed,
            held,
            available: capacity - committed - held,
        })
    }

    /// Into how many shards the quota is split, and the first one if it had to be read for that.
    pub(crate) async fn open(
        &self,
        quota: &QuotaId,
    ) -> Result<Option<(u16, Option<Shard>)>, ServiceError> {
        if let Some(shards) = self.beliefs.shards(quota) {
            return Ok(Some((shards, None)));
        }
        let Some(first) = store::read(&self.table, quota, 0).await? else {
            return Ok(None);
        };
        self.beliefs.learn(quota, first.shards);
        Ok(Some((first.shards, Some(first))))
    }

    /// Every shard of the quota.
    pub(crate) async fn all(&self, quota: &QuotaId) -> Result<Option<Vec<Shard>>, ServiceError> {
        match self.open(quota).await? {
            None => Ok(None),
            Some((1, Some(only))) => Ok(Some(vec![only])),
            Some((shards, _)) => store::read_all(&self.table, quota, shards).await,
        }
    }

    /// Takes away as many expired holds as one write can, and answers how many units they had.
    pub(crate) async fn collect(
        &self,
        quota: &QuotaId,
        shard: u16,
        state: &Shard,
        now_ms: i64,
    ) -> Result<u32, ServiceError> {
        let collected = state.collectable(now_ms).collect();
        let write = store::collect(&self.table, keys::shard(quota, shard), &collected, now_ms);
        match self.table.write(write).await {
            Ok(_) => Ok(collected.values().map(|held| held.units).sum()),
            // Somebody else took some of them away at the same moment.
            Err(WriteError::Refused { .. }) => Ok(0),
            Err(WriteError::Service(error)) => Err(error),
        }
    }
}

/// The part of `total` that falls to `shard` when it is split evenly; the first get one more.
pub(crate) fn even_part(total: u32, shards: u16, shard: u16) -> u32 {
    let (shards, shard) = (u32::from(shards), u32::from(shard));
    total / shards + u32::from(shard < total % shards)
}
