//! The keys of the payments table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | an intent by its id, which is also our number of the trade | `INTENT#<intent>` | `INTENT` |
//! | that an order group was closed before anybody wanted to pay | `INTENT#<intent>` | `INTENT` (withdrawn) |
//! | a refund of an intent; all of them | `INTENT#<intent>` | `REFUND#<refund>` |
//! | a chargeback of an intent | `INTENT#<intent>` | `CHARGEBACK#<chargeback>` |
//! | intents and refunds that the provider is to be asked for | index `due`: `due_shard` = `0` to `7` | `due_at` ≤ now |
//!
//! All of a payment is in one partition: its refunds and chargebacks are written with the intent in
//! one transaction, which keeps their sum below what was captured. The index is sparse, and sharded
//! so that a sale's many payments do not meet in one of its partitions.

use kernel::{Id, id::IdError, kind};
use platform::table::Key;

/// The index of what the provider is to be asked for.
pub(crate) const DUE_INDEX: &str = "due";
/// The shards of the index.
pub(crate) const DUE_SHARDS: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "7"];
/// The sort key of an intent.
pub(crate) const INTENT: &str = "INTENT";
/// Before a refund's id in its sort key.
pub(crate) const REFUND_PREFIX: &str = "REFUND#";
/// Before a chargeback's id in its sort key.
pub(crate) const CHARGEBACK_PREFIX: &str = "CHARGEBACK#";

const PARTITION_PREFIX: &str = "INTENT#";

/// What an item that is due holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    /// An intent.
    Intent(Id<kind::PaymentIntent>),
    /// A refund of an intent.
    Refund(Id<kind::PaymentIntent>, Id<kind::Refund>),
}

/// A key that no item of this table has.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyError {
    /// Something else stands in it than what can be due.
    #[error("{0} is not the key of anything that can be due")]
    Unknown(String),
    /// An id in it is none.
    #[error(transparent)]
    Id(#[from] IdError),
}

/// The partition of all that belongs to one payment.
pub(crate) fn partition(intent: Id<kind::PaymentIntent>) -> String {
    format!("{PARTITION_PREFIX}{intent}")
}

/// An intent.
pub(crate) fn intent(intent: Id<kind::PaymentIntent>) -> Key {
    Key::sorted(partition(intent), INTENT)
}

/// A refund.
pub(crate) fn refund(intent: Id<kind::PaymentIntent>, refund: Id<kind::Refund>) -> Key {
    Key::sorted(partition(intent), format!("{REFUND_PREFIX}{refund}"))
}

/// A chargeback.
pub(crate) fn chargeback(intent: Id<kind::PaymentIntent>, id: Id<kind::Chargeback>) -> Key {
    Key::sorted(partition(intent), format!("{CHARGEBACK_PREFIX}{id}"))
}

/// The shard of a payment in the index: its id is a digest, so its bytes are even.
pub(crate) fn due_shard(intent: Id<kind::PaymentIntent>) -> &'static str {
    let [.., last] = intent.as_bytes();
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

/// What the item with this key holds, which the index found.
pub(crate) fn due(pk: &str, sk: &str) -> Result<Due, KeyError> {
    let unknown = || KeyError::Unknown(format!("{pk} {sk}"));
    let intent = pk
        .strip_prefix(PARTITION_PREFIX)
        .ok_or_else(unknown)?
        .parse()?;
    if sk == INTENT {
        return Ok(Due::Intent(intent));
    }
    let refund = sk.strip_prefix(REFUND_PREFIX).ok_or_else(unknown)?;
    Ok(Due::Refund(intent, refund.parse()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_is_due_leads_back_to_what_it_is() {
        let payment = Id::derive(&["payment"]);
        let id = Id::derive(&["refund"]);
        for (key, expected) in [
            (intent(payment), Due::Intent(payment)),
            (refund(payment, id), Due::Refund(payment, id)),
        ] {
            assert_eq!(due(key.pk(), key.sk().unwrap()).unwrap(), expected);
        }
        let never = chargeback(payment, Id::derive(&["chargeback"]));
        assert!(due(never.pk(), never.sk().unwrap()).is_err());
        assert!(due("INTENT#pay_1", "INTENT").is_err());
        assert!(due("OTHER", "INTENT").is_err());
    }
}
