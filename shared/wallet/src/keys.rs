//! The keys of the wallets' table.
//!
//! | access | key |
//! |---|---|
//! | the wallet of an account | `pk` = the account's id |
//! | wallets in which something has ended | index `due`: `due_shard` = `0` to `7`, `due_at` ≤ now |
//!
//! The index is sharded, since a month's end is the same instant for every wallet, and sparse: a
//! wallet in which nothing can end is not in it. Ordinary accruals do not change either of its
//! attributes, and so cost it no write.

use kernel::{Id, id::IdError, kind};
use platform::table::Key;

/// The index of wallets by when something in them ends.
pub(crate) const DUE_INDEX: &str = "due";

/// The shards of the index.
pub(crate) const DUE_SHARDS: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "7"];

/// The key of an account's wallet.
pub(crate) fn wallet(account: Id<kind::Account>) -> Key {
    Key::partition(account.to_string())
}

/// Whose wallet has this partition key.
pub(crate) fn account_of(pk: &str) -> Result<Id<kind::Account>, IdError> {
    pk.parse()
}

/// The shard of an account's wallet: the last bits of the id are random or a digest.
pub(crate) fn due_shard(account: Id<kind::Account>) -> &'static str {
    let [.., last] = account.as_bytes();
    let [a, b, c, d, e, f, g, h] = DUE_SHARDS;
    match last % 8 {
        0 => a,
        1 => b,
        2 => c,
        3 => d,
        4 => e,
        5 => f,
        6 => g,
        _ => h,
    }
}
