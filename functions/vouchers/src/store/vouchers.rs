//! Vouchers that members hold.

use std::{fmt, str::FromStr};

use futures_util::future::try_join_all;
use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Key, Query, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{
    PageOf, Store, attributes,
    voucher_item::{AVAILABLE, CodeItem, ISSUED, IssueItem, VoucherItem, code_of, voucher_of},
};
use crate::{
    due::{self, Due},
    keys::{self, VOUCHER_PREFIX},
    redemption::Redemption,
    voucher::Voucher,
};

/// What a cancelled transaction calls the write of a voucher.
pub(super) const VOUCHER: &str = "voucher";
/// What a cancelled transaction calls the write that takes a code.
pub(super) const CODE: &str = "code";

/// A voucher's place in its holder's list.
#[derive(Serialize, Deserialize)]
struct HeldItem {
    pk: String,
    sk: String,
    voucher: Id<kind::Voucher>,
}

/// Where in a holder's list a voucher stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HeldAt {
    pub(crate) ordered_at: Timestamp,
    pub(crate) voucher: Id<kind::Voucher>,
}

/// A text that is no place in a list of vouchers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no place in a list of vouchers")]
pub(crate) struct HeldAtError;

impl fmt::Display for HeldAt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{}#{}",
            self.ordered_at.as_millisecond(),
            self.voucher
        )
    }
}

impl FromStr for HeldAt {
    type Err = HeldAtError;

    fn from_str(text: &str) -> Result<Self, HeldAtError> {
        let (ordered_ms, voucher) = text.split_once('#').ok_or(HeldAtError)?;
        let ordered_ms = ordered_ms.parse().map_err(|_| HeldAtError)?;
        Ok(Self {
            ordered_at: Timestamp::from_millisecond(ordered_ms).map_err(|_| HeldAtError)?,
            voucher: voucher.parse().map_err(|_| HeldAtError)?,
        })
    }
}

impl Store {
    /// The voucher `id`, if somebody has wanted it.
    pub(crate) async fn voucher(
        &self,
        id: Id<kind::Voucher>,
    ) -> Result<Option<Voucher>, ServiceError> {
        let item = self.table.get_item(&keys::voucher(id)).await?;
        item.map(voucher_of).transpose().map(Option::flatten)
    }

    /// The voucher whose code belongs at `place`, if somebody has wanted it: that voucher itself if
    /// it came from a pool, the one that is named there if it was issued on demand.
    pub(crate) async fn voucher_at(
        &self,
        place: Id<kind::Voucher>,
    ) -> Result<Option<Voucher>, ServiceError> {
        let Some(item) = self.table.get_item(&keys::voucher(place)).await? else {
            return Ok(None);
        };
        match code_of(&item) {
            Some(voucher) => self.voucher(voucher?).await,
            None => voucher_of(item),
        }
    }

    /// A page of a member's vouchers, newest first.
    pub(crate) async fn vouchers_of(
        &self,
        holder: Id<kind::Account>,
        after: Option<HeldAt>,
        limit: u32,
    ) -> Result<PageOf<Voucher>, ServiceError> {
        let mut query = Query::prefix(keys::account(holder), VOUCHER_PREFIX)
            .descending()
            .limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::held(holder, after.ordered_at, after.voucher));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let held: Vec<HeldItem> = page.parse()?;
        let vouchers = held.iter().map(|held| self.voucher(held.voucher));
        let vouchers = try_join_all(vouchers).await?;
        Ok(PageOf {
            items: vouchers.into_iter().flatten().collect(),
            has_more,
        })
    }

    /// Keeps a voucher in its new version by itself; `false` if somebody else has moved it on.
    pub(crate) async fn move_voucher(&self, voucher: &Voucher) -> Result<bool, ServiceError> {
        match self.table.write(self.save_voucher(voucher)).await {
            Ok(_) => Ok(true),
            Err(WriteError::Refused { .. }) => Ok(false),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// Keeps a voucher in its new version, if it is kept in the version before: the first version if
    /// there is none yet.
    pub(super) fn save_voucher(&self, voucher: &Voucher) -> Write {
        let put = Write::put(&self.table, &VoucherItem::of(voucher)).labelled(VOUCHER);
        match voucher.version {
            1 => put.when_absent(),
            version => put.when("#version = :before").bind(":before", version - 1),
        }
    }

    /// Makes an available voucher its holder's.
    pub(super) fn issue(&self, redemption: &Redemption) -> Write {
        let issue = &redemption.issue;
        Write::update(
            &self.table,
            keys::voucher(redemption.voucher),
            "SET #status = :issued, #issue = :issue, #version = #version + :one, \
             #due_shard = :due_shard, #due_at = :due_at",
        )
        .when("#status = :available AND #reward_id = :reward_id")
        .bind(":issued", ISSUED)
        .bind(":available", AVAILABLE)
        .bind(":issue", IssueItem::of(&redemption.order, issue))
        .bind(":reward_id", redemption.order.reward)
        .bind(":due_shard", due::shard(Due::Voucher, redemption.voucher))
        .bind(":due_at", issue.expires_at.as_millisecond())
        .bind(":one", 1)
    }

    /// Takes the code that belongs at `place` for a voucher that is issued on demand.
    pub(crate) fn take_code(&self, place: Id<kind::Voucher>, voucher: Id<kind::Voucher>) -> Write {
        Write::put(&self.table, &CodeItem::new(place, voucher))
            .when_absent()
            .labelled(CODE)
    }

    /// Puts a voucher into its holder's list.
    pub(super) fn list(
        &self,
        holder: Id<kind::Account>,
        ordered_at: Timestamp,
        voucher: Id<kind::Voucher>,
    ) -> Write {
        let key: Key = keys::held(holder, ordered_at, voucher);
        let (pk, sk) = attributes(&key);
        Write::put(&self.table, &HeldItem { pk, sk, voucher })
    }
}
