//! The keys of the vouchers table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | all partners, oldest first; one of them | `PARTNERS` | `PARTNER#<partner>` |
//! | a reward by its id | `REWARD#<reward>` | `REWARD` |
//! | the published rewards, oldest first | `CATALOGUE` | `REWARD#<reward>` |
//! | which version of a reward may be redeemed from one shard of its pool | `POOL#<reward>#<shard>` | `OFFER` |
//! | free codes of one shard of a reward's pool | `POOL#<reward>#<shard>` | `FREE#<voucher>` |
//! | a voucher by its id | `VOUCHER#<voucher>` | `VOUCHER` |
//! | a member's vouchers, newest first | `ACCOUNT#<account>` | `VOUCHER#<issued, ms>#<voucher>` |
//! | how often a member redeemed a reward that has a limit | `ACCOUNT#<account>` | `REDEEMED#<reward>` |
//! | a code batch by its id | `BATCH#<batch>` | `BATCH` |

use kernel::{Id, Timestamp, kind};
use platform::table::Key;

/// The partition of all partners, of whom there are dozens.
pub(crate) const PARTNERS: &str = "PARTNERS";
/// Before a partner's id in its sort key.
pub(crate) const PARTNER_PREFIX: &str = "PARTNER#";
/// The partition of the published rewards.
pub(crate) const CATALOGUE: &str = "CATALOGUE";
/// Before a reward's id in the catalogue's sort keys.
pub(crate) const REWARD_PREFIX: &str = "REWARD#";
/// Before a voucher's id in the sort key of a free code.
pub(crate) const FREE_PREFIX: &str = "FREE#";
/// Before time and id in the sort keys of a member's vouchers.
pub(crate) const VOUCHER_PREFIX: &str = "VOUCHER#";

/// Over how many partitions a pool is spread, so that one reward can be redeemed faster than one
/// partition takes writes.
pub(crate) const POOL_SHARDS: u8 = 8;

/// A partner.
pub(crate) fn partner(partner: Id<kind::Partner>) -> Key {
    Key::sorted(PARTNERS, format!("{PARTNER_PREFIX}{partner}"))
}

/// A reward.
pub(crate) fn reward(reward: Id<kind::Reward>) -> Key {
    Key::sorted(format!("REWARD#{reward}"), "REWARD")
}

/// A reward's place in the catalogue.
pub(crate) fn catalogue(reward: Id<kind::Reward>) -> Key {
    Key::sorted(CATALOGUE, format!("{REWARD_PREFIX}{reward}"))
}

/// The partition of one shard of a reward's pool.
pub(crate) fn pool(reward: Id<kind::Reward>, shard: u8) -> String {
    format!("POOL#{reward}#{shard}")
}

/// What may be redeemed from one shard of a pool.
pub(crate) fn offer(reward: Id<kind::Reward>, shard: u8) -> Key {
    Key::sorted(pool(reward, shard), "OFFER")
}

/// A code that is free, in the shard that its id leads to.
pub(crate) fn free(reward: Id<kind::Reward>, voucher: Id<kind::Voucher>) -> Key {
    Key::sorted(
        pool(reward, pool_shard(voucher)),
        format!("{FREE_PREFIX}{voucher}"),
    )
}

/// Where in its pool a voucher lies. The ids derive from fingerprints, so their bytes are even.
pub(crate) fn pool_shard(voucher: Id<kind::Voucher>) -> u8 {
    let [.., last] = voucher.as_bytes();
    last % POOL_SHARDS
}

/// A voucher.
pub(crate) fn voucher(voucher: Id<kind::Voucher>) -> Key {
    Key::sorted(format!("VOUCHER#{voucher}"), "VOUCHER")
}

/// The partition of what belongs to one member.
pub(crate) fn account(account: Id<kind::Account>) -> String {
    format!("ACCOUNT#{account}")
}

/// A voucher in its holder's list.
pub(crate) fn held(
    holder: Id<kind::Account>,
    issued_at: Timestamp,
    voucher: Id<kind::Voucher>,
) -> Key {
    // Thirteen digits last until the year 2286, so that text sorts as time does.
    let issued_ms = issued_at.as_millisecond();
    Key::sorted(
        account(holder),
        format!("{VOUCHER_PREFIX}{issued_ms:013}#{voucher}"),
    )
}

/// How often a member has redeemed a reward.
pub(crate) fn redeemed(account_id: Id<kind::Account>, reward: Id<kind::Reward>) -> Key {
    Key::sorted(account(account_id), format!("REDEEMED#{reward}"))
}

/// A code batch.
pub(crate) fn batch(batch: Id<kind::CodeBatch>) -> Key {
    Key::sorted(format!("BATCH#{batch}"), "BATCH")
}
