//! `payment.captured` and `payment.closed`: whether an order's money came.
//!
//! Each order of a group is settled in a transaction of its own, which moves it on under the version
//! that was read; an order that is settled is passed over. So the event can stop anywhere, come
//! twice, late or in another order: every order ends with its goods, or with a refund that is due.

use std::slice::from_ref;

use kernel::{Currency, Event, Id, Money, Timestamp, kind};
use platform::table::Write;
use serde::Deserialize;
use tokens::intent_of;

use super::ConsumeError;
use crate::{
    App, fulfilment,
    goods::{self, GoodsError},
    order::{self, Order, OrderState},
    purchase_limit,
    refund::{Cause, Changed, refund_everything},
    store::CommitError,
    unpaid::{self, EndError, Ending},
};

/// How often an order is looked at anew because something changed meanwhile.
const MAX_TRIES: usize = 24;

#[derive(Deserialize)]
struct Captured {
    intent: Id<kind::PaymentIntent>,
    group: Id<kind::OrderGroup>,
    account: Id<kind::Account>,
    amount_minor: i64,
    currency: Currency,
}

#[derive(Deserialize)]
struct Closed {
    intent: Id<kind::PaymentIntent>,
    group: Id<kind::OrderGroup>,
}

/// The money of a group came.
pub(crate) async fn captured(app: &App, event: Event) -> Result<(), ConsumeError> {
    let captured: Captured = serde_json::from_value(event.data)?;
    let orders = app.store.orders_of(captured.group).await?;
    captured.check(&orders)?;
    for order in orders {
        settle_order(app, order).await?;
    }
    Ok(())
}

/// The money of a group will not come.
pub(crate) async fn closed(app: &App, event: Event) -> Result<(), ConsumeError> {
    let closed: Closed = serde_json::from_value(event.data)?;
    check_intent(closed.intent, closed.group)?;
    match unpaid::end(app, closed.group, Ending::Expired, |_| true).await {
        // Cancelled before, or paid after all: another event has told, or will tell.
        Ok(_) | Err(EndError::State(_)) => Ok(()),
        Err(EndError::Unknown) => Err(no_such_group(closed.group)),
        Err(EndError::Contended) => Err(ConsumeError::Contended),
        Err(EndError::Service(error)) => Err(error.into()),
    }
}

impl Captured {
    /// Payments has looked at all this; money is worth looking at twice.
    fn check(&self, orders: &[Order]) -> Result<(), ConsumeError> {
        check_intent(self.intent, self.group)?;
        let wrong = |what: &str| ConsumeError::Contradiction(format!("{}: {what}", self.intent));
        let total = order::total_of(orders).map_err(|error| wrong(&error.to_string()))?;
        let total = total.ok_or_else(|| no_such_group(self.group))?;
        let paid = Money::new(self.amount_minor, self.currency);
        if paid.map_err(|error| wrong(&error.to_string()))? != total {
            return Err(wrong(&format!("the group costs {total}")));
        }
        if orders.iter().any(|order| order.buyer != self.account) {
            return Err(wrong("somebody else has ordered"));
        }
        Ok(())
    }
}

/// Settles one order whose group was paid, unless it is settled.
pub(crate) async fn settle_order(app: &App, order: Order) -> Result<(), ConsumeError> {
    let id = order.id;
    let mut order = Some(order);
    for _ in 0..MAX_TRIES {
        let now = app.clock.now();
        let Some(current) = order else {
            return Err(no_such_group(order::group_of(id)));
        };
        let (changed, mut writes) = match decide(app, current.clone(), now).await {
            Ok(Some(decided)) => decided,
            Ok(None) => return Ok(()),
            Err(Missed::Raced) => {
                order = app.store.order(id).await?;
                continue;
            }
            Err(Missed::Failed(error)) => return Err(error),
        };
        writes.extend(app.writes_of(&current, &changed, now).await?);
        match app.store.commit(writes).await {
            Ok(()) => return Ok(()),
            Err(CommitError::Changed | CommitError::Goods | CommitError::Limit) => {}
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
        order = app.store.order(id).await?;
    }
    Err(ConsumeError::Contended)
}

/// Why nothing was decided.
enum Missed {
    /// What was read has changed meanwhile.
    Raced,
    Failed(ConsumeError),
}

/// What becomes of an order whose money is there, and the writes for its goods; nothing if that was
/// settled before.
async fn decide(
    app: &App,
    order: Order,
    now: Timestamp,
) -> Result<Option<(Changed, Vec<Write>)>, Missed> {
    let held = match order.state {
        OrderState::AwaitingPayment => goods::commit(&app.quotas, &order).await,
        OrderState::Expired if !is_refunded(&order) => Err(GoodsError::Gone),
        OrderState::Cancelled if !is_refunded(&order) => {
            return refunded(order, now).map(|changed| Some((changed, Vec::new())));
        }
        _ => return Ok(None),
    };
    let goods = match held {
        Err(GoodsError::Gone) => goods::take(&app.quotas, &order).await,
        other => other,
    };
    match goods {
        Ok(goods) => {
            let paid = order.clone().paid(now).map_err(contradiction)?;
            // An order that had expired counted nothing, and its buyer may have bought others since.
            let recounts = purchase_limit::recounts(from_ref(&order), from_ref(&paid));
            let over = app.store.over_limit(&recounts).await;
            if let Some(over) = over.map_err(|error| Missed::Failed(error.into()))? {
                tracing::info!(order = %order.id, %over, "paid too late: the money goes back");
                return too_late(order, now);
            }
            Ok(Some((fulfilment::unlock(paid, now), goods)))
        }
        Err(GoodsError::SoldOut(quota)) => {
            tracing::info!(order = %order.id, %quota, "paid too late: the money goes back");
            too_late(order, now)
        }
        Err(GoodsError::Gone | GoodsError::Raced) => Err(Missed::Raced),
        Err(GoodsError::Service(error)) => Err(Missed::Failed(error.into())),
    }
}

/// The order gets nothing more, and its money goes back.
fn too_late(order: Order, now: Timestamp) -> Result<Option<(Changed, Vec<Write>)>, Missed> {
    let order = match order.state {
        OrderState::AwaitingPayment => order.expired(now).map_err(contradiction)?,
        _ => order,
    };
    refunded(order, now).map(|changed| Some((changed, Vec::new())))
}

/// All of an order's money is due to its buyer.
fn refunded(order: Order, now: Timestamp) -> Result<Changed, Missed> {
    let id = Id::derive(&["refund", &order.id.to_string(), "paid-too-late"]);
    refund_everything(order, id, Cause::PaidTooLate, now).map_err(contradiction)
}

fn is_refunded(order: &Order) -> bool {
    let mut refunds = order.refunds.iter();
    refunds.any(|refund| refund.cause == Cause::PaidTooLate)
}

fn check_intent(
    intent: Id<kind::PaymentIntent>,
    group: Id<kind::OrderGroup>,
) -> Result<(), ConsumeError> {
    if intent == intent_of(group) {
        Ok(())
    } else {
        let wrong = format!("{intent} is not the intent of {group}");
        Err(ConsumeError::Contradiction(wrong))
    }
}

fn no_such_group(group: Id<kind::OrderGroup>) -> ConsumeError {
    ConsumeError::Contradiction(format!("there is no group {group}"))
}

fn contradiction(error: impl std::fmt::Display) -> Missed {
    Missed::Failed(ConsumeError::Contradiction(error.to_string()))
}
