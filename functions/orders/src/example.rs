//! An order to try the rules on: three shirts, two copies of an album, two seats and two lessons.

use std::num::NonZeroU32;

use kernel::{CommissionRate, Currency, Id, Money, Timestamp, kind};

use crate::{
    fulfilment::{HandedOver, Periods, Shipment},
    order::{
        Component, Download, Fulfilment, Line, Order, OrderState, OwnerShare, Tickets, group_id,
        line_id, order_id,
    },
    refund::{Asked, Wish},
};

/// When the order was placed and paid.
pub(crate) const NOW: Timestamp = Timestamp::constant(1_780_000_000, 0);

/// How long it waits.
pub(crate) const PERIODS: Periods = Periods {
    automatic_receipt: jiff::SignedDuration::from_hours(10 * 24),
    dispute: jiff::SignedDuration::from_hours(7 * 24),
};

/// So many hundredths of a yuan.
pub(crate) fn yuan(minor: i64) -> Money {
    Money::new(minor, Currency::CNY).unwrap()
}

/// The order, in this state, with nothing handed over.
pub(crate) fn order(state: OrderState) -> Order {
    let group = group_id(Id::derive(&["a group"]));
    let id = order_id(group, 0);
    let lines = vec![
        line(id, Fulfilment::Shipment, 3, 1_000),
        line(id, Fulfilment::Download, 2, 999),
        line(id, Fulfilment::Ticket, 2, 3_333),
        line(id, Fulfilment::Service, 2, 5_000),
    ];
    let total = lines.iter().map(|line| line.total.minor()).sum();
    Order {
        id,
        group,
        buyer: Id::derive(&["a buyer"]),
        seller: Id::derive(&["a shop"]),
        organization: Id::derive(&["an organization"]),
        state,
        currency: Currency::CNY,
        lines,
        total: yuan(total),
        placed_at: NOW,
        pay_by: NOW,
        paid_at: Some(NOW),
        ended_at: None,
        shipped_at: None,
        received_at: None,
        received_automatically: false,
        completed_at: None,
        delivery: None,
        claims: Vec::new(),
        shipments: Vec::new(),
        refund_requests: Vec::new(),
        refunds: Vec::new(),
        chargebacks: Vec::new(),
        dispute: None,
        fingerprint: String::new(),
        version: 1,
    }
}

/// The order with only one of its lines.
pub(crate) fn order_of(fulfilment: Fulfilment) -> Order {
    let mut order = order(OrderState::Paid);
    order.lines.retain(|line| line.fulfilment == fulfilment);
    order.total = order.lines[0].total;
    order
}

/// The line that is handed over in this way.
pub(crate) fn line_of(order: &Order, fulfilment: Fulfilment) -> &Line {
    let mut lines = order.lines.iter();
    lines.find(|line| line.fulfilment == fulfilment).unwrap()
}

/// A parcel of so many shirts.
pub(crate) fn parcel(order: &Order, quantity: u32, at: Timestamp) -> Shipment {
    let line = line_of(order, Fulfilment::Shipment).id;
    Shipment {
        id: Id::derive(&["a parcel", &order.shipments.len().to_string()]),
        carrier: "SF Express".parse().unwrap(),
        tracking_number: "SF123".parse().unwrap(),
        lines: vec![HandedOver { line, quantity }],
        shipped_at: at,
    }
}

/// A request for these.
pub(crate) fn asked(
    number: u8,
    parts: &[(Id<kind::OrderLine>, Wish)],
    return_goods: bool,
) -> Asked {
    Asked {
        id: request_id(number),
        parts: parts.to_vec(),
        reason: "It does not suit me.".parse().unwrap(),
        return_goods,
    }
}

/// The id of such a request.
pub(crate) fn request_id(number: u8) -> Id<kind::RefundRequest> {
    Id::derive(&["a request", &number.to_string()])
}

fn line(order: Id<kind::Order>, fulfilment: Fulfilment, quantity: u32, unit_minor: i64) -> Line {
    let name = format!("{fulfilment:?}");
    let sku = Id::derive(&["a sku", &name]);
    let is_ticket = fulfilment == Fulfilment::Ticket;
    let is_download = fulfilment == Fulfilment::Download;
    Line {
        id: line_id(order, sku),
        sku,
        listing: Id::derive(&["a listing", &name]),
        title: name.clone(),
        variant: String::new(),
        product_type: "merch".to_owned(),
        fulfilment,
        quantity,
        unit_price: yuan(unit_minor),
        total: yuan(unit_minor * i64::from(quantity)),
        commission_bp: CommissionRate::new(777).unwrap(),
        owners: vec![OwnerShare::whole(
            Id::derive(&["a shop"]),
            Id::derive(&["an organization"]),
        )],
        components: vec![Component {
            quota: format!("stock:{name}").parse().unwrap(),
            units: 2,
        }],
        downloads: Vec::from_iter(is_download.then(|| Download {
            media: Id::derive(&["a file"]),
            key: "clean/a-file".to_owned(),
            file_name: "a.flac".to_owned(),
            content_type: "audio/flac".to_owned(),
            size_bytes: 1,
        })),
        tickets: is_ticket.then(|| Tickets {
            concert: Id::derive(&["a concert"]),
            ticket_quota: Id::derive(&["a ticket quota"]),
            per_unit: 1,
            days: vec!["2026-05-30".parse().unwrap()],
            per_buyer_limit: NonZeroU32::new(4),
        }),
        released_at: None,
        return_days: (fulfilment == Fulfilment::Shipment).then_some(7),
        fulfilled_quantity: 0,
        refunded_quantity: 0,
        voided_quantity: 0,
        refunded: yuan(0),
    }
}
