//! `payment.charged_back`: the buyer's bank took money back.
//!
//! Idempotent by construction: all orders of the group record the chargeback in one transaction,
//! each under its version, and one that names it says that it was recorded.

use kernel::{Currency, Event, Id, Money, kind};
use serde::Deserialize;

use super::ConsumeError;
use crate::{
    App,
    refund::{self, GrantError, OutcomeError},
    store::CommitError,
};

/// How often the orders are looked at anew because one changed meanwhile.
const MAX_TRIES: usize = 24;

#[derive(Deserialize)]
struct ChargedBack {
    chargeback: Id<kind::Chargeback>,
    group: Id<kind::OrderGroup>,
    amount_minor: i64,
    currency: Currency,
}

/// Takes the money out of what is left of the orders that it had been paid for.
pub(crate) async fn charged_back(app: &App, event: Event) -> Result<(), ConsumeError> {
    let charged: ChargedBack = serde_json::from_value(event.data)?;
    let contradiction = |error: OutcomeError| ConsumeError::Contradiction(error.to_string());
    let amount = Money::new(charged.amount_minor, charged.currency)
        .map_err(|error| contradiction(GrantError::Money(error).into()))?;
    for _ in 0..MAX_TRIES {
        let now = app.clock.now();
        let orders = app.store.orders_of(charged.group).await?;
        let orders = refund::charged_back(orders, charged.chargeback, amount, now);
        let orders = orders.map_err(contradiction)?;
        if orders.is_empty() {
            return Ok(());
        }
        let writes = orders.iter().map(|order| app.store.save(order)).collect();
        match app.store.commit(writes).await {
            Ok(()) => return Ok(()),
            Err(CommitError::Changed | CommitError::Goods | CommitError::Limit) => {}
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ConsumeError::Contended)
}
