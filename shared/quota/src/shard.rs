//! The rules of one shard, pure: what is free at a moment, and which change would take it.

use std::collections::BTreeMap;

use kernel::{Id, kind};

/// How many holds one shard carries at once. It bounds the item: a thousand are 64 KB of the 400
/// that an item may have.
pub const MAX_HOLDS_PER_SHARD: usize = 1_000;

/// How many expired holds one write takes away. It bounds the write's expressions, which may have
/// 4 KB each.
pub(crate) const MAX_COLLECTED: usize = 20;

/// From so many holds on, expired ones are taken away even if their units are not needed, so that
/// the item stays small.
const TIDY_ABOVE: usize = 32;

/// One shard, as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shard {
    /// Into how many shards the quota is split.
    pub(crate) shards: u16,
    /// How many units this shard answers for.
    pub(crate) capacity: u32,
    /// How many of them are given for good.
    pub(crate) committed: u32,
    /// capacity − committed − the units of *all* holds below, expired ones too.
    pub(crate) free: u32,
    /// Holds that were neither committed nor released nor taken away.
    pub(crate) holds: BTreeMap<Id<kind::Hold>, Held>,
}

/// One hold in one shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) units: u32,
    pub(crate) expires_at_ms: i64,
}

/// Expired holds to take away.
pub(crate) type Collected = BTreeMap<Id<kind::Hold>, Held>;

impl Held {
    /// A hold is free the moment its time has come.
    pub(crate) fn is_live(self, now_ms: i64) -> bool {
        self.expires_at_ms > now_ms
    }
}

impl Shard {
    /// How many units can be held now: none if the item carries as many holds as it may.
    pub(crate) fn room_to_hold(&self, now_ms: i64) -> u32 {
        if self.holds_after_collecting(now_ms) >= MAX_HOLDS_PER_SHARD {
            return 0;
        }
        self.room_to_take(now_ms)
    }

    /// How many units can be taken for good now.
    pub(crate) fn room_to_take(&self, now_ms: i64) -> u32 {
        self.free
            .saturating_add(self.collectable(now_ms).map(|(_, held)| held.units).sum())
    }

    /// The expired holds that the write which takes so many units, at most the
    /// [room](Self::room_to_take), must take away.
    pub(crate) fn collected_for(&self, units: u32, now_ms: i64) -> Collected {
        let mut needed = units.saturating_sub(self.free);
        let tidy = self.holds.len() > TIDY_ABOVE;
        let mut collected = Collected::new();
        for (id, expired) in self.collectable(now_ms) {
            if needed == 0 && !tidy {
                break;
            }
            needed = needed.saturating_sub(expired.units);
            collected.insert(id, expired);
        }
        collected
    }

    /// Expired holds, as many as one write can take away.
    pub(crate) fn collectable(&self, now_ms: i64) -> impl Iterator<Item = (Id<kind::Hold>, Held)> {
        self.expired(now_ms).take(MAX_COLLECTED)
    }

    /// Whether more holds have expired than one write could take away, so that
    /// [room](Self::room_to_take) is less than what is really free.
    pub(crate) fn is_littered(&self, now_ms: i64) -> bool {
        self.expired(now_ms).nth(MAX_COLLECTED).is_some()
    }

    /// The hold, if it is still in force.
    pub(crate) fn live(&self, hold: Id<kind::Hold>, now_ms: i64) -> Option<Held> {
        self.holds
            .get(&hold)
            .copied()
            .filter(|held| held.is_live(now_ms))
    }

    /// The units of all holds in force.
    pub(crate) fn held(&self, now_ms: i64) -> u32 {
        self.holds
            .values()
            .filter(|held| held.is_live(now_ms))
            .map(|held| held.units)
            .sum()
    }

    /// When time will free units next.
    pub(crate) fn next_expiry_ms(&self, now_ms: i64) -> Option<i64> {
        let live = self.holds.values().filter(|held| held.is_live(now_ms));
        live.map(|held| held.expires_at_ms).min()
    }

    fn expired(&self, now_ms: i64) -> impl Iterator<Item = (Id<kind::Hold>, Held)> {
        self.holds
            .iter()
            .filter(move |(_, held)| !held.is_live(now_ms))
            .map(|(id, held)| (*id, *held))
    }

    fn holds_after_collecting(&self, now_ms: i64) -> usize {
        self.holds.len() - self.collectable(now_ms).count()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW_MS: i64 = 1_000;

    fn id(number: u8) -> Id<kind::Hold> {
        Id::derive(&[&number.to_string()])
    }

    fn shard(free: u32, holds: &[(u32, i64)]) -> Shard {
        let holds = (0_u8..).zip(holds).map(|(number, (units, expires_at_ms))| {
            (
                id(number),
                Held {
                    units: *units,
                    expires_at_ms: *expires_at_ms,
                },
            )
        });
        let holds: BTreeMap<_, _> = holds.collect();
        let held: u32 = holds.values().map(|held| held.units).sum();
        Shard {
            shards: 1,
            capacity: free + held,
            committed: 0,
            free,
            holds,
        }
    }

    #[test]
    fn a_hold_is_free_the_moment_its_time_has_come_and_not_before() {
        assert_eq!(shard(1, &[(2, NOW_MS + 1)]).room_to_hold(NOW_MS), 1);
        assert_eq!(shard(1, &[(2, NOW_MS)]).room_to_hold(NOW_MS), 3);
    }

    #[test]
    fn nothing_is_taken_away_that_is_not_needed() {
        let shard = shard(5, &[(2, 0), (2, 0)]);
        assert!(shard.collected_for(5, NOW_MS).is_empty());
        assert_eq!(shard.collected_for(6, NOW_MS).len(), 1);
    }

    #[test]
    fn a_full_item_has_no_room_for_holds_however_many_units_are_free() {
        let mut full = shard(5, &[]);
        for number in 0..MAX_HOLDS_PER_SHARD {
            let id = Id::derive(&[&number.to_string()]);
            full.holds.insert(
                id,
                Held {
                    units: 0,
                    expires_at_ms: NOW_MS + 1,
                },
            );
        }
        assert_eq!(full.room_to_hold(NOW_MS), 0);
        assert_eq!(full.room_to_take(NOW_MS), 5);
        let one = *full.holds.keys().next().unwrap();
        full.holds.insert(
            one,
            Held {
                units: 0,
                expires_at_ms: NOW_MS,
            },
        );
        assert_eq!(full.room_to_hold(NOW_MS), 5);
    }

    proptest! {
        #[test]
        fn what_has_room_can_be_taken_with_what_is_collected(
            free in 0_u32..10,
            holds in prop::collection::vec((1_u32..5, NOW_MS - 2..NOW_MS + 3), 0..60),
            units in 1_u32..60,
        ) {
            let shard = shard(free, &holds);
            let room = shard.room_to_hold(NOW_MS);
            prop_assert!(room <= shard.capacity - shard.held(NOW_MS));
            prop_assert!(shard.is_littered(NOW_MS) || room == shard.capacity - shard.held(NOW_MS));
            if units <= room {
                let collected = shard.collected_for(units, NOW_MS);
                let back: u32 = collected.values().map(|held| held.units).sum();
                prop_assert!(free + back >= units);
                prop_assert!(collected.len() <= MAX_COLLECTED);
                prop_assert!(collected.values().all(|held| !held.is_live(NOW_MS)));
            }
        }
    }
}
