//! What time has something to do with: the shards of the table's index `due`.
//!
//! A row that waits for a moment carries `due_shard` (from [`shard`]) and `due_at` (milliseconds
//! since 1970); when nothing is left to wait for, both are removed. Each kind of thing has shards of
//! its own, so that a partner that does not answer never delays the end of an allotment.

use kernel::{Id, Kind};

/// Over how many shards each kind is spread.
const SHARDS: u8 = 4;

/// What becomes due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// An allotment whose free units go back.
    Allotment,
    /// A grant that nobody has claimed, or whose decision is overdue.
    Grant,
    /// A voucher that its partner is to be asked for.
    Pending,
    /// A voucher whose time is over.
    Voucher,
}

impl Due {
    /// Everything that becomes due; last what somebody else may take long over.
    pub(crate) const ALL: [Self; 4] = [Self::Allotment, Self::Grant, Self::Voucher, Self::Pending];

    /// The shards of this kind, all of which are to be looked into.
    pub(crate) fn shards(self) -> impl Iterator<Item = String> {
        (0..SHARDS).map(move |number| self.numbered(number))
    }

    fn numbered(self, number: u8) -> String {
        let what = match self {
            Self::Allotment => "allotment",
            Self::Grant => "grant",
            Self::Pending => "pending",
            Self::Voucher => "voucher",
        };
        format!("{what}#{number}")
    }
}

/// In which shard `id` becomes due. The last bytes of ids are noise, so the shards fill evenly.
pub(crate) fn shard<K: Kind>(what: Due, id: Id<K>) -> String {
    let [.., last] = id.as_bytes();
    what.numbered(last % SHARDS)
}

#[cfg(test)]
mod tests {
    use kernel::kind;

    use super::*;

    #[test]
    fn whatever_becomes_due_is_in_a_shard_that_is_looked_into() {
        for what in Due::ALL {
            let shards: Vec<_> = what.shards().collect();
            for number in 0..=u8::MAX {
                let id: Id<kind::Voucher> = Id::from_bytes([number; 16]);
                assert!(shards.contains(&shard(what, id)), "{number}");
            }
        }
        let all: Vec<_> = Due::ALL.into_iter().flat_map(Due::shards).collect();
        let different: std::collections::HashSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
    }
}
