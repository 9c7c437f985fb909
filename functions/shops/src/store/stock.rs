//! Stock: how many there are, kept by `quota`; and what was last seen of it, for showing.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kernel::{Id, kind};
use platform::{ServiceError, table::Write};
use quota::{CapacityError, QuotaId, Usage, UsageError};

use super::{SaveListingError, Store};
use crate::{
    listing::Listing,
    sku::{Sku, stock_of},
};

/// How long what was seen is shown, in milliseconds. Orders never rely on it.
const SHOWN_MS: i64 = 3_000;
/// How many quotas are remembered; then all are forgotten, which costs a few reads.
const MAX_REMEMBERED: usize = 4_096;
/// From so many units on, stock is split, so that it sells faster than one partition takes writes.
const UNITS_TO_SPLIT: u32 = 1_000;
/// Into so many shards.
const SHARDS: u16 = 8;

/// Why stock was not set.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetStockError {
    /// More units are promised to buyers at this moment.
    #[error("{held} units are held for buyers who are paying")]
    Held {
        /// How many.
        held: u32,
    },
    /// There would be more units than can be counted.
    #[error("there would be too many units")]
    TooMany,
    /// The listing was not kept.
    #[error(transparent)]
    Save(#[from] SaveListingError),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Sets how many units of a variant its seller has left to sell, in the transaction that keeps
    /// the listing's new version. Units that are sold count no more; a sale at the same moment comes
    /// after, and takes from the new number.
    pub(crate) async fn set_stock(
        &self,
        before: &Listing,
        after: &Listing,
        sku: Id<kind::Sku>,
        on_hand: u32,
    ) -> Result<(), SetStockError> {
        let quota = stock_of(sku).ok_or_else(|| ServiceError::malformed("sku", "no quota id"))?;
        let writes = self.stock_writes(&quota, on_hand).await?;
        self.save_listing(Some(before), after, writes).await?;
        self.shown.forget(&quota);
        Ok(())
    }

    /// How the units of a variant's own stock are used; `None` until it was set.
    pub(crate) async fn stock(&self, sku: Id<kind::Sku>) -> Result<Option<Usage>, ServiceError> {
        match stock_of(sku) {
            Some(quota) => self.usage(&quota).await,
            None => Ok(None),
        }
    }

    /// Whether none of a variant is left, as it was seen some seconds ago at most.
    pub(crate) async fn is_sold_out(&self, sku: &Sku) -> Result<bool, ServiceError> {
        for (quota, units) in sku.takes() {
            let now_ms = self.clock.now_ms();
            let available = match self.shown.get(&quota, now_ms) {
                Some(available) => available,
                None => {
                    let usage = self.usage(&quota).await?;
                    let available = usage.map_or(0, |usage| usage.available);
                    self.shown.saw(&quota, available, now_ms);
                    available
                }
            };
            if available < units {
                return Ok(true);
            }
        }
        Ok(false)
    }

    async fn stock_writes(
        &self,
        quota: &QuotaId,
        on_hand: u32,
    ) -> Result<Vec<Write>, SetStockError> {
        let Some(usage) = self.usage(quota).await? else {
            let shards = if on_hand < UNITS_TO_SPLIT { 1 } else { SHARDS };
            let created = self.quotas.create(quota, on_hand, shards);
            return created
                .map_err(|error| SetStockError::Service(ServiceError::malformed("quota", error)));
        };
        let capacity = usage.committed.checked_add(on_hand);
        let capacity = capacity.ok_or(SetStockError::TooMany)?;
        match self.quotas.set_capacity(quota, capacity).await {
            Ok(writes) => Ok(writes),
            Err(CapacityError::InUse { in_use }) => Err(SetStockError::Held {
                held: in_use.saturating_sub(usage.committed),
            }),
            Err(CapacityError::Unknown) => {
                Err(ServiceError::malformed("quota", "it is there no more").into())
            }
            Err(CapacityError::Service(error)) => Err(error.into()),
        }
    }

    async fn usage(&self, quota: &QuotaId) -> Result<Option<Usage>, ServiceError> {
        match self.quotas.usage(quota).await {
            Ok(usage) => Ok(Some(usage)),
            Err(UsageError::Unknown) => Ok(None),
            Err(UsageError::Service(error)) => Err(error),
        }
    }
}

/// What was last seen of quotas, so that browsing does not count every time.
#[derive(Debug, Default)]
pub(super) struct Shown(Mutex<HashMap<QuotaId, Seen>>);

#[derive(Clone, Copy, Debug)]
struct Seen {
    available: u32,
    until_ms: i64,
}

impl Shown {
    fn get(&self, quota: &QuotaId, now_ms: i64) -> Option<u32> {
        let seen = self.lock().get(quota).copied();
        let seen = seen.filter(|seen| seen.until_ms > now_ms);
        seen.map(|seen| seen.available)
    }

    fn saw(&self, quota: &QuotaId, available: u32, now_ms: i64) {
        let mut quotas = self.lock();
        if quotas.len() >= MAX_REMEMBERED && !quotas.contains_key(quota) {
            quotas.clear();
        }
        let until_ms = now_ms.saturating_add(SHOWN_MS);
        let seen = Seen {
            available,
            until_ms,
        };
        quotas.insert(quota.clone(), seen);
    }

    fn forget(&self, quota: &QuotaId) {
        self.lock().remove(quota);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<QuotaId, Seen>> {
        // Every entry is written whole, so a panic elsewhere leaves them sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
