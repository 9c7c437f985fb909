//! The keys of `PointsTable`.
//!
//! | access | `pk` | `sk` |
//! |---|---|---|
//! | all later versions of a rule | `RULE#<rule>` | begins with `VERSION#` |
//! | publish a version, once | `RULE#<rule>` | `VERSION#<version, 10 digits>` |
//! | entries of an account, latest first | `ACCOUNT#<account>` | begins with `ENTRY#`, descending |
//! | write an entry, once | `ACCOUNT#<account>` | `ENTRY#<version of the wallet, 20 digits>#<number in it, 3 digits>` |
//! | an adjustment | `ADJUSTMENT#<adjustment>` | `ADJUSTMENT` |
//! | the adjustments in one state, by the time they were proposed | `ADJUSTMENTS#<state>` | `<adjustment>` |
//!
//! The row of a list is a whole copy, written in the transaction that moves the adjustment. One that
//! has expired stays in the list of those proposed: the time in its id says which it is.
//!
//! Numbers are padded, so that they sort as text as they do as numbers.

use kernel::{Id, kind};
use platform::table::Key;

/// What the sort keys of a rule's versions begin with.
pub(crate) const VERSION_PREFIX: &str = "VERSION#";
/// What the sort keys of entries begin with.
pub(crate) const ENTRY_PREFIX: &str = "ENTRY#";

/// An adjustment.
pub(crate) fn adjustment(id: Id<kind::Adjustment>) -> Key {
    Key::sorted(format!("ADJUSTMENT#{id}"), "ADJUSTMENT")
}

/// The partition of the adjustments in a state, by its name.
pub(crate) fn adjustments_in(state: &str) -> String {
    format!("ADJUSTMENTS#{state}")
}

/// An adjustment in the list of its state.
pub(crate) fn adjustment_in(state: &str, id: Id<kind::Adjustment>) -> Key {
    Key::sorted(adjustments_in(state), id.to_string())
}

/// The partition of a rule's versions.
pub(crate) fn rule(rule: Id<kind::EarnRule>) -> String {
    format!("RULE#{rule}")
}

/// A version of a rule.
pub(crate) fn version(rule_id: Id<kind::EarnRule>, version: u32) -> Key {
    Key::sorted(rule(rule_id), format!("{VERSION_PREFIX}{version:010}"))
}

/// The partition of an account's entries.
pub(crate) fn account(account: Id<kind::Account>) -> String {
    format!("ACCOUNT#{account}")
}

/// The entry for one movement of one version of an account's wallet.
pub(crate) fn entry(account_id: Id<kind::Account>, version: u64, number: usize) -> Key {
    Key::sorted(
        account(account_id),
        format!("{ENTRY_PREFIX}{version:020}#{number:03}"),
    )
}
