//! The keys of the listening table.
//!
//! | access pattern | key | attributes |
//! |---|---|---|
//! | Is this listening token revoked? | `pk = REVOKED#<token id>` | `account`, `revoked_at_s` |
//!
//! A row is never removed: the token it names has no end of its own.

use kernel::{Id, kind};
use platform::table::Key;

/// Where it stands that a token is revoked.
pub(crate) fn revoked(token: Id<kind::ListeningToken>) -> Key {
    Key::partition(format!("REVOKED#{token}"))
}
