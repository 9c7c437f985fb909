//! How an order is shown.

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::MoneyOut;

use super::{
    address_wire::AddressWire,
    refund_out::{RefundOut, RefundRequestOut},
    shipment_out::ShipmentOut,
};
use crate::{
    dispute::Side,
    order::{Fulfilment, Line, Order, OrderState},
};

/// What one buyer ordered of one shop.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderOut {
    /// Names the order.
    #[schema(value_type = String, example = "ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Order>,
    /// What was checked out together with it.
    #[schema(value_type = String, example = "grp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    group: Id<kind::OrderGroup>,
    /// Of which shop.
    #[schema(value_type = String, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    shop: Id<kind::Shop>,
    /// Where it stands.
    state: OrderState,
    /// What was ordered.
    lines: Vec<OrderLineOut>,
    /// The sum of the lines.
    total: MoneyOut,
    /// When it was placed.
    #[schema(value_type = String, format = DateTime)]
    placed_at: Timestamp,
    /// Until when it can be paid.
    #[schema(value_type = String, format = DateTime)]
    pay_by: Timestamp,
    /// When it was paid.
    #[schema(value_type = Option<String>, format = DateTime)]
    paid_at: Option<Timestamp>,
    /// When it expired or was cancelled.
    #[schema(value_type = Option<String>, format = DateTime)]
    ended_at: Option<Timestamp>,
    /// When the last of it was handed over.
    #[schema(value_type = Option<String>, format = DateTime)]
    shipped_at: Option<Timestamp>,
    /// When it was received.
    #[schema(value_type = Option<String>, format = DateTime)]
    received_at: Option<Timestamp>,
    /// When the time for disputes was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    completed_at: Option<Timestamp>,
    /// Where parcels go.
    delivery: Option<AddressWire>,
    /// Parcels on their way.
    shipments: Vec<ShipmentOut>,
    /// Who asked for money back, and what was said.
    refund_requests: Vec<RefundRequestOut>,
    /// Money that goes back.
    refunds: Vec<RefundOut>,
    /// The quarrel about it, if there is one.
    #[schema(value_type = Option<String>, example = "dsp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    dispute: Option<Id<kind::Dispute>>,
    /// Counts the order's changes.
    #[schema(example = 2)]
    version: u64,
}

/// Units of one SKU, as they were agreed on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OrderLineOut {
    /// Names the line.
    #[schema(value_type = String, example = "lin_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::OrderLine>,
    /// What was ordered.
    #[schema(value_type = String, example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    sku: Id<kind::Sku>,
    /// The listing that it is of.
    #[schema(value_type = String, example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    listing: Id<kind::Listing>,
    /// The listing's title.
    #[schema(example = "Tour shirt")]
    title: String,
    /// The variant's title.
    #[schema(example = "Red, M")]
    variant: String,
    /// What sort of thing it is.
    #[schema(example = "merch")]
    product_type: String,
    /// How it is handed over.
    fulfilment: Fulfilment,
    /// How many units.
    #[schema(example = 2, minimum = 1)]
    quantity: u32,
    /// What one unit costs.
    unit_price: MoneyOut,
    /// What all of them cost.
    total: MoneyOut,
    /// How many of them are handed over.
    #[schema(example = 0)]
    fulfilled_quantity: u32,
    /// How many of them were given up for their money.
    #[schema(example = 0)]
    refunded_quantity: u32,
    /// How much of its money goes back, or has gone.
    refunded: MoneyOut,
    /// Before this it cannot be handed over.
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
    /// For how many days after receipt it can be sent back.
    #[schema(example = 7)]
    return_days: Option<u32>,
    /// The days on which its tickets open the door.
    #[schema(value_type = Vec<String>, example = json!(["2026-07-01"]))]
    days: Vec<Date>,
    /// What the platform keeps of it, in basis points; for the seller's eyes.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 500)]
    commission_bp: Option<u16>,
}

impl OrderOut {
    /// The order as this side of it sees it.
    pub(super) fn of(order: &Order, side: Side) -> Self {
        let mut out = Self::from(order);
        if side == Side::Seller {
            for (shown, line) in out.lines.iter_mut().zip(&order.lines) {
                shown.commission_bp = Some(line.commission_bp.get());
            }
        }
        out
    }
}

/// The order as both sides see it.
impl From<&Order> for OrderOut {
    fn from(order: &Order) -> Self {
        Self {
            id: order.id,
            group: order.group,
            shop: order.seller,
            state: order.state,
            lines: order.lines.iter().map(OrderLineOut::from).collect(),
            total: order.total.into(),
            placed_at: order.placed_at,
            pay_by: order.pay_by,
            paid_at: order.paid_at,
            ended_at: order.ended_at,
            shipped_at: order.shipped_at,
            received_at: order.received_at,
            completed_at: order.completed_at,
            delivery: order.delivery.as_ref().map(AddressWire::from),
            shipments: order.shipments.iter().map(ShipmentOut::from).collect(),
            refund_requests: order
                .refund_requests
                .iter()
                .map(RefundRequestOut::from)
                .collect(),
            refunds: order.refunds.iter().map(RefundOut::from).collect(),
            dispute: order.dispute.as_ref().map(|dispute| dispute.id),
            version: order.version,
        }
    }
}

impl From<&Line> for OrderLineOut {
    fn from(line: &Line) -> Self {
        Self {
            id: line.id,
            sku: line.sku,
            listing: line.listing,
            title: line.title.clone(),
            variant: line.variant.clone(),
            product_type: line.product_type.clone(),
            fulfilment: line.fulfilment,
            quantity: line.quantity,
            unit_price: line.unit_price.into(),
            total: line.total.into(),
            fulfilled_quantity: line.fulfilled_quantity,
            refunded_quantity: line.refunded_quantity,
            refunded: line.refunded.into(),
            released_at: line.released_at,
            return_days: line.return_days,
            days: line
                .tickets
                .as_ref()
                .map(|tickets| tickets.days.clone())
                .unwrap_or_default(),
            commission_bp: None,
        }
    }
}
