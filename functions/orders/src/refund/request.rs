//! What buyers and sellers do with requests for refunds.

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};

use super::{
    Asker, Cause, Changed, MAX_REQUESTS, RefundPart, RefundRequest, RequestState, Wish,
    grant::{self, Goods, GrantError, Naming, issue, reserve, unreserve},
    outcome::refund_void,
    request_mut,
};
use crate::{
    fulfilment::handed_over_left,
    order::{Fulfilment, Line, Order, OrderState},
    words::Reason,
};

/// What is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) id: Id<kind::RefundRequest>,
    pub(crate) parts: Vec<(Id<kind::OrderLine>, Wish)>,
    pub(crate) reason: Reason,
    pub(crate) return_goods: bool,
}

/// Why a request is not taken. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum AskError {
    /// The order is not in a state in which money goes back on request.
    #[error("no refund can be asked for while the order is {0}")]
    State(OrderState),
    /// The time for it is over.
    #[error("the line {0} can no longer be returned")]
    ReturnsOver(Id<kind::OrderLine>),
    /// Only parcels that arrived can be sent back.
    #[error("{left} units of the line {line} can be sent back")]
    NotReturnable {
        /// Of which line.
        line: Id<kind::OrderLine>,
        /// How many can.
        left: u32,
    },
    /// Tickets are asked back from their holders, one line at a time.
    #[error("tickets are refunded in a request of their own")]
    TicketsAlone,
    /// The tickets are not there to be asked back.
    #[error("{left} tickets of the line {line} can be given back")]
    NotIssued {
        /// Of which line.
        line: Id<kind::OrderLine>,
        /// How many can.
        left: u32,
    },
    /// There are too many requests.
    #[error("an order has at most {MAX_REQUESTS} refund requests")]
    TooMany,
    /// It cannot be granted, whoever decides.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

/// Why a request cannot be decided in this way. Nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DecideError {
    /// There is none.
    #[error("the order has no refund request {0}")]
    Unknown(Id<kind::RefundRequest>),
    /// The order is not in a state in which requests are decided.
    #[error("no refund can be decided while the order is {0}")]
    Order(OrderState),
    /// It has been decided, or is not that far.
    #[error("this cannot be done with a request that is {0}")]
    State(RequestState),
    /// It cannot be granted any more.
    #[error(transparent)]
    Grant(#[from] AskError),
}

/// Why what is said of recalled tickets cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum RecallError {
    /// There is no such request.
    #[error("the order has no refund request {0}")]
    Unknown(Id<kind::RefundRequest>),
    /// The amounts do not allow it.
    #[error(transparent)]
    Grant(#[from] GrantError),
}

/// The buyer asks.
pub(crate) fn ask(mut order: Order, asked: Asked, now: Timestamp) -> Result<Order, AskError> {
    // Where an order can end by a refund, one can be asked for. A dispute is decided by its ruling.
    if !order.state.may_become(OrderState::Refunded) {
        return Err(AskError::State(order.state));
    }
    if order.refund_requests.len() >= MAX_REQUESTS {
        return Err(AskError::TooMany);
    }
    let request = asked.by(Asker::Buyer, now);
    for part in &request.parts {
        let line = grant::line(&order, part.line)?;
        if let Some(received_at) = order.received_at
            && !may_return(line, received_at, now)
        {
            return Err(AskError::ReturnsOver(line.id));
        }
    }
    check(&with_undecided_reserved(&order)?, &request)?;
    order.refund_requests.push(request);
    Ok(order)
}

/// The buyer no longer asks.
pub(crate) fn cancel(
    order: Order,
    id: Id<kind::RefundRequest>,
    now: Timestamp,
) -> Result<Order, DecideError> {
    end(order, id, RequestState::Cancelled, None, now)
}

/// The seller says no.
pub(crate) fn reject(
    order: Order,
    id: Id<kind::RefundRequest>,
    reason: &Reason,
    now: Timestamp,
) -> Result<Order, DecideError> {
    let reason = Some(reason.as_str().to_owned());
    end(order, id, RequestState::Rejected, reason, now)
}

/// The seller says yes: the money goes back, or does once goods or tickets have.
pub(crate) fn approve(
    mut order: Order,
    id: Id<kind::RefundRequest>,
    now: Timestamp,
) -> Result<Changed, DecideError> {
    check_decidable(&order)?;
    let request = taken(&mut order, id)?;
    if request.state != RequestState::Requested {
        return Err(DecideError::State(request.state));
    }
    check(&order, &request)?;
    Ok(proceed(order, request, now).map_err(AskError::Grant)?)
}

/// The seller gives money back without being asked.
pub(crate) fn refund_unasked(
    order: Order,
    asked: Asked,
    now: Timestamp,
) -> Result<Changed, DecideError> {
    check_decidable(&order)?;
    if order.refund_requests.len() >= MAX_REQUESTS {
        return Err(AskError::TooMany.into());
    }
    let request = asked.by(Asker::Seller, now);
    check(&order, &request)?;
    Ok(proceed(order, request, now).map_err(AskError::Grant)?)
}

/// The seller has the goods again; `restock` says whether they can be sold.
pub(crate) fn return_received(
    mut order: Order,
    id: Id<kind::RefundRequest>,
    restock: bool,
    now: Timestamp,
) -> Result<Changed, DecideError> {
    let request = taken(&mut order, id)?;
    if request.state != RequestState::AwaitingReturn {
        return Err(DecideError::State(request.state));
    }
    let granted = pay(order, request, Goods::Returned { restock }, now);
    Ok(granted.map_err(AskError::Grant)?)
}

/// The tickets of a request are worthless now. Told twice, or late, it changes nothing more.
pub(crate) fn recalled(
    mut order: Order,
    id: Id<kind::RefundRequest>,
    now: Timestamp,
) -> Result<Changed, RecallError> {
    let before = order.clone();
    let request = taken(&mut order, id).map_err(|_| RecallError::Unknown(id))?;
    if request.state != RequestState::AwaitingRecall {
        return Ok(before.into());
    }
    Ok(pay(order, request, Goods::Recalled, now)?)
}

/// A ticket of a request was used, so its money stays, unless it stays for nobody since the concert
/// does not take place. Told twice, or late, it changes nothing more.
pub(crate) fn recall_refused(
    mut order: Order,
    id: Id<kind::RefundRequest>,
    reason: Option<String>,
    now: Timestamp,
) -> Result<Changed, RecallError> {
    let before = order.clone();
    let mut request = taken(&mut order, id).map_err(|_| RecallError::Unknown(id))?;
    if request.state != RequestState::AwaitingRecall {
        return Ok(before.into());
    }
    unreserve(&mut order, &mut request.parts)?;
    request.state = RequestState::Rejected;
    request.rejection = reason;
    request.decided_at = Some(now);
    let line = request.parts.first().map(|part| part.line);
    order.refund_requests.push(request);
    match line {
        Some(line) => Ok(refund_void(order, line, now)?),
        None => Ok(order.into()),
    }
}

/// Pays a request whose parts are reserved.
fn pay(
    mut order: Order,
    mut request: RefundRequest,
    goods: Goods,
    now: Timestamp,
) -> Result<Changed, GrantError> {
    let id = Id::derive(&["refund", &request.id.to_string()]);
    let cause = Cause::Request(request.id);
    request.state = RequestState::Granted;
    request.refund = Some(id);
    let parts = request.parts.clone();
    order.refund_requests.push(request);
    issue(order, Naming { id, cause }, &parts, goods, now)
}

/// Grants a request that was not reserved yet, as far as that can be done now.
fn proceed(
    mut order: Order,
    mut request: RefundRequest,
    now: Timestamp,
) -> Result<Changed, GrantError> {
    reserve(&mut order, &mut request.parts)?;
    request.decided_at = Some(now);
    let recalls = request.parts.iter().any(|part| takes_tickets(&order, part));
    request.state = if recalls {
        RequestState::AwaitingRecall
    } else if request.return_goods {
        RequestState::AwaitingReturn
    } else {
        return pay(order, request, Goods::Kept, now);
    };
    order.refund_requests.push(request);
    Ok(order.into())
}

/// Ends a request that is not granted for good.
fn end(
    mut order: Order,
    id: Id<kind::RefundRequest>,
    state: RequestState,
    rejection: Option<String>,
    now: Timestamp,
) -> Result<Order, DecideError> {
    let request = request_mut(&mut order, id).ok_or(DecideError::Unknown(id))?;
    match request.state {
        RequestState::Requested | RequestState::AwaitingReturn => {}
        // The tickets are being asked back: their answer decides.
        RequestState::AwaitingRecall
        | RequestState::Granted
        | RequestState::Rejected
        | RequestState::Cancelled => return Err(DecideError::State(request.state)),
    }
    request.state = state;
    request.rejection = rejection;
    request.decided_at = Some(now);
    let mut parts = std::mem::take(&mut request.parts);
    unreserve(&mut order, &mut parts).map_err(AskError::Grant)?;
    if let Some(request) = request_mut(&mut order, id) {
        request.parts = parts;
    }
    Ok(order)
}

/// Takes a request out of the order, to be put back as it is then.
fn taken(order: &mut Order, id: Id<kind::RefundRequest>) -> Result<RefundRequest, DecideError> {
    let mut requests = order.refund_requests.iter();
    let position = requests.position(|request| request.id == id);
    let position = position.ok_or(DecideError::Unknown(id))?;
    Ok(order.refund_requests.remove(position))
}

fn check_decidable(order: &Order) -> Result<(), DecideError> {
    // After a ruling the seller may still give, though nobody can ask any more.
    let is_resolved = matches!(
        order.state,
        OrderState::ResolvedRefund | OrderState::ResolvedRelease
    );
    if is_resolved || order.state.may_become(OrderState::Refunded) {
        Ok(())
    } else {
        Err(DecideError::Order(order.state))
    }
}

/// Whether the request could be granted with what is left of the order.
fn check(order: &Order, request: &RefundRequest) -> Result<(), AskError> {
    let recalls = request.parts.iter().any(|part| takes_tickets(order, part));
    if recalls && request.parts.len() > 1 {
        return Err(AskError::TicketsAlone);
    }
    for part in &request.parts {
        let line = grant::line(order, part.line)?;
        let units = part.wish.units();
        let left = handed_over_left(order, line);
        if takes_tickets(order, part) && units > left {
            return Err(AskError::NotIssued {
                line: line.id,
                left,
            });
        }
        let left = if line.fulfilment == Fulfilment::Shipment {
            left
        } else {
            0
        };
        if request.return_goods && (units == 0 || units > left) {
            return Err(AskError::NotReturnable {
                line: line.id,
                left,
            });
        }
    }
    reserve(&mut order.clone(), &mut request.parts.clone())?;
    Ok(())
}

/// The order as if everything that is asked for were granted: what else can be asked for.
fn with_undecided_reserved(order: &Order) -> Result<Order, AskError> {
    let mut granted = order.clone();
    for request in &order.refund_requests {
        if request.state == RequestState::Requested {
            // What cannot be granted any more takes nothing away from what can.
            let _ = reserve(&mut granted, &mut request.parts.clone());
        }
    }
    Ok(granted)
}

fn takes_tickets(order: &Order, part: &RefundPart) -> bool {
    let is_ticket = |line: &Line| line.id == part.line && line.fulfilment == Fulfilment::Ticket;
    part.wish.units() > 0 && order.lines.iter().any(is_ticket)
}

/// Whether a line can still be returned, so long after it was received.
fn may_return(line: &Line, received_at: Timestamp, now: Timestamp) -> bool {
    line.return_days.is_some_and(|days| {
        let hours = i64::from(days).saturating_mul(24);
        let over_at = received_at.checked_add(SignedDuration::from_hours(hours));
        over_at.is_ok_and(|over_at| now < over_at)
    })
}

impl Asked {
    fn by(self, asked_by: Asker, now: Timestamp) -> RefundRequest {
        let parts = self.parts.into_iter();
        RefundRequest {
            id: self.id,
            asked_by,
            parts: parts
                .map(|(line, wish)| RefundPart {
                    line,
                    wish,
                    amount: None,
                })
                .collect(),
            reason: self.reason,
            return_goods: self.return_goods,
            state: RequestState::Requested,
            asked_at: now,
            decided_at: None,
            rejection: None,
            refund: None,
        }
    }
}
