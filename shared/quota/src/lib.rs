//! Counted things, and the promise that none is given out twice: stock, seats, reward tiers, partner
//! allotments, tickets on sale.
//!
//! A quota has a `capacity`. Units of it are either *committed* (given for good), *held* (promised
//! until a time) or free. A [hold](Quotas::hold) takes free units, a [commit](Quotas::commit) makes a
//! hold final, a [release](Quotas::release) gives it back, and time gives it back by itself: a hold
//! is free the moment `expires_at <= now`, whether or not anything has swept it away. Without a hold,
//! [take](Quotas::take) commits free units at once, and [give_back](Quotas::give_back) makes
//! committed units free again.
//!
//! **Invariants**
//! - committed + live holds ≤ capacity, in each shard and so in the whole, whatever the interleaving.
//! - Every hold that was placed ends exactly once: committed, released or expired. The repetition of
//!   a commit or a release finds nothing and changes nothing. Units that are taken or given back
//!   leave no trace by which a repetition could be known; the caller's own record must know it.
//! - Nothing is read to keep the count right. The conditions of the writes alone do that; what is
//!   read before decides which write is worth trying, and refuses what cannot succeed without a
//!   write.
//!
//! # In the caller's transaction
//!
//! Everything that changes a quota is answered as [`Write`](platform::table::Write)s labelled
//! [`QUOTA`], for the transaction in which the caller records what the hold is for. That record,
//! created under "there is none yet" and moved on under its own state, is what makes a hold happen
//! once; the [`Claim`] belongs into it. When the transaction is cancelled and
//! [names](platform::table::Cancellation::names) [`QUOTA`], somebody else was faster: ask again.
//! A transaction may change an item once, so units of one quota are asked for together.
//!
//! ```text
//! let plan = quotas.hold(&seats, &hold).await?;          // SoldOut costs no write
//! let order = Order::placed(plan.claim);                 // the claim is stored with the order
//! aws.transact(Transaction::from(plan.writes).and(orders.create(&order))).await?;
//! ```
//!
//! A caller who reads rows of its own anyway reads the quota's with them, in one round trip:
//!
//! ```text
//! let row = quotas.first_read(&seats, hold.id);          // None if all is believed empty
//! let seen = aws.get_many(&[..., (quotas_table, row)]).await?;
//! let plan = quotas.hold_seeing(&seats, &hold, seen).await?;   // reads more only if home is empty
//! ```
//!
//! # Hot things
//!
//! One item takes 1,000 writes a second. A quota that sells faster is created with several shards,
//! over which its capacity is split. A caller's home shard follows from the hold's id, so writes
//! spread evenly. When home is empty, the others are probed by reads, never by writes; what was
//! found empty is remembered in memory and, after some probing in vain, in one shared hint row, so
//! that the last units are found without every caller scanning every shard. Empty shards are
//! believed empty for at most [`BELIEF_MS`]; after a sale is over, a process makes at most one
//! write (the hint) and then none, and no call at all while it believes.
//!
//! Live holds stand in the shard's item, about 16 to the KB, and a write bills the whole item: give a
//! hot quota as many shards as keep the live holds of one below a few dozen.
//!
//! # Access patterns
//!
//! The table's rows have a partition key alone.
//!
//! | who asks | row | how |
//! |---|---|---|
//! | hold, take, commit, release, give back | `QUOTA#<id>#<shard>` | strongly consistent get, then one conditional update |
//! | usage, capacity | `QUOTA#<id>#0` … `#<shards − 1>` | one batch get, then conditional updates |
//! | sweep | `QUOTA#<id>#0` … `#<shards − 1>` | gets, then conditional updates |
//! | finding the last units | `QUOTA#<id>#HINT` (with several shards) | get; a plain update when much was empty |
//!
//! Start at [`Quotas`]; the rules are in `shard.rs`, pure, and the conditions in `store.rs`.

mod belief;
mod capacity;
mod claim;
mod error;
mod hold;
mod keys;
mod quotas;
mod resolve;
mod search;
mod shard;
mod store;
mod take;

pub use belief::BELIEF_MS;
pub use claim::{Claim, Hold, QuotaId, QuotaIdError};
pub use error::{CapacityError, CommitError, CreateError, GiveBackError, HoldError, UsageError};
pub use hold::Plan;
pub use quotas::{MAX_SHARDS, QUOTA, Quotas, Usage};
pub use shard::MAX_HOLDS_PER_SHARD;
