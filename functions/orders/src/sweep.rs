//! What time does to orders: unpaid ones end, handed-over ones count as received, received ones are
//! complete.
//!
//! Goods of unpaid orders are free without it (a hold ends by itself), and whoever pays late is
//! served by the payment's consumer; the sweeper makes the orders say so.

use std::convert::Infallible;

use futures_util::future::try_join_all;
use jiff::SignedDuration;
use kernel::{Id, kind};
use platform::{ServiceError, logging, serve::Schedule};

use crate::{
    App,
    changes::ChangeError,
    consume::{ConsumeError, payment::settle_order},
    fulfilment::pass_time,
    keys::DUE_SHARDS,
    order::{Order, OrderState},
    unpaid::{self, EndError, Ending},
};

const END_ORDERS: &str = "end-orders";

/// How many orders of a shard are asked for at once.
const PAGE: u32 = 50;
/// When a run stops, well before its function's time is over. The next one goes on.
const LONGEST_RUN: SignedDuration = SignedDuration::from_secs(40);

/// Runs a schedule of this context.
pub(crate) async fn run(app: &App, schedule: &Schedule) -> Result<(), ServiceError> {
    if schedule.name != END_ORDERS {
        let unknown = format!("there is no schedule {}", schedule.name);
        return Err(ServiceError::malformed("schedule", unknown));
    }
    let started_at = app.clock.now();
    let mut moved = 0_u32;
    loop {
        let now = app.clock.now();
        let pages = DUE_SHARDS.map(|shard| app.store.due(shard, now, PAGE));
        let due = try_join_all(pages).await?;
        let mut moved_of_page = 0;
        for order in due.into_iter().flatten() {
            moved_of_page += u32::from(pass(app, order).await);
        }
        moved += moved_of_page;
        let run = app.clock.now().duration_since(started_at);
        // A page without progress holds only what the index does not know to be moved, and what
        // cannot be: neither gets better by asking again at once.
        if moved_of_page == 0 || run > LONGEST_RUN {
            tracing::info!(moved, "orders were moved on by time");
            return Ok(());
        }
    }
}

/// Moves one order on by time; whether it moved. An order that cannot be moved does not keep the
/// others from it.
async fn pass(app: &App, id: Id<kind::Order>) -> bool {
    match try_pass(app, id).await {
        Ok(moved) => moved,
        Err(error) => {
            let error = logging::causes(&error);
            tracing::error!(order = %id, error, "an order could not be moved on by time");
            false
        }
    }
}

/// Why time did nothing.
#[derive(Debug, thiserror::Error)]
enum PassError {
    #[error(transparent)]
    End(#[from] EndError),
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error(transparent)]
    Settle(#[from] ConsumeError),
    #[error(transparent)]
    Service(#[from] ServiceError),
}

async fn try_pass(app: &App, id: Id<kind::Order>) -> Result<bool, PassError> {
    let Some(order) = app.store.order(id).await? else {
        return Ok(false);
    };
    let now = app.clock.now();
    if order.state != OrderState::AwaitingPayment {
        let has_come = |order: &Order, now| pass_time(order, app.periods, now);
        if has_come(&order, now).is_none() {
            return Ok(false);
        }
        let changed = app.change(id, |order, now| {
            Ok::<_, Infallible>(has_come(&order, now).unwrap_or_else(|| order.into()))
        });
        changed.await?;
        return Ok(true);
    }
    if order.held_until() > now {
        return Ok(false);
    }
    // Its group ends with it: all of it was placed, and is paid, together.
    match unpaid::end(app, order.group, Ending::Expired, |_| true).await {
        Ok(_) => Ok(true),
        // Another order of the group was settled, and this one forgotten on the way: its money is
        // there.
        Err(EndError::State(_)) => {
            settle_order(app, order).await?;
            Ok(true)
        }
        Err(error @ (EndError::Unknown | EndError::Contended | EndError::Service(_))) => {
            Err(error.into())
        }
    }
}
