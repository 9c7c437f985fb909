//! What was last seen of ticket quotas, so that a crowd that waits for a sale does not read every row
//! of it all the time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use kernel::{Id, kind};

/// How long what was seen is shown, in milliseconds. No sale ever relies on it.
pub(crate) const SHOWN_MS: i64 = 2_000;
/// How many quotas are remembered; then all are forgotten, which costs a few reads.
const MAX_REMEMBERED: usize = 1_024;

/// How many tickets there were, and until when that may be shown. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Availability(Arc<Mutex<HashMap<Id<kind::TicketQuota>, Seen>>>);

#[derive(Clone, Copy, Debug)]
struct Seen {
    available: u32,
    until_ms: i64,
}

impl Availability {
    /// What may be shown of a quota.
    pub(crate) fn shown(&self, quota: Id<kind::TicketQuota>, now_ms: i64) -> Option<u32> {
        let seen = self.lock().get(&quota).copied();
        seen.filter(|seen| seen.until_ms > now_ms)
            .map(|seen| seen.available)
    }

    /// Remembers what was seen.
    pub(crate) fn saw(&self, quota: Id<kind::TicketQuota>, available: u32, now_ms: i64) {
        let mut quotas = self.lock();
        if quotas.len() >= MAX_REMEMBERED && !quotas.contains_key(&quota) {
            quotas.clear();
        }
        let until_ms = now_ms.saturating_add(SHOWN_MS);
        quotas.insert(
            quota,
            Seen {
                available,
                until_ms,
            },
        );
    }

    /// Drops what was seen: there are more or fewer tickets now.
    pub(crate) fn forget(&self, quota: Id<kind::TicketQuota>) {
        self.lock().remove(&quota);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id<kind::TicketQuota>, Seen>> {
        // Every entry is written whole, so a panic elsewhere leaves them sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
