//! The units that orders need: how many of which quota, and the writes that hold, commit, take or
//! release them together with the order.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    num::NonZeroU32,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Key, Write},
};
use quota::{CommitError, Hold, HoldError, Plan, QuotaId, Quotas};

use crate::{
    checkout::Basket,
    order::{Component, Order, order_id},
    store::Copies,
};

/// How many rows of quotas are read beside everything else.
const MAX_ROWS: usize = 50;
/// Of how many SKUs the components are remembered; then all are forgotten, which costs a few reads.
const MAX_REMEMBERED: usize = 4_096;

/// Why an order's goods cannot be had.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GoodsError {
    /// There are too few.
    #[error("too few units of {0} are left")]
    SoldOut(QuotaId),
    /// What was held is held no more.
    #[error("the goods are held no more")]
    Gone,
    /// Something has changed in between: look again.
    #[error("the goods have changed meanwhile")]
    Raced,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Which quotas a SKU takes from, as far as this process has seen. It only decides which rows are
/// read beside the offer; what an offer says alone decides what is held.
#[derive(Clone, Default)]
pub(crate) struct Known(Arc<Mutex<HashMap<Id<kind::Sku>, Vec<QuotaId>>>>);

impl Known {
    /// The quotas that a SKU takes from; the stock of its own where nothing is known.
    fn quotas_of(&self, sku: Id<kind::Sku>) -> Vec<QuotaId> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match known.get(&sku) {
            Some(quotas) => quotas.clone(),
            None => format!("stock:{sku}").parse().into_iter().collect(),
        }
    }

    /// Remembers what a SKU takes from.
    fn learn(&self, sku: Id<kind::Sku>, components: &[Component]) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_REMEMBERED && !known.contains_key(&sku) {
            known.clear();
        }
        let quotas = components.iter().map(|component| component.quota.clone());
        known.insert(sku, quotas.collect());
    }

    /// Remembers what the SKUs of orders take from.
    pub(crate) fn learn_all(&self, orders: &[Order]) {
        for line in orders.iter().flat_map(|order| &order.lines) {
            self.learn(line.sku, &line.components);
        }
    }
}

/// The rows that holds for a basket would read first, to be read with all the rest.
pub(crate) fn first_rows(quotas: &Quotas, known: &Known, basket: &Basket) -> Vec<(QuotaId, Key)> {
    let mut rows = BTreeMap::new();
    for (number, order) in (0..).zip(&basket.orders) {
        let id = order_id(basket.group, number);
        for quota in order
            .lines
            .iter()
            .flat_map(|line| known.quotas_of(line.sku))
        {
            if rows.len() < MAX_ROWS
                && let Some(row) = quotas.first_read(&quota, hold_id(id, &quota))
            {
                rows.insert(quota, row);
            }
        }
    }
    rows.into_iter().collect()
}

/// Plans holds for everything that the orders need; the claims are put into the orders.
pub(crate) async fn hold(
    quotas: &Quotas,
    orders: &mut [Order],
    copies: &Copies,
) -> Result<Vec<Write>, GoodsError> {
    let mut writes = Vec::new();
    for order in orders {
        for (quota, units) in demand(order) {
            let hold = Hold {
                id: hold_id(order.id, &quota),
                units,
                expires_at: order.held_until(),
            };
            let seen = copies.quotas.get(&quota);
            let planned = quotas.hold_seeing(&quota, &hold, seen).await;
            let Plan {
                claim,
                writes: plan,
            } = planned.map_err(|error| because(error, &quota))?;
            order.claims.push(claim);
            writes.extend(plan);
        }
    }
    Ok(writes)
}

/// Plans to take everything that an order needs at once, without a hold.
pub(crate) async fn take(quotas: &Quotas, order: &Order) -> Result<Vec<Write>, GoodsError> {
    let mut writes = Vec::new();
    for (quota, units) in demand(order) {
        let id = Id::derive(&["taken-goods", &order.id.to_string(), &quota.to_string()]);
        let planned = quotas.take(&quota, id, units).await;
        writes.extend(planned.map_err(|error| because(error, &quota))?.writes);
    }
    Ok(writes)
}

/// Plans to make final what is held for an order.
pub(crate) async fn commit(quotas: &Quotas, order: &Order) -> Result<Vec<Write>, GoodsError> {
    let mut writes = Vec::new();
    for claim in &order.claims {
        match quotas.commit(claim).await {
            Ok(plan) => writes.extend(plan),
            Err(CommitError::Gone) => return Err(GoodsError::Gone),
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Ok(writes)
}

/// Plans to give back what is held for an order.
pub(crate) async fn release(quotas: &Quotas, order: &Order) -> Result<Vec<Write>, ServiceError> {
    let mut writes = Vec::new();
    for claim in &order.claims {
        writes.extend(quotas.release(claim).await?);
    }
    Ok(writes)
}

/// How many units of each quota an order needs: two SKUs that take from one quota ask for them
/// together, since a transaction may change a row once.
pub(crate) fn demand(order: &Order) -> BTreeMap<QuotaId, NonZeroU32> {
    let mut demand = BTreeMap::new();
    for line in &order.lines {
        for component in &line.components {
            // More than there can be is more than there is.
            let units = component.units.saturating_mul(line.quantity);
            let Some(units) = NonZeroU32::new(units) else {
                continue;
            };
            demand
                .entry(component.quota.clone())
                .and_modify(|sum: &mut NonZeroU32| *sum = sum.saturating_add(units.get()))
                .or_insert(units);
        }
    }
    demand
}

/// A quota that two of the orders need.
pub(crate) fn shared(orders: &[Order]) -> Option<QuotaId> {
    let mut seen = BTreeSet::new();
    let needed = orders.iter().flat_map(|order| demand(order).into_keys());
    needed.into_iter().find(|quota| !seen.insert(quota.clone()))
}

/// The hold of an order on a quota: the same however often it is asked for.
fn hold_id(order: Id<kind::Order>, quota: &QuotaId) -> Id<kind::Hold> {
    Id::derive(&["order-hold", &order.to_string(), &quota.to_string()])
}

fn because(error: HoldError, quota: &QuotaId) -> GoodsError {
    match error {
        // What is not counted yet cannot be sold.
        HoldError::SoldOut | HoldError::Unknown => GoodsError::SoldOut(quota.clone()),
        // The order's own record, which is written with the hold, decides.
        HoldError::Reused | HoldError::Expired => GoodsError::Raced,
        HoldError::Service(error) => error.into(),
    }
}
