//! What was last seen of rewards' stock, so that browsing does not look into every pool every time.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use kernel::{Id, kind};

/// How long what was seen is shown, in milliseconds. Redemptions never rely on it.
const SHOWN_MS: i64 = 3_000;
/// How many rewards are remembered; then all are forgotten, which costs a few reads.
const MAX_REMEMBERED: usize = 1_024;

/// Whether there was a free code, and until when that may be shown.
#[derive(Debug, Default)]
pub(super) struct Stock(Mutex<HashMap<Id<kind::Reward>, Seen>>);

#[derive(Clone, Copy, Debug)]
struct Seen {
    in_stock: bool,
    until_ms: i64,
}

impl Stock {
    /// What may be shown of a reward's stock.
    pub(super) fn shown(&self, reward: Id<kind::Reward>, now_ms: i64) -> Option<bool> {
        let seen = self.lock().get(&reward).copied();
        seen.filter(|seen| seen.until_ms > now_ms)
            .map(|seen| seen.in_stock)
    }

    /// Remembers what was seen.
    pub(super) fn saw(&self, reward: Id<kind::Reward>, in_stock: bool, now_ms: i64) {
        let mut rewards = self.lock();
        if rewards.len() >= MAX_REMEMBERED && !rewards.contains_key(&reward) {
            rewards.clear();
        }
        let until_ms = now_ms.saturating_add(SHOWN_MS);
        rewards.insert(reward, Seen { in_stock, until_ms });
    }

    /// Drops what was seen: the stock has changed.
    pub(super) fn forget(&self, reward: Id<kind::Reward>) {
        self.lock().remove(&reward);
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Id<kind::Reward>, Seen>> {
        // Every entry is written whole, so a panic elsewhere leaves them sound.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
