//! What was bought is handed over, and the buyer has it: the rules, pure.
//!
//! Invariant: a unit is handed over at most once, and never after its money went back. Once no unit
//! is left to hand over the order counts as shipped, whatever was in it; the seller's money is
//! released by a receipt, by the time in which none was given, or by a ruling, and by nothing else.

use std::collections::BTreeSet;

use jiff::{SignedDuration, tz::Offset};
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::{
    order::{Fulfilment, IllegalMove, Line, Order, OrderState},
    refund::{Changed, Consequences, RequestState, withdrawn},
    words::{Carrier, TrackingNumber},
};

/// How many parcels one order can be sent in.
pub(crate) const MAX_SHIPMENTS: usize = 50;

/// A parcel on its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shipment {
    pub(crate) id: Id<kind::Shipment>,
    pub(crate) carrier: Carrier,
    pub(crate) tracking_number: TrackingNumber,
    pub(crate) lines: Vec<HandedOver>,
    pub(crate) shipped_at: Timestamp,
}

/// Units of a line that leave the seller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct HandedOver {
    pub(crate) line: Id<kind::OrderLine>,
    pub(crate) quantity: u32,
}

/// How long an order waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Periods {
    /// After it was handed over, until it counts as received.
    pub(crate) automatic_receipt: SignedDuration,
    /// After it was received, until it can no longer be disputed.
    pub(crate) dispute: SignedDuration,
}

/// Why something cannot be handed over. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum HandOverError {
    /// The order is not in a state in which things are handed over.
    #[error("nothing can be handed over while the order is {0}")]
    State(OrderState),
    /// No line is named.
    #[error("no line is named")]
    NoLines,
    /// A line is not of this order.
    #[error("the order has no line {0}")]
    UnknownLine(Id<kind::OrderLine>),
    /// A line is named twice.
    #[error("the line {0} is named twice")]
    LineTwice(Id<kind::OrderLine>),
    /// A line is handed over in another way.
    #[error("the line {0} is not handed over in this way")]
    OtherWay(Id<kind::OrderLine>),
    /// More units, or fewer than one, than are left.
    #[error("{open} units of the line {line} are left to be handed over")]
    Quantity {
        /// Of which line.
        line: Id<kind::OrderLine>,
        /// How many there are.
        open: u32,
    },
    /// The order is in too many parcels.
    #[error("an order is sent in at most {MAX_SHIPMENTS} parcels")]
    TooManyShipments,
}

/// Sends a parcel.
pub(crate) fn ship(order: Order, shipment: Shipment) -> Result<Order, HandOverError> {
    if order.shipments.len() >= MAX_SHIPMENTS {
        return Err(HandOverError::TooManyShipments);
    }
    let now = shipment.shipped_at;
    let mut order = hand_over(order, Fulfilment::Shipment, &shipment.lines)?;
    order.shipments.push(shipment);
    Ok(moved_on(order, now))
}

/// Says that services were rendered.
pub(crate) fn deliver(
    order: Order,
    lines: &[HandedOver],
    now: Timestamp,
) -> Result<Order, HandOverError> {
    hand_over(order, Fulfilment::Service, lines).map(|order| moved_on(order, now))
}

/// Says that so many units of a line have their tickets by now. Told twice, or late, it changes
/// nothing more.
pub(crate) fn tickets_issued(
    mut order: Order,
    id: Id<kind::OrderLine>,
    units: u32,
    now: Timestamp,
) -> Result<Order, HandOverError> {
    if !order.state.is_paid() {
        return Err(HandOverError::State(order.state));
    }
    let gone = withdrawn(&order, id);
    let line = line_mut(&mut order, id)?;
    if line.fulfilment != Fulfilment::Ticket {
        return Err(HandOverError::OtherWay(id));
    }
    let issued = units.min(line.quantity.saturating_sub(gone));
    line.fulfilled_quantity = line.fulfilled_quantity.max(issued);
    Ok(moved_on(order, now))
}

/// Unlocks the downloads that are released: at once when the order is paid, the others when their
/// time comes.
pub(crate) fn unlock(mut order: Order, now: Timestamp) -> Changed {
    let mut consequences = Consequences::default();
    let is_due = |line: &Line| line.released_at.is_none_or(|released| released <= now);
    for (line, open) in locked(&order).collect::<Vec<_>>() {
        let line = order.lines.iter_mut().find(|other| other.id == line);
        if let Some(line) = line.filter(|line| is_due(line)) {
            line.fulfilled_quantity += open;
            consequences.unlocked.push(line.id);
        }
    }
    Changed {
        order: moved_on(order, now),
        consequences,
    }
}

/// The buyer says that everything is there.
pub(crate) fn receive(order: Order, now: Timestamp) -> Result<Order, IllegalMove> {
    let mut order = order.moved_to(OrderState::Received)?;
    order.received_at = Some(now);
    order.received_automatically = false;
    Ok(order)
}

/// What time alone does to an order by now; `None` if nothing.
pub(crate) fn pass_time(order: &Order, periods: Periods, now: Timestamp) -> Option<Changed> {
    if due_at(order, periods)? > now {
        return None;
    }
    let order = order.clone();
    match order.state {
        OrderState::Paid | OrderState::Fulfilling => Some(unlock(order, now)),
        OrderState::Shipped => {
            let mut order = receive(order, now).ok()?;
            order.received_automatically = true;
            Some(order.into())
        }
        OrderState::Received => {
            let mut order = order.moved_to(OrderState::Completed).ok()?;
            order.completed_at = Some(now);
            Some(order.into())
        }
        OrderState::AwaitingPayment
        | OrderState::Expired
        | OrderState::Cancelled
        | OrderState::Completed
        | OrderState::Disputed
        | OrderState::ResolvedRefund
        | OrderState::ResolvedRelease
        | OrderState::Refunded => None,
    }
}

/// When time next does something to an order that was paid.
pub(crate) fn due_at(order: &Order, periods: Periods) -> Option<Timestamp> {
    match order.state {
        OrderState::Paid | OrderState::Fulfilling => locked(order)
            .filter_map(|(id, _)| order.lines.iter().find(|line| line.id == id))
            .map(|line| line.released_at.unwrap_or(order.placed_at))
            .min(),
        // Who gets everything back has nothing to receive.
        OrderState::Shipped if goes_back_whole(order) => None,
        OrderState::Shipped => {
            let had_at = order.shipped_at?.max(concerts_end(order));
            Some(after(had_at, periods.automatic_receipt))
        }
        OrderState::Received => Some(after(order.received_at?, periods.dispute)),
        OrderState::AwaitingPayment
        | OrderState::Expired
        | OrderState::Cancelled
        | OrderState::Completed
        | OrderState::Disputed
        | OrderState::ResolvedRefund
        | OrderState::ResolvedRelease
        | OrderState::Refunded => None,
    }
}

/// Where the order stands once units were handed over or withdrawn.
pub(crate) fn moved_on(mut order: Order, now: Timestamp) -> Order {
    if order.lines.iter().all(|line| line.fulfilled_quantity == 0) {
        return order;
    }
    let to = if order.lines.iter().all(|line| open_units(&order, line) == 0) {
        OrderState::Shipped
    } else {
        OrderState::Fulfilling
    };
    // Elsewhere in its life, what was handed over is no news.
    if order.state.may_become(to) {
        order.state = to;
        order.shipped_at = (to == OrderState::Shipped).then_some(now);
    }
    order
}

/// How many units of a line are still to be handed over.
pub(crate) fn open_units(order: &Order, line: &Line) -> u32 {
    let gone = line.fulfilled_quantity + withdrawn(order, line.id);
    line.quantity.saturating_sub(gone)
}

/// How many units of a line the buyer has and has not been granted their money for.
pub(crate) fn handed_over_left(order: &Order, line: &Line) -> u32 {
    let given_up = line
        .refunded_quantity
        .saturating_sub(withdrawn(order, line.id));
    line.fulfilled_quantity.saturating_sub(given_up)
}

fn hand_over(
    mut order: Order,
    way: Fulfilment,
    lines: &[HandedOver],
) -> Result<Order, HandOverError> {
    if !matches!(order.state, OrderState::Paid | OrderState::Fulfilling) {
        return Err(HandOverError::State(order.state));
    }
    if lines.is_empty() {
        return Err(HandOverError::NoLines);
    }
    let mut seen = BTreeSet::new();
    for part in lines {
        let id = part.line;
        if !seen.insert(id) {
            return Err(HandOverError::LineTwice(id));
        }
        let line = order.lines.iter().find(|line| line.id == id);
        let line = line.ok_or(HandOverError::UnknownLine(id))?;
        if line.fulfilment != way {
            return Err(HandOverError::OtherWay(id));
        }
        let open = open_units(&order, line);
        if !(1..=open).contains(&part.quantity) {
            return Err(HandOverError::Quantity { line: id, open });
        }
        line_mut(&mut order, id)?.fulfilled_quantity += part.quantity;
    }
    Ok(order)
}

/// Downloads that are not unlocked yet, and how many units of each.
fn locked(order: &Order) -> impl Iterator<Item = (Id<kind::OrderLine>, u32)> {
    let downloads = order.lines.iter();
    let downloads = downloads.filter(|line| line.fulfilment == Fulfilment::Download);
    downloads
        .map(|line| (line.id, open_units(order, line)))
        .filter(|(_, open)| *open > 0)
}

/// When the last concert of the order's tickets is over, wherever on earth it is: a ticket is not had
/// before it has opened the door. The beginning of time, if there is none.
fn concerts_end(order: &Order) -> Timestamp {
    let lines = order.lines.iter().filter(|line| !is_all_refunded(line));
    let days = lines.filter_map(|line| line.tickets.as_ref());
    let last = days.flat_map(|tickets| &tickets.days).max();
    let next_noon = last
        .and_then(|day| day.tomorrow().ok())
        .map(|day| day.at(12, 0, 0, 0));
    next_noon
        .and_then(|noon| Offset::UTC.to_timestamp(noon).ok())
        .unwrap_or(Timestamp::MIN)
}

/// Whether all of it has gone back, or is about to without anything the buyer still has to do. Goods
/// that are to be sent back may never come, and must not keep the order from its end.
fn goes_back_whole(order: &Order) -> bool {
    let requests = order.refund_requests.iter();
    let awaited = requests.filter(|request| request.state == RequestState::AwaitingReturn);
    let mut parts = awaited.flat_map(|request| &request.parts);
    let is_awaited = parts.any(|part| part.wish.units() > 0);
    !is_awaited && order.lines.iter().all(is_all_refunded)
}

fn is_all_refunded(line: &Line) -> bool {
    line.refunded_quantity == line.quantity
}

fn line_mut(order: &mut Order, id: Id<kind::OrderLine>) -> Result<&mut Line, HandOverError> {
    let found = order.lines.iter_mut().find(|line| line.id == id);
    found.ok_or(HandOverError::UnknownLine(id))
}

fn after(at: Timestamp, period: SignedDuration) -> Timestamp {
    // Only a clock at the end of time is out of range.
    at.checked_add(period).unwrap_or(Timestamp::MAX)
}
