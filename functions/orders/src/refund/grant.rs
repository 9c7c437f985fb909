//! How much goes back, and what follows from it.

use std::collections::BTreeSet;

use kernel::{
    Id, Money, Timestamp,
    basis_points::{CommissionError, ReversalError, reversal},
    kind,
    money::MoneyError,
};

use super::{Cause, Changed, Consequences, Refund, RefundPart, RefundState, RefundedLine, Wish};
use crate::{
    fulfilment::{self, open_units},
    order::{Fulfilment, Line, Order, OrderState},
};

/// Why money cannot go back as wished. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum GrantError {
    /// No line is named.
    #[error("no line is named")]
    NoLines,
    /// A line is not of this order.
    #[error("the order has no line {0}")]
    UnknownLine(Id<kind::OrderLine>),
    /// A line is named twice.
    #[error("the line {0} is named twice")]
    LineTwice(Id<kind::OrderLine>),
    /// No units, or no money, or less.
    #[error("nothing would go back for the line {0}")]
    Nothing(Id<kind::OrderLine>),
    /// More units than are left.
    #[error("{left} units of the line {line} are left to be refunded")]
    TooManyUnits {
        /// Of which line.
        line: Id<kind::OrderLine>,
        /// How many there are.
        left: u32,
    },
    /// All that is left of a line can go back only with its units.
    #[error("whoever wants back all that is left of the line {0} names its units")]
    AllOfIt(Id<kind::OrderLine>),
    /// More money than is left.
    #[error("{left} are left to be refunded")]
    ExceedsPaid {
        /// How much there is.
        left: Money,
    },
    /// An amount that is none.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A commission that is none.
    #[error(transparent)]
    Commission(#[from] CommissionError),
    /// A commission that cannot have come about.
    #[error(transparent)]
    Reversal(#[from] ReversalError),
}

/// What becomes of the goods when their money goes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goods {
    /// The buyer keeps what was handed over, but for downloads, which can be locked again.
    Kept,
    /// The seller has them again, and puts them back on the shelf or not.
    Returned { restock: bool },
    /// The tickets can be sold to others.
    Recalled,
    /// They are worth nothing to anyone, or were never set aside.
    Void,
}

/// What a new refund is called and why it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Naming {
    pub(super) id: Id<kind::Refund>,
    pub(super) cause: Cause,
}

/// Grants these wishes at once; the buyer keeps what was handed over.
pub(crate) fn grant(
    mut order: Order,
    id: Id<kind::Refund>,
    cause: Cause,
    mut parts: Vec<RefundPart>,
    now: Timestamp,
) -> Result<Changed, GrantError> {
    reserve(&mut order, &mut parts)?;
    issue(order, Naming { id, cause }, &parts, Goods::Kept, now)
}

/// Gives back all of an order for which nothing was set aside.
pub(crate) fn refund_everything(
    mut order: Order,
    id: Id<kind::Refund>,
    cause: Cause,
    now: Timestamp,
) -> Result<Changed, GrantError> {
    let lines = order.lines.iter();
    let left = lines.filter(|line| line.quantity > line.refunded_quantity);
    let mut parts: Vec<_> = left
        .map(|line| RefundPart {
            line: line.id,
            wish: Wish::Units(line.quantity - line.refunded_quantity),
            amount: None,
        })
        .collect();
    reserve(&mut order, &mut parts)?;
    issue(order, Naming { id, cause }, &parts, Goods::Void, now)
}

/// Says how much each part is, and takes it out of what is left of the order.
pub(super) fn reserve(order: &mut Order, parts: &mut [RefundPart]) -> Result<(), GrantError> {
    if parts.is_empty() {
        return Err(GrantError::NoLines);
    }
    let mut seen = BTreeSet::new();
    // On a copy, so that a refusal in the middle leaves the order as it was.
    let mut after = order.clone();
    for part in parts.iter_mut() {
        if !seen.insert(part.line) {
            return Err(GrantError::LineTwice(part.line));
        }
        let line = line(&after, part.line)?;
        let amount = amount_of(line, part.wish)?;
        let left = left_of(&after)?;
        if amount.minor() > left.minor() {
            return Err(GrantError::ExceedsPaid { left });
        }
        part.amount = Some(amount);
        let line = line_mut(&mut after, part.line)?;
        line.refunded = line.refunded.checked_add(amount)?;
        line.refunded_quantity += part.wish.units();
    }
    *order = after;
    Ok(())
}

/// Puts back what parts had taken out of what is left of the order.
pub(super) fn unreserve(order: &mut Order, parts: &mut [RefundPart]) -> Result<(), GrantError> {
    for part in parts {
        let line = line_mut(order, part.line)?;
        if let Some(amount) = part.amount.take() {
            line.refunded = line.refunded.checked_sub(amount)?;
            line.refunded_quantity -= part.wish.units();
        }
    }
    Ok(())
}

/// Makes parts that are reserved a refund that is due.
pub(super) fn issue(
    mut order: Order,
    naming: Naming,
    parts: &[RefundPart],
    goods: Goods,
    now: Timestamp,
) -> Result<Changed, GrantError> {
    let mut consequences = Consequences::default();
    let mut lines = Vec::with_capacity(parts.len());
    let mut amount = Money::zero(order.currency);
    for part in parts {
        let line = line(&order, part.line)?;
        let refunded = refunded_line(&order, line, part, goods)?;
        amount = amount.checked_add(refunded.amount)?;
        let sellable = match goods {
            Goods::Void => 0,
            Goods::Recalled => refunded.quantity,
            Goods::Returned { restock } => refunded.quantity * u32::from(restock),
            Goods::Kept if line.fulfilment == Fulfilment::Download => refunded.quantity,
            Goods::Kept => refunded.withdrawn,
        };
        for component in line.components.iter().filter(|_| sellable > 0) {
            let units = consequences.given_back.entry(component.quota.clone());
            *units.or_default() += sellable * component.units;
        }
        let all_of_it = line.refunded_quantity == line.quantity && refunded.quantity > 0;
        if line.fulfilment == Fulfilment::Download && line.fulfilled_quantity > 0 && all_of_it {
            consequences.revoked.push(line.id);
        }
        lines.push(refunded);
    }
    order.refunds.push(Refund {
        id: naming.id,
        cause: naming.cause,
        lines,
        amount,
        // Nothing has to be paid for what was free.
        state: if amount.is_zero() {
            RefundState::Succeeded
        } else {
            RefundState::Due
        },
        due_at: now,
        ended_at: amount.is_zero().then_some(now),
        retried_as: None,
        paid_elsewhere: None,
    });
    let order = fulfilment::moved_on(order, now);
    Ok(Changed {
        order: closed_if_refunded(order),
        consequences,
    })
}

/// An order of which all went back is over.
pub(super) fn closed_if_refunded(mut order: Order) -> Order {
    let back = order
        .lines
        .iter()
        .map(|line| succeeded_units(&order, line.id));
    let all = back
        .zip(&order.lines)
        .all(|(back, line)| back == line.quantity);
    let mut owed = order.refunds.iter().filter(|refund| refund.counts());
    let is_paid = owed.all(|refund| refund.state == RefundState::Succeeded);
    // A dispute ends by its ruling, and what was never paid as an order ends as it has ended.
    if all && is_paid && order.state.may_become(OrderState::Refunded) {
        order.state = OrderState::Refunded;
    }
    order
}

fn succeeded_units(order: &Order, line: Id<kind::OrderLine>) -> u32 {
    let refunds = order.refunds.iter();
    let succeeded = refunds.filter(|refund| refund.counts());
    succeeded
        .filter(|refund| refund.state == RefundState::Succeeded)
        .flat_map(|refund| &refund.lines)
        .filter(|refunded| refunded.line == line)
        .map(|refunded| refunded.quantity)
        .sum()
}

fn refunded_line(
    order: &Order,
    line: &Line,
    part: &RefundPart,
    goods: Goods,
) -> Result<RefundedLine, GrantError> {
    let amount = part.amount.unwrap_or(Money::zero(order.currency));
    let quantity = part.wish.units();
    let open = open_units(order, line);
    let withdrawn = match goods {
        // What was not handed over is given up first.
        Goods::Kept | Goods::Void => quantity.min(open),
        Goods::Returned { .. } | Goods::Recalled => 0,
    };
    Ok(RefundedLine {
        line: line.id,
        quantity,
        withdrawn,
        amount,
        commission: commission_back(order, line, amount)?,
    })
}

/// What of the line's commission goes back with `amount`, reckoned from the sum of all refunds.
fn commission_back(order: &Order, line: &Line, amount: Money) -> Result<Money, GrantError> {
    let mut refunded = amount;
    let mut reversed = Money::zero(order.currency);
    let refunds = order.refunds.iter().filter(|refund| refund.counts());
    for before in refunds.flat_map(|refund| &refund.lines) {
        if before.line == line.id {
            refunded = refunded.checked_add(before.amount)?;
            reversed = reversed.checked_add(before.commission)?;
        }
    }
    if line.total.is_zero() {
        return Ok(reversed);
    }
    let commission = line.commission_bp.commission(&line.total)?;
    Ok(reversal(commission, refunded, line.total, reversed)?)
}

/// How much a wish for a line comes to.
fn amount_of(line: &Line, wish: Wish) -> Result<Money, GrantError> {
    let rest = line.total.checked_sub(line.refunded)?;
    match wish {
        Wish::Units(0) => Err(GrantError::Nothing(line.id)),
        Wish::Units(units) => {
            let left = line.quantity - line.refunded_quantity;
            if units > left {
                let line = line.id;
                return Err(GrantError::TooManyUnits { line, left });
            }
            let before = line.refunded_quantity;
            let even = first_units(line, before + units) - first_units(line, before);
            // Less, if a part of the price went back before: then the last unit gets what is left.
            Ok(Money::new(even.min(rest.minor()), rest.currency())?)
        }
        Wish::Amount(amount) => match amount.checked_cmp(rest)? {
            _ if amount.minor() <= 0 => Err(GrantError::Nothing(line.id)),
            std::cmp::Ordering::Less => Ok(amount),
            std::cmp::Ordering::Equal => Err(GrantError::AllOfIt(line.id)),
            std::cmp::Ordering::Greater => Err(GrantError::ExceedsPaid { left: rest }),
        },
    }
}

/// What the first units of a line cost together: by largest remainder, the first ones get one more.
fn first_units(line: &Line, units: u32) -> i64 {
    let (total, quantity) = (line.total.minor(), i64::from(line.quantity.max(1)));
    let units = i64::from(units);
    // An amount is below 2^53 and a quantity below 2^10, so the product fits.
    units * (total / quantity) + units.min(total % quantity)
}

/// What of the order has neither gone back nor been taken back; nothing, if the bank took more.
pub(super) fn left_of(order: &Order) -> Result<Money, GrantError> {
    let mut left = order.total;
    for line in &order.lines {
        left = left.checked_sub(line.refunded)?;
    }
    for chargeback in &order.chargebacks {
        left = left.checked_sub(chargeback.amount)?;
    }
    Ok(if left.is_negative() {
        Money::zero(order.currency)
    } else {
        left
    })
}

pub(super) fn line(order: &Order, id: Id<kind::OrderLine>) -> Result<&Line, GrantError> {
    let found = order.lines.iter().find(|line| line.id == id);
    found.ok_or(GrantError::UnknownLine(id))
}

pub(super) fn line_mut(
    order: &mut Order,
    id: Id<kind::OrderLine>,
) -> Result<&mut Line, GrantError> {
    let found = order.lines.iter_mut().find(|line| line.id == id);
    found.ok_or(GrantError::UnknownLine(id))
}
