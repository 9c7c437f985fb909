//! An order as it is stored.
//!
//! Written with an eye on size: an order of one line stays within a kilobyte or little more, since
//! a transaction bills every one of them twice. What follows from something else is not stored: ids
//! follow from keys, totals from lines, and owners are the seller alone unless it says otherwise.

use kernel::{CommissionRate, Currency, Id, Money, Timestamp, kind};
use platform::{ServiceError, table::Item};
use quota::Claim;
use serde::{Deserialize, Serialize};

use super::attributes;
use crate::{
    address::Address,
    desk,
    dispute::Dispute,
    fulfilment::{self, Periods, Shipment},
    keys,
    order::{
        Component, Download, Fulfilment, Line, Order, OrderState, OwnerShare, Tickets, group_of,
        line_id,
    },
    refund::{Chargeback, Refund, RefundRequest},
};

/// An order's item. Instants are milliseconds since 1970.
#[derive(Serialize, Deserialize)]
pub(crate) struct OrderItem {
    pk: String,
    sk: String,
    version: u64,
    buyer: Id<kind::Account>,
    placed: String,
    /// There from payment on: what puts the order before its seller.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    seller: Option<Id<kind::Shop>>,
    /// There while an operator has to act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waits_for: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    waits_since: Option<String>,
    /// There while time will do something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    state: OrderState,
    currency: Currency,
    lines: Vec<LineItem>,
    pay_by: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shipped_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received_at: Option<i64>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    received_automatically: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    completed_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    delivery: Option<Address>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    claims: Vec<Claim>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    shipments: Vec<Shipment>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refund_requests: Vec<RefundRequest>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<Refund>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chargebacks: Vec<Chargeback>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    dispute: Option<Dispute>,
    fingerprint: String,
}

#[derive(Serialize, Deserialize)]
struct LineItem {
    sku: Id<kind::Sku>,
    listing: Id<kind::Listing>,
    title: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    variant: String,
    product_type: String,
    fulfilment: Fulfilment,
    quantity: u32,
    /// Minor units of the order's currency, as are all amounts here.
    unit_price: i64,
    commission_bp: u16,
    /// Nobody means the seller alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    owners: Vec<OwnerShare>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    components: Vec<Component>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    downloads: Vec<Download>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tickets: Option<Tickets>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    released_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    return_days: Option<u32>,
    #[serde(default, skip_serializing_if = "is_zero")]
    fulfilled: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    refunded_quantity: u32,
    #[serde(default, skip_serializing_if = "is_zero")]
    voided_quantity: u32,
    #[serde(default, skip_serializing_if = "is_nothing")]
    refunded: i64,
}

impl OrderItem {
    /// The item of `order`, as the version after the one that was read.
    pub(super) fn of(order: &Order, version: u64, periods: Periods) -> Self {
        let (pk, sk) = attributes(&keys::order(order.id));
        let due_at = due_at(order, periods);
        let waits_since = desk::waits_since(order);
        Self {
            pk,
            sk,
            version,
            buyer: order.buyer,
            placed: keys::instant(order.placed_at),
            seller: order.state.is_paid().then_some(order.seller),
            waits_for: waits_since.map(|_| keys::OPERATOR.to_owned()),
            waits_since: waits_since.map(keys::instant),
            due_shard: due_at.map(|_| keys::due_shard(order.id).to_owned()),
            due_at: due_at.map(ms),
            shop: order.seller,
            organization: order.organization,
            state: order.state,
            currency: order.currency,
            lines: order
                .lines
                .iter()
                .map(|line| LineItem::of(order, line))
                .collect(),
            pay_by: order.pay_by.as_millisecond(),
            paid_at: order.paid_at.map(ms),
            ended_at: order.ended_at.map(ms),
            shipped_at: order.shipped_at.map(ms),
            received_at: order.received_at.map(ms),
            received_automatically: order.received_automatically,
            completed_at: order.completed_at.map(ms),
            delivery: order.delivery.clone(),
            claims: order.claims.clone(),
            shipments: order.shipments.clone(),
            refund_requests: order.refund_requests.clone(),
            refunds: order.refunds.clone(),
            chargebacks: order.chargebacks.clone(),
            dispute: order.dispute.clone(),
            fingerprint: order.fingerprint.clone(),
        }
    }

    /// The order that the item holds.
    pub(crate) fn order(self) -> Result<Order, ServiceError> {
        let id = keys::order_at(&self.pk, &self.sk)
            .ok_or_else(|| malformed("its key is not that of an order"))?;
        let (shop, organization, currency) = (self.shop, self.organization, self.currency);
        let lines = self.lines.into_iter();
        let lines = lines.map(|line| line.line(id, shop, organization, currency));
        let lines: Vec<Line> = lines.collect::<Result<_, ServiceError>>()?;
        let total = lines
            .iter()
            .try_fold(Money::zero(currency), |sum, line| {
                sum.checked_add(line.total)
            })
            .map_err(malformed)?;
        let placed_ms = self.placed.parse().map_err(malformed)?;
        Ok(Order {
            id,
            group: group_of(id),
            buyer: self.buyer,
            seller: shop,
            organization,
            state: self.state,
            currency,
            lines,
            total,
            placed_at: instant(placed_ms)?,
            pay_by: instant(self.pay_by)?,
            paid_at: self.paid_at.map(instant).transpose()?,
            ended_at: self.ended_at.map(instant).transpose()?,
            shipped_at: self.shipped_at.map(instant).transpose()?,
            received_at: self.received_at.map(instant).transpose()?,
            received_automatically: self.received_automatically,
            completed_at: self.completed_at.map(instant).transpose()?,
            delivery: self.delivery,
            claims: self.claims,
            shipments: self.shipments,
            refund_requests: self.refund_requests,
            refunds: self.refunds,
            chargebacks: self.chargebacks,
            dispute: self.dispute,
            fingerprint: self.fingerprint,
            version: self.version,
        })
    }
}

impl LineItem {
    fn of(order: &Order, line: &Line) -> Self {
        let alone = OwnerShare::whole(order.seller, order.organization);
        Self {
            sku: line.sku,
            listing: line.listing,
            title: line.title.clone(),
            variant: line.variant.clone(),
            product_type: line.product_type.clone(),
            fulfilment: line.fulfilment,
            quantity: line.quantity,
            unit_price: line.unit_price.minor(),
            commission_bp: line.commission_bp.get(),
            owners: if line.owners == [alone] {
                Vec::new()
            } else {
                line.owners.clone()
            },
            components: line.components.clone(),
            downloads: line.downloads.clone(),
            tickets: line.tickets.clone(),
            released_at: line.released_at.map(ms),
            return_days: line.return_days,
            fulfilled: line.fulfilled_quantity,
            refunded_quantity: line.refunded_quantity,
            voided_quantity: line.voided_quantity,
            refunded: line.refunded.minor(),
        }
    }

    fn line(
        self,
        order: Id<kind::Order>,
        shop: Id<kind::Shop>,
        organization: Id<kind::Organization>,
        currency: Currency,
    ) -> Result<Line, ServiceError> {
        let money = |minor| Money::new(minor, currency).map_err(malformed);
        let total = self.unit_price.checked_mul(self.quantity.into());
        let total = total.ok_or_else(|| malformed("a line's total is out of range"))?;
        Ok(Line {
            id: line_id(order, self.sku),
            sku: self.sku,
            listing: self.listing,
            title: self.title,
            variant: self.variant,
            product_type: self.product_type,
            fulfilment: self.fulfilment,
            quantity: self.quantity,
            unit_price: money(self.unit_price)?,
            total: money(total)?,
            commission_bp: CommissionRate::new(self.commission_bp).map_err(malformed)?,
            owners: if self.owners.is_empty() {
                vec![OwnerShare::whole(shop, organization)]
            } else {
                self.owners
            },
            components: self.components,
            downloads: self.downloads,
            tickets: self.tickets,
            released_at: self.released_at.map(instant).transpose()?,
            return_days: self.return_days,
            fulfilled_quantity: self.fulfilled,
            refunded_quantity: self.refunded_quantity,
            voided_quantity: self.voided_quantity,
            refunded: money(self.refunded)?,
        })
    }
}

/// When time next does something to the order.
fn due_at(order: &Order, periods: Periods) -> Option<Timestamp> {
    match order.state {
        OrderState::AwaitingPayment => Some(order.held_until()),
        _ => fulfilment::due_at(order, periods),
    }
}

/// The order that `item` holds, from the table or its stream.
pub(crate) fn order_of(item: Item) -> Result<Order, ServiceError> {
    item.parse::<OrderItem>("an order")?.order()
}

fn ms(at: Timestamp) -> i64 {
    at.as_millisecond()
}

fn instant(ms: i64) -> Result<Timestamp, ServiceError> {
    Timestamp::from_millisecond(ms).map_err(malformed)
}

fn malformed(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ServiceError {
    ServiceError::malformed("an order", cause)
}

fn is_zero(count: &u32) -> bool {
    *count == 0
}

fn is_nothing(minor: &i64) -> bool {
    *minor == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        example::{PERIODS, order},
        order::OwnerShare,
    };

    fn stored(order: &Order) -> Order {
        let item = OrderItem::of(order, order.version, PERIODS);
        order_of(Item::of(&item).unwrap()).unwrap()
    }

    #[test]
    fn an_order_is_read_as_it_was_written() {
        for state in OrderState::ALL {
            let mut order = order(state);
            assert_eq!(stored(&order), order);
            order.received_automatically = true;
            order.ended_at = order.paid_at;
            order.completed_at = order.paid_at;
            let half = |name: &str| OwnerShare {
                share_bp: 5_000,
                ..OwnerShare::whole(Id::derive(&[name]), Id::derive(&[name]))
            };
            order.lines[0].owners = vec![half("one"), half("other")];
            order.lines[0].refunded_quantity = 1;
            order.lines[0].refunded = order.lines[0].unit_price;
            order.lines[1].released_at = order.paid_at;
            assert_eq!(stored(&order), order);
        }
    }

    #[test]
    fn an_order_is_before_its_seller_from_payment_on() {
        for state in OrderState::ALL {
            let item = OrderItem::of(&order(state), 1, PERIODS);
            assert_eq!(item.seller.is_some(), state.is_paid(), "{state}");
        }
    }
}
