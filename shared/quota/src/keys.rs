//! The keys of a quota's rows. The access patterns they serve stand in the crate's own page.

use platform::table::Key;

use crate::claim::QuotaId;

/// Where one shard's count is: `QUOTA#<id>#<shard>`.
pub(crate) fn shard(quota: &QuotaId, shard: u16) -> Key {
    Key::partition(format!("QUOTA#{quota}#{shard}"))
}

/// Which shard of this quota is at `pk`, if one is.
pub(crate) fn shard_of(quota: &QuotaId, pk: &str) -> Option<u16> {
    let rest = pk.strip_prefix("QUOTA#")?;
    rest.strip_prefix(&format!("{quota}#"))?.parse().ok()
}

/// Where the shared hints about empty shards are: `QUOTA#<id>#HINT`.
pub(crate) fn hint(quota: &QuotaId) -> Key {
    Key::partition(format!("QUOTA#{quota}#HINT"))
}
