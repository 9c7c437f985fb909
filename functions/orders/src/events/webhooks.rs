//! What the seller's organization is told of its orders: whose account bought, but neither name nor
//! address, which are for those who send the parcel and are read where they are shown.

use kernel::{Event, Id, Timestamp, kind};
use serde::Serialize;
use web::MoneyOut;

use super::{Subscriber, Told};
use crate::{
    dispute::DisputeReason,
    order::{Line, Order, OrderState},
    refund::{Refund, RefundedLine},
};

/// An order, as its seller is told of it.
#[derive(Debug, Serialize)]
struct PublicOrder<'a> {
    order: Id<kind::Order>,
    group: Id<kind::OrderGroup>,
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    buyer: Id<kind::Account>,
    state: OrderState,
    /// Whether nobody but time said that it was received.
    received_automatically: bool,
    dispute: Option<PublicDispute>,
    lines: Vec<PublicLine<'a>>,
    total: MoneyOut,
    placed_at: Timestamp,
}

#[derive(Debug, Serialize)]
struct PublicDispute {
    dispute: Id<kind::Dispute>,
    reason: DisputeReason,
}

#[derive(Debug, Serialize)]
struct PublicLine<'a> {
    line: Id<kind::OrderLine>,
    listing: Id<kind::Listing>,
    sku: Id<kind::Sku>,
    title: &'a str,
    variant: &'a str,
    quantity: u32,
    unit_price: MoneyOut,
    total: MoneyOut,
}

/// Money that went back, line by line.
#[derive(Debug, Serialize)]
struct PublicRefund {
    refund: Id<kind::Refund>,
    order: Id<kind::Order>,
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    buyer: Id<kind::Account>,
    amount: MoneyOut,
    lines: Vec<PublicRefundedLine>,
}

#[derive(Debug, Serialize)]
struct PublicRefundedLine {
    line: Id<kind::OrderLine>,
    quantity: u32,
    amount: MoneyOut,
    /// What the platform gives back of its commission.
    commission: MoneyOut,
}

/// That an order has come to where it is.
pub(super) fn of_order(
    kind: &str,
    at: Option<Timestamp>,
    order: &Order,
) -> Result<Told, serde_json::Error> {
    let payload = PublicOrder {
        order: order.id,
        group: order.group,
        shop: order.seller,
        organization: order.organization,
        buyer: order.buyer,
        state: order.state,
        received_automatically: order.received_automatically,
        dispute: order.dispute.as_ref().map(|dispute| PublicDispute {
            dispute: dispute.id,
            reason: dispute.reason,
        }),
        lines: order.lines.iter().map(PublicLine::of).collect(),
        total: order.total.into(),
        placed_at: order.placed_at,
    };
    let at = at.unwrap_or(order.placed_at);
    told(kind, order.id.to_string(), order, at, payload)
}

/// That money went back. An order may have several refunds, so each is a subject of its own.
pub(super) fn of_refund(order: &Order, refund: &Refund) -> Result<Told, serde_json::Error> {
    let payload = PublicRefund {
        refund: refund.id,
        order: order.id,
        shop: order.seller,
        organization: order.organization,
        buyer: order.buyer,
        amount: refund.amount.into(),
        lines: refund.lines.iter().map(PublicRefundedLine::of).collect(),
    };
    let at = refund.ended_at.unwrap_or(refund.due_at);
    told("order.refunded", refund.id.to_string(), order, at, payload)
}

fn told(
    kind: &str,
    subject: String,
    order: &Order,
    at: Timestamp,
    payload: impl Serialize,
) -> Result<Told, serde_json::Error> {
    let audience = [order.organization.to_string()];
    let event = Event::for_webhooks(kind, subject, order.version, at, &audience, payload)?;
    let to = Subscriber::Webhooks;
    Ok(Told { to, event })
}

impl<'a> PublicLine<'a> {
    fn of(line: &'a Line) -> Self {
        Self {
            line: line.id,
            listing: line.listing,
            sku: line.sku,
            title: &line.title,
            variant: &line.variant,
            quantity: line.quantity,
            unit_price: line.unit_price.into(),
            total: line.total.into(),
        }
    }
}

impl PublicRefundedLine {
    fn of(line: &RefundedLine) -> Self {
        Self {
            line: line.line,
            quantity: line.quantity,
            amount: line.amount.into(),
            commission: line.commission.into(),
        }
    }
}
