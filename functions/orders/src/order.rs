//! An order: what one buyer ordered of one shop, and the moves of its life until it is paid.
//!
//! Invariant: an order moves along the edges of [`OrderState::may_become`] and no others; a move is
//! refused whole. What was agreed (prices, commission, owners, days) is frozen on its lines when it
//! is placed and never changes again.
//!
//! What is placed together is a group: its orders are `order 0`, `order 1`, … of the group, and an
//! order's id carries its group and its number, so that neither needs an index to find the other.

use std::num::NonZeroU32;

use jiff::{SignedDuration, civil::Date};
use kernel::{
    BasisPoints, CommissionRate, Currency, Id, Money, Timestamp, kind, money::MoneyError,
};
use quota::{Claim, QuotaId};
use serde::{Deserialize, Serialize};

pub(crate) use crate::state::{IllegalMove, OrderState};
use crate::{
    address::Address,
    dispute::Dispute,
    fulfilment::Shipment,
    refund::{Chargeback, Refund, RefundRequest},
};

/// How much longer goods are held than they can be paid, so that a payment of the last second
/// still finds them.
const HOLD_GRACE: SignedDuration = SignedDuration::from_mins(5);

/// What one buyer ordered of one shop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Order {
    pub(crate) id: Id<kind::Order>,
    /// What was placed together with it.
    pub(crate) group: Id<kind::OrderGroup>,
    pub(crate) buyer: Id<kind::Account>,
    pub(crate) seller: Id<kind::Shop>,
    /// Whose shop it is.
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) state: OrderState,
    pub(crate) currency: Currency,
    pub(crate) lines: Vec<Line>,
    /// The sum of the lines.
    pub(crate) total: Money,
    pub(crate) placed_at: Timestamp,
    /// Until when it can be paid.
    pub(crate) pay_by: Timestamp,
    pub(crate) paid_at: Option<Timestamp>,
    /// When it expired or was cancelled.
    pub(crate) ended_at: Option<Timestamp>,
    pub(crate) shipped_at: Option<Timestamp>,
    pub(crate) received_at: Option<Timestamp>,
    /// Whether nobody but time said that it was received.
    pub(crate) received_automatically: bool,
    pub(crate) completed_at: Option<Timestamp>,
    /// Where parcels go; there if a line is sent in one.
    pub(crate) delivery: Option<Address>,
    /// The units that are held for it, while it can be paid.
    pub(crate) claims: Vec<Claim>,
    pub(crate) shipments: Vec<Shipment>,
    pub(crate) refund_requests: Vec<RefundRequest>,
    pub(crate) refunds: Vec<Refund>,
    pub(crate) chargebacks: Vec<Chargeback>,
    pub(crate) dispute: Option<Dispute>,
    /// Tells the request that placed it from another one under the same key.
    pub(crate) fingerprint: String,
    /// The version that was read; the store writes the next one.
    pub(crate) version: u64,
}

/// Units of one SKU, at what was agreed when they were ordered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) id: Id<kind::OrderLine>,
    pub(crate) sku: Id<kind::Sku>,
    pub(crate) listing: Id<kind::Listing>,
    pub(crate) title: String,
    /// Which variant of the listing.
    pub(crate) variant: String,
    pub(crate) product_type: String,
    pub(crate) fulfilment: Fulfilment,
    pub(crate) quantity: u32,
    pub(crate) unit_price: Money,
    pub(crate) total: Money,
    /// What the platform keeps of it.
    pub(crate) commission_bp: CommissionRate,
    /// Who shares in it; the shares sum to the whole.
    pub(crate) owners: Vec<OwnerShare>,
    /// What of each quota one unit takes; nothing if it is not counted.
    pub(crate) components: Vec<Component>,
    /// The files that the buyer gets.
    pub(crate) downloads: Vec<Download>,
    pub(crate) tickets: Option<Tickets>,
    /// Before this it cannot be handed over.
    pub(crate) released_at: Option<Timestamp>,
    /// For how many days after receipt it can be sent back.
    pub(crate) return_days: Option<u32>,
    pub(crate) fulfilled_quantity: u32,
    pub(crate) refunded_quantity: u32,
    /// Units whose tickets are void, since the concert does not take place.
    pub(crate) voided_quantity: u32,
    pub(crate) refunded: Money,
}

/// A shop's part of what a line brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OwnerShare {
    pub(crate) shop: Id<kind::Shop>,
    pub(crate) organization: Id<kind::Organization>,
    /// In basis points.
    pub(crate) share_bp: u16,
}

/// What one unit of a SKU takes of a quota.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Component {
    pub(crate) quota: QuotaId,
    pub(crate) units: u32,
}

/// A file that a buyer may download.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Download {
    pub(crate) media: Id<kind::Media>,
    /// Where it lies in the bucket of media.
    pub(crate) key: String,
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: u64,
}

/// Which tickets a unit is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tickets {
    pub(crate) concert: Id<kind::Concert>,
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
    pub(crate) per_unit: u32,
    /// The days on which they open the door.
    pub(crate) days: Vec<Date>,
    /// How many tickets of the quota one account may buy, if not as many as it likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) per_buyer_limit: Option<NonZeroU32>,
}

/// How a line is handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Fulfilment {
    /// Files that the buyer downloads.
    Download,
    /// A parcel that the seller sends.
    Shipment,
    /// Tickets that events issues.
    Ticket,
    /// Work that the seller does.
    Service,
}

impl OwnerShare {
    /// All of it.
    pub(crate) fn whole(shop: Id<kind::Shop>, organization: Id<kind::Organization>) -> Self {
        Self {
            shop,
            organization,
            share_bp: BasisPoints::WHOLE.get(),
        }
    }
}

impl Order {
    /// The order has its goods for good, and is paid or free. What is unlocked thereby is for
    /// [`fulfilment`](crate::fulfilment) to say.
    pub(crate) fn paid(self, now: Timestamp) -> Result<Self, IllegalMove> {
        let mut order = self.moved_to(OrderState::Paid)?;
        order.paid_at = Some(now);
        order.ended_at = None;
        order.claims.clear();
        Ok(order)
    }

    /// Nobody paid in time, or nobody can pay any more.
    pub(crate) fn expired(self, now: Timestamp) -> Result<Self, IllegalMove> {
        let mut order = self.moved_to(OrderState::Expired)?;
        order.ended_at = Some(now);
        order.claims.clear();
        Ok(order)
    }

    /// The buyer changed their mind before paying.
    pub(crate) fn cancelled(self, now: Timestamp) -> Result<Self, IllegalMove> {
        let mut order = self.moved_to(OrderState::Cancelled)?;
        order.ended_at = Some(now);
        order.claims.clear();
        Ok(order)
    }

    /// Moves along an edge, and changes nothing else.
    pub(crate) fn moved_to(mut self, to: OrderState) -> Result<Self, IllegalMove> {
        let from = self.state;
        if !from.may_become(to) {
            return Err(IllegalMove { from, to });
        }
        self.state = to;
        Ok(self)
    }

    /// Until when its goods are held, while it can be paid.
    pub(crate) fn held_until(&self) -> Timestamp {
        // Only a clock at the end of time is out of range.
        self.pay_by
            .checked_add(HOLD_GRACE)
            .unwrap_or(Timestamp::MAX)
    }

    /// Which order of its group it is, from 0.
    pub(crate) fn number(&self) -> u8 {
        number_of(self.id)
    }
}

/// The sum of what a group's orders cost; nothing has no currency, hence an option.
pub(crate) fn total_of(orders: &[Order]) -> Result<Option<Money>, MoneyError> {
    let mut totals = orders.iter().map(|order| order.total);
    let Some(first) = totals.next() else {
        return Ok(None);
    };
    totals
        .try_fold(first, |sum, total| sum.checked_add(total))
        .map(Some)
}

/// The id of a group: one whose last byte leaves room for the numbers of its orders.
pub(crate) fn group_id(seed: Id<kind::OrderGroup>) -> Id<kind::OrderGroup> {
    let mut bytes = seed.as_bytes();
    bytes[15] = 0;
    Id::from_bytes(bytes)
}

/// The id of the order with this number, from 0, in its group.
pub(crate) fn order_id(group: Id<kind::OrderGroup>, number: u8) -> Id<kind::Order> {
    let mut bytes = group.as_bytes();
    bytes[15] = number.saturating_add(1);
    Id::from_bytes(bytes)
}

/// The group that an order's id carries.
pub(crate) fn group_of(order: Id<kind::Order>) -> Id<kind::OrderGroup> {
    group_id(Id::from_bytes(order.as_bytes()))
}

/// The number that an order's id carries.
pub(crate) fn number_of(order: Id<kind::Order>) -> u8 {
    let [.., last] = order.as_bytes();
    last.saturating_sub(1)
}

/// The id of the line of a SKU; an order has one line for each.
pub(crate) fn line_id(order: Id<kind::Order>, sku: Id<kind::Sku>) -> Id<kind::OrderLine> {
    Id::derive(&["order-line", &order.to_string(), &sku.to_string()])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn an_orders_id_carries_its_group_and_number(bytes in any::<[u8; 16]>(), number in 0_u8..100) {
            let group = group_id(Id::from_bytes(bytes));
            let order = order_id(group, number);
            prop_assert_eq!((group_of(order), number_of(order)), (group, number));
            prop_assert_eq!(group_id(group), group);
            prop_assert_ne!(order.as_bytes(), group.as_bytes());
        }
    }
}
