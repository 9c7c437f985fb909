//! Ending what was not paid: the orders, what is held for them and what counts against a limit, in one
//! transaction.

use kernel::{Id, Timestamp, kind};
use platform::ServiceError;

use crate::{
    App, goods,
    order::{Order, OrderState},
    purchase_limit,
    store::CommitError,
};

/// How often a group is looked at anew because something changed meanwhile.
const MAX_TRIES: usize = 8;

/// How unpaid orders end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The buyer wishes so.
    Cancelled,
    /// Nobody can pay any more.
    Expired,
}

/// Why a group was not ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndError {
    /// There is no such group, or the caller may not see it.
    #[error("there is no such group of orders")]
    Unknown,
    /// It is not unpaid: an order of it is in this state.
    #[error("an order of the group is {0}")]
    State(OrderState),
    /// Others kept getting in between.
    #[error("too many others changed the same orders")]
    Contended,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Ends all orders of a group, if all of them are unpaid. A group that ended so before stays as it
/// is, so that a repetition changes nothing.
///
/// A group whose orders stand in different states was paid, and its payment has not got to all of
/// them: it is not unpaid.
pub(crate) async fn end(
    app: &App,
    group: Id<kind::OrderGroup>,
    ending: Ending,
    may: impl Fn(&Order) -> bool,
) -> Result<Vec<Order>, EndError> {
    for _ in 0..MAX_TRIES {
        let orders = app.store.orders_of(group).await?;
        if orders.is_empty() || !orders.iter().all(&may) {
            return Err(EndError::Unknown);
        }
        if orders.iter().all(|order| order.state == ending.state()) {
            return Ok(orders);
        }
        let now = app.clock.now();
        let mut writes = Vec::new();
        let mut ended = Vec::with_capacity(orders.len());
        for order in &orders {
            writes.extend(goods::release(&app.quotas, order).await?);
            let mut after = ending.of(order.clone(), now)?;
            writes.push(app.store.save(&after));
            after.version += 1;
            ended.push(after);
        }
        let recounts = purchase_limit::recounts(&orders, &ended);
        writes.extend(recounts.iter().map(|recount| app.store.recount(recount)));
        match app.store.commit(writes).await {
            Ok(()) => return Ok(ended),
            Err(CommitError::Changed | CommitError::Goods | CommitError::Limit) => {}
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Err(EndError::Contended)
}

impl Ending {
    fn state(self) -> OrderState {
        match self {
            Self::Cancelled => OrderState::Cancelled,
            Self::Expired => OrderState::Expired,
        }
    }

    fn of(self, order: Order, now: Timestamp) -> Result<Order, EndError> {
        let ended = match self {
            Self::Cancelled => order.cancelled(now),
            Self::Expired => order.expired(now),
        };
        ended.map_err(|illegal| EndError::State(illegal.from))
    }
}
