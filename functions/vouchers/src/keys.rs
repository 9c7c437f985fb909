//! The keys of the vouchers table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | all partners, oldest first; one of them, with its terms and keys | `PARTNERS` | `PARTNER#<partner>` |
//! | what a partner's transaction has led to | `TRANSACTION#<partner>#<mode>#<transaction id>` | `TRANSACTION` |
//! | a link by its id | `LINK#<link>` | `LINK` |
//! | the link that a code is for | `LINK_CODE#<keyed hash>` | `LINK_CODE` |
//! | to whom a partner's member is linked | `MEMBER#<partner>#<mode>#<member id>` | `LINKED` |
//! | an account's links, one for each partner | `ACCOUNT#<account>` | `LINKED#<partner>#<mode>` |
//! | a reward by its id | `REWARD#<reward>` | `REWARD` |
//! | the published rewards, oldest first | `CATALOGUE` | `REWARD#<reward>` |
//! | which version of a reward may be redeemed from one shard of its pool | `POOL#<reward>#<shard>` | `OFFER` |
//! | free codes of one shard of a reward's pool | `POOL#<reward>#<shard>` | `FREE#<voucher>` |
//! | a voucher by its id; by its code, where a voucher of the pool with that code lies or would lie | `VOUCHER#<voucher>` | `VOUCHER` |
//! | a member's vouchers, newest first | `ACCOUNT#<account>` | `VOUCHER#<ordered, ms>#<voucher>` |
//! | how often a member redeemed a reward that has a limit | `ACCOUNT#<account>` | `REDEEMED#<reward>` |
//! | a code batch by its id | `BATCH#<batch>` | `BATCH` |
//! | what a partner may still take | `PARTNER#<partner>` | `BILLING` |
//! | an exchange by its id | `EXCHANGE#<exchange>` | `EXCHANGE` |
//! | a settlement by its id | `SETTLEMENT#<settlement>` | `SETTLEMENT` |
//! | where a partner's clearing account stands | `CLEARING#<partner>` | `HEAD` |
//! | the sums of one month of it | `CLEARING#<partner>` | `MONTH#<year>-<month>` |
//! | its lines, in their order | `CLEARING#<partner>` | `LINE#<posted, ms>#<sequence>` |
//!
//! Allotments, grants and concerts: see `keys/grants.rs`.
//!
//! What a partner does in the sandbox is billed and cleared in partitions of its own, which begin
//! with `SANDBOX#`.
//!
//! Index `due`, keys only: what time has something to do with, by `due_shard` (see `due.rs`) and
//! `due_at` in milliseconds since 1970.

pub(crate) mod grants;

use kernel::{Id, Timestamp, kind};
use platform::table::Key;
use wallet::Month;

use crate::{
    exchange::Book, member::MemberId, partner::Mode, transaction::PartnerTransaction,
    typed_code::CodeDigest,
};

/// The index of what becomes due.
pub(crate) const DUE_INDEX: &str = "due";
/// The partition of all partners, of whom there are dozens.
pub(crate) const PARTNERS: &str = "PARTNERS";
/// Before a partner's id in its sort key.
pub(crate) const PARTNER_PREFIX: &str = "PARTNER#";
/// The sort key of a link.
pub(crate) const LINK: &str = "LINK";
/// Before a partner's id in the sort keys of an account's links.
pub(crate) const LINKED_PREFIX: &str = "LINKED#";
/// The partition of the published rewards.
pub(crate) const CATALOGUE: &str = "CATALOGUE";
/// Before a reward's id in the catalogue's sort keys.
pub(crate) const REWARD_PREFIX: &str = "REWARD#";
/// Before a voucher's id in the sort key of a free code.
pub(crate) const FREE_PREFIX: &str = "FREE#";
/// Before time and id in the sort keys of a member's vouchers.
pub(crate) const VOUCHER_PREFIX: &str = "VOUCHER#";

/// The sort key of what a partner may take.
pub(crate) const BILLING: &str = "BILLING";
/// The sort key of an exchange.
pub(crate) const EXCHANGE: &str = "EXCHANGE";
/// The sort key of a settlement.
pub(crate) const SETTLEMENT: &str = "SETTLEMENT";
/// Before time and number in the sort keys of a clearing account's lines.
pub(crate) const LINE_PREFIX: &str = "LINE#";

/// Over how many partitions a pool is spread, so that one reward can be redeemed faster than one
/// partition takes writes.
pub(crate) const POOL_SHARDS: u8 = 8;

/// A partner.
pub(crate) fn partner(partner: Id<kind::Partner>) -> Key {
    Key::sorted(PARTNERS, format!("{PARTNER_PREFIX}{partner}"))
}

/// What a partner's transaction has led to. A partition of its own: partners send as much as they
/// like, and nobody lists it.
pub(crate) fn transaction(transaction: &PartnerTransaction) -> Key {
    let PartnerTransaction {
        partner, mode, id, ..
    } = transaction;
    let mode = mode.as_str();
    Key::sorted(format!("TRANSACTION#{partner}#{mode}#{id}"), "TRANSACTION")
}

/// A link.
pub(crate) fn link(link: Id<kind::PartnerLink>) -> Key {
    Key::sorted(format!("LINK#{link}"), LINK)
}

/// The link that a code is for.
pub(crate) fn link_code(digest: &CodeDigest) -> Key {
    Key::sorted(format!("LINK_CODE#{}", digest.as_str()), "LINK_CODE")
}

/// To whom a partner's member is linked.
pub(crate) fn linked_member(partner: Id<kind::Partner>, mode: Mode, member: &MemberId) -> Key {
    let mode = mode.as_str();
    Key::sorted(format!("MEMBER#{partner}#{mode}#{member}"), "LINKED")
}

/// To which of a partner's members an account is linked.
pub(crate) fn linked_account(
    account_id: Id<kind::Account>,
    partner: Id<kind::Partner>,
    mode: Mode,
) -> Key {
    let mode = mode.as_str();
    Key::sorted(
        account(account_id),
        format!("{LINKED_PREFIX}{partner}#{mode}"),
    )
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

/// The voucher whose key this is, if it is one's.
pub(crate) fn voucher_of(key: &Key) -> Option<Id<kind::Voucher>> {
    key.pk().strip_prefix("VOUCHER#")?.parse().ok()
}

/// The partition of what belongs to one member.
pub(crate) fn account(account: Id<kind::Account>) -> String {
    format!("ACCOUNT#{account}")
}

/// A voucher in its holder's list.
pub(crate) fn held(
    holder: Id<kind::Account>,
    ordered_at: Timestamp,
    voucher: Id<kind::Voucher>,
) -> Key {
    // Thirteen digits last until the year 2286, so that text sorts as time does.
    let ordered_ms = ordered_at.as_millisecond();
    Key::sorted(
        account(holder),
        format!("{VOUCHER_PREFIX}{ordered_ms:013}#{voucher}"),
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

/// A partner's account of what it may take.
pub(crate) fn billing(book: Book) -> Key {
    let Book { partner, .. } = book;
    Key::sorted(format!("{}PARTNER#{partner}", realm(book)), BILLING)
}

/// An exchange.
pub(crate) fn exchange(exchange: Id<kind::Exchange>) -> Key {
    Key::sorted(format!("EXCHANGE#{exchange}"), EXCHANGE)
}

/// A settlement.
pub(crate) fn settlement(settlement: Id<kind::Settlement>) -> Key {
    Key::sorted(format!("SETTLEMENT#{settlement}"), SETTLEMENT)
}

/// The partition of a clearing account.
pub(crate) fn clearing(book: Book) -> String {
    let Book { partner, .. } = book;
    format!("{}CLEARING#{partner}", realm(book))
}

/// Where a clearing account stands.
pub(crate) fn clearing_head(book: Book) -> Key {
    Key::sorted(clearing(book), "HEAD")
}

/// The sums of one month of a clearing account.
pub(crate) fn clearing_month(book: Book, month: Month) -> Key {
    Key::sorted(clearing(book), format!("MONTH#{month}"))
}

/// A line of a clearing account.
pub(crate) fn clearing_line(book: Book, posted_at: Timestamp, sequence: u64) -> Key {
    let line = format!("{}#{sequence:09}", lines_from(posted_at));
    Key::sorted(clearing(book), line)
}

/// What sorts before every line that was posted at this time or later, and after every earlier one.
pub(crate) fn lines_from(posted_at: Timestamp) -> String {
    format!("{LINE_PREFIX}{:013}", posted_at.as_millisecond())
}

fn realm(book: Book) -> &'static str {
    if book.sandbox { "SANDBOX#" } else { "" }
}
