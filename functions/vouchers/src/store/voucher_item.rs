//! How a voucher is kept: one row, from its delivery or order to its end.

use kernel::{Id, Money, Points, Timestamp, kind};
use platform::{ServiceError, table::Item};
use serde::{Deserialize, Serialize};
use wallet::Spent;

use super::attributes;
use crate::{
    due::{self, Due},
    keys,
    purchase::Purchase,
    reward::PartnerName,
    sealing::SealedCode,
    text::Name,
    voucher::{Failure, Holding, Issue, Order, Reservation, Reversal, Stage, Usage, Voucher},
};

/// The status of a code that nobody holds: not this file's concern, see `pool.rs`.
pub(super) const AVAILABLE: &str = "available";
/// The status of a voucher that its holder can use.
pub(super) const ISSUED: &str = "issued";
/// Names the voucher whose code the row stands for, in rows that are no vouchers themselves.
const OF: &str = "of";

/// A voucher that somebody has, is to have, or did not get.
#[derive(Serialize, Deserialize)]
pub(super) struct VoucherItem {
    pk: String,
    sk: String,
    id: Id<kind::Voucher>,
    partner_id: Id<kind::Partner>,
    reward_id: Id<kind::Reward>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    batch_id: Option<Id<kind::CodeBatch>>,
    status: Status,
    created_at: Timestamp,
    version: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    code: Option<SealedCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    issue: Option<IssueItem>,
    /// Who wants it, as long as it is not issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    order: Option<OrderItem>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    purchase: Option<Purchase>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reservation: Option<Reservation>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    redeemed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reversal: Option<Reversal>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    /// Milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Pending,
    Failed,
    Issued,
    Reserved,
    Redeemed,
    Expired,
    Reversed,
}

/// To whom a voucher was issued. What was added later is absent of those that are older.
#[derive(Serialize, Deserialize)]
pub(super) struct IssueItem {
    holder: Id<kind::Account>,
    reward_name: Name,
    partner: PartnerName,
    issued_at: Timestamp,
    expires_at: Timestamp,
    spent: Spent,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unit_price: Option<Money>,
    #[serde(default)]
    is_counted: bool,
    /// When it was ordered, if that was before it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ordered_at: Option<Timestamp>,
}

#[derive(Serialize, Deserialize)]
struct OrderItem {
    holder: Id<kind::Account>,
    reward_name: Name,
    partner: PartnerName,
    price: Points,
    unit_price: Option<Money>,
    is_counted: bool,
    ordered_at: Timestamp,
}

/// Says that a code is the one of a voucher that was issued on demand. It lies where a voucher of
/// the pool with this code would lie, so that no code is there twice.
#[derive(Serialize)]
pub(super) struct CodeItem {
    pk: String,
    sk: String,
    of: Id<kind::Voucher>,
}

/// The voucher that a row is, if it is one that somebody wanted.
pub(crate) fn voucher_of(item: Item) -> Result<Option<Voucher>, ServiceError> {
    if item.text("status").is_none_or(|status| status == AVAILABLE) {
        return Ok(None);
    }
    item.parse::<VoucherItem>("voucher")?.voucher().map(Some)
}

/// Whose code a row says that it stands for, if it is no voucher itself.
pub(super) fn code_of(item: &Item) -> Option<Result<Id<kind::Voucher>, ServiceError>> {
    let voucher = item.text(OF)?.parse();
    Some(voucher.map_err(|error| ServiceError::malformed("voucher", error)))
}

impl CodeItem {
    pub(super) fn new(place: Id<kind::Voucher>, of: Id<kind::Voucher>) -> Self {
        let (pk, sk) = attributes(&keys::voucher(place));
        Self { pk, sk, of }
    }
}

impl IssueItem {
    pub(super) fn of(order: &Order, issue: &Issue) -> Self {
        Self {
            holder: order.holder,
            reward_name: order.reward_name.clone(),
            partner: order.partner.clone(),
            issued_at: issue.issued_at,
            expires_at: issue.expires_at,
            spent: issue.spent.clone(),
            unit_price: order.unit_price,
            is_counted: order.is_counted,
            ordered_at: Some(order.ordered_at).filter(|at| *at != issue.issued_at),
        }
    }
}

impl VoucherItem {
    pub(super) fn of(voucher: &Voucher) -> Self {
        let (pk, sk) = attributes(&keys::voucher(voucher.id));
        let order = &voucher.order;
        let due_at = voucher.due_at();
        let mut item = Self {
            pk,
            sk,
            id: voucher.id,
            partner_id: order.partner.id,
            reward_id: order.reward,
            batch_id: voucher.batch,
            status: Status::Pending,
            created_at: voucher.created_at,
            version: voucher.version,
            code: None,
            issue: None,
            order: None,
            purchase: None,
            failure: None,
            reservation: None,
            redeemed_at: None,
            reversal: None,
            due_shard: due_at.map(|_| due::shard(due_kind(voucher), voucher.id)),
            due_at: due_at.map(|at| at.as_millisecond()),
        };
        match &voucher.stage {
            Stage::Pending(purchase) => {
                item.order = Some(OrderItem::from(order));
                item.purchase = Some(purchase.clone());
            }
            Stage::Failed(failure) => {
                item.status = Status::Failed;
                item.order = Some(OrderItem::from(order));
                item.failure = Some(*failure);
            }
            Stage::Issued(holding) => {
                item.code = Some(holding.code.clone());
                item.issue = Some(IssueItem::of(order, &holding.issue));
                item.status = Status::Issued;
                match &holding.usage {
                    Usage::Unused => {}
                    Usage::Reserved(reservation) => {
                        item.status = Status::Reserved;
                        item.reservation = Some(reservation.clone());
                    }
                    Usage::Redeemed { at } => {
                        item.status = Status::Redeemed;
                        item.redeemed_at = Some(*at);
                    }
                    Usage::Expired => item.status = Status::Expired,
                    Usage::Reversed(reversal) => {
                        item.status = Status::Reversed;
                        item.reversal = Some(*reversal);
                    }
                }
            }
        }
        item
    }

    fn voucher(self) -> Result<Voucher, ServiceError> {
        let id = self.id;
        let unfit =
            || ServiceError::malformed("voucher", format!("{id} lacks what its status says"));
        let (reward, status) = (self.reward_id, self.status);
        let (order, stage) = match (status, self.order, self.issue) {
            (Status::Pending, Some(order), _) => {
                let purchase = self.purchase.ok_or_else(unfit)?;
                (order.order(reward), Stage::Pending(purchase))
            }
            (Status::Failed, Some(order), _) => {
                let failure = self.failure.ok_or_else(unfit)?;
                (order.order(reward), Stage::Failed(failure))
            }
            (Status::Pending | Status::Failed, None, _) | (_, _, None) => return Err(unfit()),
            (_, _, Some(issue)) => {
                let usage = match status {
                    Status::Pending | Status::Failed | Status::Issued => Some(Usage::Unused),
                    Status::Expired => Some(Usage::Expired),
                    Status::Reserved => self.reservation.map(Usage::Reserved),
                    Status::Redeemed => self.redeemed_at.map(|at| Usage::Redeemed { at }),
                    Status::Reversed => self.reversal.map(Usage::Reversed),
                };
                let code = self.code.ok_or_else(unfit)?;
                let (order, issue) = issue.parts(reward);
                let usage = usage.ok_or_else(unfit)?;
                (order, Stage::Issued(Holding { code, issue, usage }))
            }
        };
        Ok(Voucher {
            id,
            batch: self.batch_id,
            created_at: self.created_at,
            order,
            stage,
            version: self.version,
        })
    }
}

fn due_kind(voucher: &Voucher) -> Due {
    match voucher.stage {
        Stage::Pending(_) => Due::Pending,
        Stage::Failed(_) | Stage::Issued(_) => Due::Voucher,
    }
}

impl IssueItem {
    fn parts(self, reward: Id<kind::Reward>) -> (Order, Issue) {
        let order = Order {
            holder: self.holder,
            reward,
            reward_name: self.reward_name,
            partner: self.partner,
            price: self.spent.points(),
            unit_price: self.unit_price,
            is_counted: self.is_counted,
            ordered_at: self.ordered_at.unwrap_or(self.issued_at),
        };
        let issue = Issue {
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            spent: self.spent,
        };
        (order, issue)
    }
}

impl OrderItem {
    fn order(self, reward: Id<kind::Reward>) -> Order {
        Order {
            holder: self.holder,
            reward,
            reward_name: self.reward_name,
            partner: self.partner,
            price: self.price,
            unit_price: self.unit_price,
            is_counted: self.is_counted,
            ordered_at: self.ordered_at,
        }
    }
}

impl From<&Order> for OrderItem {
    fn from(order: &Order) -> Self {
        Self {
            holder: order.holder,
            reward_name: order.reward_name.clone(),
            partner: order.partner.clone(),
            price: order.price,
            unit_price: order.unit_price,
            is_counted: order.is_counted,
            ordered_at: order.ordered_at,
        }
    }
}
