//! Placing orders: everything is read in one round trip and written in one transaction.
//!
//! The orders' own rows, put under "there is none yet" at ids that follow from the request's key,
//! are the record of the request, so a repetition finds them in the read it begins with and writes
//! nothing.

use kernel::{Id, kind};
use platform::{ServiceError, table::Write};
use quota::QuotaId;

use crate::{
    App,
    checkout::{self, Basket, PlaceError},
    fulfilment,
    goods::{self, GoodsError},
    order::{IllegalMove, Order},
    purchase_limit::{self, OverLimit},
    store::CommitError,
};

/// How many rows one transaction can change.
const MAX_WRITES: usize = 100;

/// Why one try placed nothing.
#[derive(Debug)]
pub(crate) enum Missed {
    /// What was decided on has changed meanwhile.
    Raced,
    /// These orders were placed before under the same key.
    Done(Vec<Order>),
    /// Too little is left.
    SoldOut(SoldOut),
    /// The buyer would have more tickets than one may.
    OverLimit(OverLimit),
    /// It cannot be.
    Refused(PlaceError),
    /// No answer to act on.
    Failed(ServiceError),
}

/// What too little is left of.
#[derive(Debug)]
pub(crate) struct SoldOut {
    pub(crate) quota: QuotaId,
    /// The first SKU of the basket that needs it.
    pub(crate) sku: Option<Id<kind::Sku>>,
}

/// Reads all that matters, decides, commits.
pub(crate) async fn try_once(app: &App, basket: &Basket) -> Result<Vec<Order>, Missed> {
    let rows = goods::first_rows(&app.quotas, &app.known, basket);
    let copies = app.store.look(basket, rows).await?;
    if !copies.placed.is_empty() {
        return Err(Missed::Done(copies.placed));
    }
    let mut orders =
        checkout::place(basket, &copies, app.clock.now(), app.payment).map_err(Missed::Refused)?;
    app.known.learn_all(&orders);
    let recounts = purchase_limit::recounts(&[], &orders);
    for recount in &recounts {
        // What is too much by itself need not be tried.
        recount.check(0).map_err(Missed::OverLimit)?;
    }
    let writes = if orders.iter().all(|order| order.total.is_zero()) {
        hand_out(app, &mut orders).await?
    } else {
        goods::hold(&app.quotas, &mut orders, &copies)
            .await
            .map_err(|error| missed(error, &orders))?
    };
    let created = orders.iter().map(|order| app.store.create(order));
    let counted = recounts.iter().map(|recount| app.store.recount(recount));
    let writes: Vec<Write> = created.chain(writes).chain(counted).collect();
    if writes.len() > MAX_WRITES {
        return Err(Missed::Refused(PlaceError::TooManyGoods));
    }
    match app.store.commit(writes).await {
        Ok(()) => Ok(orders),
        Err(CommitError::Changed | CommitError::Goods) => Err(Missed::Raced),
        // How many the buyer has is only read once there is a refusal to tell of.
        Err(CommitError::Limit) => Err(match app.store.over_limit(&recounts).await? {
            Some(over) => Missed::OverLimit(over),
            None => Missed::Raced,
        }),
        Err(CommitError::Service(error)) => Err(error.into()),
    }
}

/// What costs nothing is the buyer's at once: there is no payment to wait for.
async fn hand_out(app: &App, orders: &mut [Order]) -> Result<Vec<Write>, Missed> {
    let mut writes = Vec::new();
    for order in orders {
        let taken = goods::take(&app.quotas, order).await;
        writes.extend(taken.map_err(|error| missed(error, std::slice::from_ref(order)))?);
        let now = order.placed_at;
        let paid = order.clone().paid(now).map_err(defect)?;
        let changed = fulfilment::unlock(paid, now);
        writes.extend(app.consequences_of(&changed, now).await?);
        *order = changed.order;
    }
    Ok(writes)
}

fn missed(error: GoodsError, orders: &[Order]) -> Missed {
    match error {
        GoodsError::SoldOut(quota) => {
            let mut lines = orders.iter().flat_map(|order| &order.lines);
            let line = lines.find(|line| {
                let mut components = line.components.iter();
                components.any(|component| component.quota == quota)
            });
            Missed::SoldOut(SoldOut {
                sku: line.map(|line| line.sku),
                quota,
            })
        }
        GoodsError::Gone | GoodsError::Raced => Missed::Raced,
        GoodsError::Service(error) => error.into(),
    }
}

/// An order that was just placed can be paid.
fn defect(error: IllegalMove) -> Missed {
    Missed::Failed(ServiceError::malformed("a new order", error))
}

impl From<ServiceError> for Missed {
    fn from(error: ServiceError) -> Self {
        Self::Failed(error)
    }
}
