//! What payments and concerts report: refunds that ended, tickets that are void, money taken back.

use kernel::{Id, Money, Timestamp, kind, split::SplitError};

use super::{
    Cause, Changed, Chargeback, PaidElsewhere, Refund, RefundPart, RefundState, Wish,
    grant::{self, Goods, GrantError, Naming, closed_if_refunded, issue, left_of, reserve},
};
use crate::order::{Fulfilment, Order};

/// Why a report cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum OutcomeError {
    /// The order has no such refund.
    #[error("the order has no refund {0}")]
    UnknownRefund(Id<kind::Refund>),
    /// What was paid back is not what was due.
    #[error("the refund {refund} is of {due}, not of {reported}")]
    Amount {
        /// Which refund.
        refund: Id<kind::Refund>,
        /// What was due.
        due: Money,
        /// What is reported.
        reported: Money,
    },
    /// The line has no tickets.
    #[error("the line {0} has no tickets")]
    NoTickets(Id<kind::OrderLine>),
    /// The order was never paid.
    #[error("the order was not paid")]
    NotPaid,
    /// The amounts do not allow it.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// A chargeback that cannot be shared out over the orders it concerns.
    #[error(transparent)]
    Split(#[from] SplitError),
}

/// Why nothing is to be done about a refund. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum FailedRefundError {
    /// There is none.
    #[error("the order has no refund {0}")]
    Unknown(Id<kind::Refund>),
    /// It did not fail, or was tried again or paid elsewhere before.
    #[error("only a refund that failed is tried again or paid elsewhere, once")]
    NotFailed,
}

/// Payments says how a refund ended. Told twice, or late, it changes nothing more.
pub(crate) fn settled(
    mut order: Order,
    id: Id<kind::Refund>,
    reported: Money,
    has_succeeded: bool,
    now: Timestamp,
) -> Result<Order, OutcomeError> {
    let mut refunds = order.refunds.iter_mut();
    let refund = refunds.find(|refund| refund.id == id);
    let refund = refund.ok_or(OutcomeError::UnknownRefund(id))?;
    if refund.amount != reported {
        return Err(OutcomeError::Amount {
            refund: id,
            due: refund.amount,
            reported,
        });
    }
    refund.state = match (refund.state, has_succeeded) {
        // Money that is with the buyer is with the buyer, whatever was said before or is after.
        (RefundState::Succeeded, _) => return Ok(order),
        (RefundState::Due | RefundState::Failed, true) => RefundState::Succeeded,
        (RefundState::Due, false) => RefundState::Failed,
        (RefundState::Failed, false) => return Ok(order),
    };
    refund.ended_at = Some(now);
    Ok(closed_if_refunded(order))
}

/// Tries a refund that failed once more, under another id: the provider is done with the old one.
pub(crate) fn retry(
    mut order: Order,
    id: Id<kind::Refund>,
    now: Timestamp,
) -> Result<Order, FailedRefundError> {
    let failed = failed_mut(&mut order, id)?;
    let next_id = Id::derive(&["refund again", &id.to_string()]);
    let mut next = failed.clone();
    failed.retried_as = Some(next_id);
    next.id = next_id;
    next.state = RefundState::Due;
    next.due_at = now;
    next.ended_at = None;
    let mut requests = order.refund_requests.iter_mut();
    if let Some(request) = requests.find(|request| request.refund == Some(id)) {
        request.refund = Some(next_id);
    }
    order.refunds.push(next);
    Ok(order)
}

/// An operator says that the buyer has got the money on another way than the provider's, which is done
/// with a refund that failed.
pub(crate) fn paid_elsewhere(
    mut order: Order,
    id: Id<kind::Refund>,
    paid: PaidElsewhere,
    now: Timestamp,
) -> Result<Order, FailedRefundError> {
    let failed = failed_mut(&mut order, id)?;
    failed.state = RefundState::Succeeded;
    failed.ended_at = Some(now);
    failed.paid_elsewhere = Some(paid);
    Ok(closed_if_refunded(order))
}

fn failed_mut(order: &mut Order, id: Id<kind::Refund>) -> Result<&mut Refund, FailedRefundError> {
    let mut refunds = order.refunds.iter_mut();
    let refund = refunds.find(|refund| refund.id == id);
    let refund = refund.ok_or(FailedRefundError::Unknown(id))?;
    if refund.has_failed() {
        Ok(refund)
    } else {
        Err(FailedRefundError::NotFailed)
    }
}

/// Gives the money for void tickets back, whether or not somebody asked: `units` is how many of the
/// line are void by now. Told twice, or late, it changes nothing more.
pub(crate) fn tickets_voided(
    mut order: Order,
    id: Id<kind::OrderLine>,
    units: u32,
    now: Timestamp,
) -> Result<Changed, OutcomeError> {
    if !order.state.is_paid() {
        return Err(OutcomeError::NotPaid);
    }
    let line = grant::line_mut(&mut order, id)?;
    if line.fulfilment != Fulfilment::Ticket {
        return Err(OutcomeError::NoTickets(id));
    }
    line.voided_quantity = line.voided_quantity.max(units.min(line.quantity));
    Ok(refund_void(order, id, now)?)
}

/// Gives back what is owed for void tickets and not promised to a request. Those that are being asked
/// back will be refused, since they are void, and are paid then; so it does not matter which is heard
/// of first.
pub(super) fn refund_void(
    mut order: Order,
    id: Id<kind::OrderLine>,
    now: Timestamp,
) -> Result<Changed, GrantError> {
    let refunds = order.refunds.iter().filter(|refund| refund.counts());
    let void = refunds.filter(|refund| refund.cause == Cause::TicketsVoided);
    let void = void.flat_map(|refund| &refund.lines);
    let paid: u32 = void
        .filter(|refunded| refunded.line == id)
        .map(|refunded| refunded.quantity)
        .sum();
    let line = grant::line(&order, id)?;
    let owed = line.voided_quantity.saturating_sub(paid);
    let units = owed.min(line.quantity - line.refunded_quantity);
    if units == 0 {
        return Ok(order.into());
    }
    let mut parts = [RefundPart {
        line: id,
        wish: Wish::Units(units),
        amount: None,
    }];
    reserve(&mut order, &mut parts)?;
    let naming = Naming {
        id: Id::derive(&["refund of void tickets", &id.to_string(), &paid.to_string()]),
        cause: Cause::TicketsVoided,
    };
    issue(order, naming, &parts, Goods::Void, now)
}

/// The bank took money back that had been paid for these orders: shared out over them by what is
/// left of each. Told twice, it counts once.
pub(crate) fn charged_back(
    orders: Vec<Order>,
    id: Id<kind::Chargeback>,
    amount: Money,
    now: Timestamp,
) -> Result<Vec<Order>, OutcomeError> {
    let known = |order: &Order| order.chargebacks.iter().any(|known| known.id == id);
    if orders.iter().any(known) {
        return Ok(Vec::new());
    }
    let left = orders.iter().map(left_of).collect::<Result<Vec<_>, _>>()?;
    let is_covered = left.iter().map(|left| left.minor()).sum::<i64>() >= amount.minor();
    let weights: Vec<_> = orders
        .iter()
        .zip(&left)
        // More than is left has been taken: then by what each had cost.
        .map(|(order, left)| if is_covered { *left } else { order.total })
        .map(|weight| u64::try_from(weight.minor()).unwrap_or_default())
        .enumerate()
        .collect();
    let shares = kernel::split(amount.minor(), &weights)?;
    let mut changed = Vec::new();
    for (mut order, (_, share)) in orders.into_iter().zip(shares) {
        if share > 0 {
            let share = Money::new(share, amount.currency()).map_err(GrantError::Money)?;
            order.chargebacks.push(Chargeback {
                id,
                amount: share,
                at: now,
            });
            changed.push(order);
        }
    }
    Ok(changed)
}
