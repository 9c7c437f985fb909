//! The rows, and the conditions that keep the count right.
//!
//! Every change is one update that says what it needs to be true, not which version it has seen: two
//! holds on one shard do not disturb each other as long as there is room for both.

use std::{collections::BTreeMap, fmt::Write as _};

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Item, Key, Table, Write},
};
use serde::{Deserialize, Serialize};

use crate::{
    claim::QuotaId,
    keys,
    quotas::QUOTA,
    shard::{Collected, Held, MAX_HOLDS_PER_SHARD, Shard},
};

#[derive(Serialize, Deserialize)]
struct ShardItem {
    pk: String,
    shards: u16,
    capacity: u32,
    committed: u32,
    free: u32,
    holds: BTreeMap<Id<kind::Hold>, HeldItem>,
}

#[derive(Serialize, Deserialize)]
struct HeldItem {
    units: u32,
    /// Milliseconds since 1970.
    expires_at: i64,
}

/// Until when which shard is believed empty, in milliseconds since 1970. The names are `s<shard>`.
#[derive(Serialize, Deserialize)]
struct HintItem {
    pk: String,
    empty: BTreeMap<String, i64>,
}

/// Reads one shard; `None` if there is no such quota.
pub(crate) async fn read(
    table: &Table,
    quota: &QuotaId,
    shard: u16,
) -> Result<Option<Shard>, ServiceError> {
    let item: Option<ShardItem> = table.get(&keys::shard(quota, shard)).await?;
    Ok(item.map(Shard::from))
}

/// Reads all shards at once; `None` if one of them is not there.
pub(crate) async fn read_all(
    table: &Table,
    quota: &QuotaId,
    shards: u16,
) -> Result<Option<Vec<Shard>>, ServiceError> {
    let keys: Vec<_> = (0..shards).map(|shard| keys::shard(quota, shard)).collect();
    let mut states = Vec::with_capacity(keys.len());
    for item in table.get_many(&keys).await? {
        let Some(item) = item else {
            return Ok(None);
        };
        let item: ShardItem = item.parse(table.name())?;
        states.push(Shard::from(item));
    }
    Ok(Some(states))
}

/// A shard that somebody else read, and which one it is; `None` if it is none of this quota's.
pub(crate) fn seen(
    table: &Table,
    quota: &QuotaId,
    item: &Item,
) -> Result<Option<(u16, Shard)>, ServiceError> {
    let Some(shard) = item.text("pk").and_then(|pk| keys::shard_of(quota, pk)) else {
        return Ok(None);
    };
    let item: ShardItem = item.clone().parse(table.name())?;
    Ok(Some((shard, Shard::from(item))))
}

/// Creates a shard that is all free.
pub(crate) fn create(
    table: &Table,
    quota: &QuotaId,
    shard: u16,
    shards: u16,
    capacity: u32,
) -> Write {
    let item = ShardItem {
        pk: keys::shard(quota, shard).pk().to_owned(),
        shards,
        capacity,
        committed: 0,
        free: capacity,
        holds: BTreeMap::new(),
    };
    Write::put(table, &item).when_absent().labelled(QUOTA)
}

/// Places a hold, in the room that the expired holds leave which it takes away.
pub(crate) fn hold(
    table: &Table,
    key: Key,
    hold: Id<kind::Hold>,
    held: Held,
    collected: &Collected,
    now_ms: i64,
) -> Write {
    let back = units_of(collected);
    let units = i64::from(held.units);
    let mut update = format!("SET #free = #free + :change, #holds.#{hold} = :held");
    let mut condition = format!(
        "#free >= :least AND attribute_not_exists(#holds.#{hold}) AND size(#holds) < :most"
    );
    collect_into(&mut update, &mut condition, collected);
    let held = HeldItem {
        units: held.units,
        expires_at: held.expires_at_ms,
    };
    let write = Write::update(table, key, update)
        .when(condition)
        .bind(":change", back - units)
        .bind(":least", units - back)
        .bind(":held", held)
        .bind(":most", MAX_HOLDS_PER_SHARD + collected.len())
        .labelled(QUOTA);
    bind_now(write, collected, now_ms)
}

/// Commits free units, and what the expired holds leave which it takes away.
pub(crate) fn take(
    table: &Table,
    key: Key,
    units: u32,
    collected: &Collected,
    now_ms: i64,
) -> Write {
    let back = units_of(collected);
    let units = i64::from(units);
    let mut update = "SET #free = #free + :change, #committed = #committed + :units".to_owned();
    let mut condition = "#free >= :least".to_owned();
    collect_into(&mut update, &mut condition, collected);
    let write = Write::update(table, key, update)
        .when(condition)
        .bind(":change", back - units)
        .bind(":units", units)
        .bind(":least", units - back)
        .labelled(QUOTA);
    bind_now(write, collected, now_ms)
}

/// Makes committed units free again.
pub(crate) fn give_back(table: &Table, key: Key, units: u32) -> Write {
    let update = "SET #free = #free + :units, #committed = #committed - :units";
    Write::update(table, key, update)
        .when("#committed >= :units")
        .bind(":units", units)
        .labelled(QUOTA)
}

/// Makes a hold final, if it is in force at the very moment of the write.
pub(crate) fn commit(
    table: &Table,
    key: Key,
    hold: Id<kind::Hold>,
    units: u32,
    now_ms: i64,
) -> Write {
    Write::update(
        table,
        key,
        format!("SET #committed = #committed + :units REMOVE #holds.#{hold}"),
    )
    .when(format!(
        "#holds.#{hold}.#expires_at > :now AND #holds.#{hold}.#units = :units"
    ))
    .bind(":units", units)
    .bind(":now", now_ms)
    .labelled(QUOTA)
}

/// Gives a hold's units back.
pub(crate) fn release(table: &Table, key: Key, hold: Id<kind::Hold>, units: u32) -> Write {
    Write::update(
        table,
        key,
        format!("SET #free = #free + :units REMOVE #holds.#{hold}"),
    )
    .when(format!("#holds.#{hold}.#units = :units"))
    .bind(":units", units)
    .labelled(QUOTA)
}

/// Takes expired holds away; at least one.
pub(crate) fn collect(table: &Table, key: Key, collected: &Collected, now_ms: i64) -> Write {
    let mut update = "SET #free = #free + :back".to_owned();
    // `free` is always there; it stands in the condition so that every further part begins alike.
    let mut condition = "attribute_exists(#free)".to_owned();
    collect_into(&mut update, &mut condition, collected);
    let write = Write::update(table, key, update)
        .when(condition)
        .bind(":back", units_of(collected))
        .labelled(QUOTA);
    bind_now(write, collected, now_ms)
}

/// Moves a shard's capacity from what was read; units that are taken must be free.
pub(crate) fn resize(table: &Table, key: Key, from: u32, to: u32) -> Write {
    let change = i64::from(to) - i64::from(from);
    Write::update(table, key, "SET #capacity = :to, #free = #free + :change")
        .when("#capacity = :from AND #free >= :least")
        .bind(":from", from)
        .bind(":to", to)
        .bind(":change", change)
        .bind(":least", -change)
        .labelled(QUOTA)
}

/// Reads until when which shard is believed empty.
pub(crate) async fn read_hints(
    table: &Table,
    quota: &QuotaId,
) -> Result<Vec<(u16, i64)>, ServiceError> {
    let item: Option<HintItem> = table.get(&keys::hint(quota)).await?;
    let empty = item.map(|item| item.empty).unwrap_or_default();
    let number = |name: &str| name.strip_prefix('s')?.parse().ok();
    Ok(empty
        .into_iter()
        .filter_map(|(name, until_ms)| Some((number(&name)?, until_ms)))
        .collect())
}

/// Says that nothing is known about any shard.
pub(crate) fn forget_hints(table: &Table, quota: &QuotaId) -> Write {
    let item = HintItem {
        pk: keys::hint(quota).pk().to_owned(),
        empty: BTreeMap::new(),
    };
    Write::put(table, &item).labelled(QUOTA)
}

/// Says that these shards (at least one) are empty until these times. It is no condition of
/// anything, so the last to speak may be believed.
pub(crate) fn add_hints(table: &Table, quota: &QuotaId, empty: &[(u16, i64)]) -> Write {
    let parts: Vec<_> = empty
        .iter()
        .map(|(shard, _)| format!("#empty.#s{shard} = :s{shard}"))
        .collect();
    let update = format!("SET {}", parts.join(", "));
    empty.iter().fold(
        Write::update(table, keys::hint(quota), update),
        |write, (shard, until_ms)| write.bind(&format!(":s{shard}"), until_ms),
    )
}

impl From<ShardItem> for Shard {
    fn from(item: ShardItem) -> Self {
        let holds = item.holds.into_iter().map(|(id, held)| {
            let held = Held {
                units: held.units,
                expires_at_ms: held.expires_at,
            };
            (id, held)
        });
        Self {
            shards: item.shards,
            capacity: item.capacity,
            committed: item.committed,
            free: item.free,
            holds: holds.collect(),
        }
    }
}

fn units_of(collected: &Collected) -> i64 {
    collected.values().map(|held| i64::from(held.units)).sum()
}

/// Adds the removal of expired holds. Each must still be there and be expired at the moment of the
/// write, since its units are counted back.
fn collect_into(update: &mut String, condition: &mut String, collected: &Collected) {
    for (index, id) in collected.keys().enumerate() {
        let separator = if index == 0 { " REMOVE" } else { "," };
        // Writing to a string cannot fail.
        let _ = write!(update, "{separator} #holds.#{id}");
        let _ = write!(condition, " AND #holds.#{id}.#expires_at <= :now");
    }
}

/// DynamoDB refuses a bound value that no expression uses.
fn bind_now(write: Write, collected: &Collected, now_ms: i64) -> Write {
    if collected.is_empty() {
        write
    } else {
        write.bind(":now", now_ms)
    }
}
