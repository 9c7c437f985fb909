//! Vouchers that members hold.

use std::{fmt, str::FromStr};

use futures_util::future::try_join_all;
use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Key, Query, Write},
};
use serde::{Deserialize, Serialize};
use wallet::Spent;

use super::{PageOf, Store, attributes};
use crate::{
    keys::{self, VOUCHER_PREFIX},
    redemption::Redemption,
    reward::PartnerName,
    sealing::SealedCode,
    text::Name,
    voucher::{Issue, IssuedVoucher},
};

/// A voucher as it is read; what belongs to its issue is there once it is issued.
#[derive(Deserialize)]
struct VoucherItem {
    id: Id<kind::Voucher>,
    reward_id: Id<kind::Reward>,
    code: SealedCode,
    issue: Option<IssueItem>,
}

#[derive(Serialize, Deserialize)]
struct IssueItem {
    holder: Id<kind::Account>,
    reward_name: Name,
    partner: PartnerName,
    issued_at: Timestamp,
    expires_at: Timestamp,
    spent: Spent,
}

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
    pub(crate) issued_at: Timestamp,
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
            self.issued_at.as_millisecond(),
            self.voucher
        )
    }
}

impl FromStr for HeldAt {
    type Err = HeldAtError;

    fn from_str(text: &str) -> Result<Self, HeldAtError> {
        let (issued_ms, voucher) = text.split_once('#').ok_or(HeldAtError)?;
        let issued_ms = issued_ms.parse().map_err(|_| HeldAtError)?;
        Ok(Self {
            issued_at: Timestamp::from_millisecond(issued_ms).map_err(|_| HeldAtError)?,
            voucher: voucher.parse().map_err(|_| HeldAtError)?,
        })
    }
}

impl Store {
    /// The voucher `id`, if it is issued.
    pub(crate) async fn voucher(
        &self,
        id: Id<kind::Voucher>,
    ) -> Result<Option<IssuedVoucher>, ServiceError> {
        let item: Option<VoucherItem> = self.table.get(&keys::voucher(id)).await?;
        Ok(item.and_then(issued))
    }

    /// A page of a member's vouchers, newest first.
    pub(crate) async fn vouchers_of(
        &self,
        holder: Id<kind::Account>,
        after: Option<HeldAt>,
        limit: u32,
    ) -> Result<PageOf<IssuedVoucher>, ServiceError> {
        let mut query = Query::prefix(keys::account(holder), VOUCHER_PREFIX)
            .descending()
            .limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::held(holder, after.issued_at, after.voucher));
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

    /// Makes an available voucher its holder's.
    pub(super) fn issue(&self, redemption: &Redemption) -> Write {
        let issue = &redemption.issue;
        let item = IssueItem {
            holder: issue.holder,
            reward_name: issue.reward_name.clone(),
            partner: issue.partner.clone(),
            issued_at: issue.issued_at,
            expires_at: issue.expires_at,
            spent: issue.spent.clone(),
        };
        Write::update(
            &self.table,
            keys::voucher(redemption.voucher),
            "SET #status = :issued, #issue = :issue, #version = #version + :one",
        )
        .when("#status = :available AND #reward_id = :reward_id")
        .bind(":issued", "issued")
        .bind(":available", "available")
        .bind(":issue", item)
        .bind(":reward_id", issue.reward)
        .bind(":one", 1)
    }

    /// Puts a voucher into its holder's list.
    pub(super) fn list(&self, redemption: &Redemption) -> Write {
        let issue = &redemption.issue;
        let key: Key = keys::held(issue.holder, issue.issued_at, redemption.voucher);
        let (pk, sk) = attributes(&key);
        let item = HeldItem {
            pk,
            sk,
            voucher: redemption.voucher,
        };
        Write::put(&self.table, &item)
    }
}

fn issued(item: VoucherItem) -> Option<IssuedVoucher> {
    let issue = item.issue?;
    Some(IssuedVoucher {
        id: item.id,
        code: item.code,
        issue: Issue {
            holder: issue.holder,
            reward: item.reward_id,
            reward_name: issue.reward_name,
            partner: issue.partner,
            issued_at: issue.issued_at,
            expires_at: issue.expires_at,
            spent: issue.spent,
        },
    })
}
