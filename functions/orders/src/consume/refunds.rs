//! `refund.succeeded` and `refund.failed`: how payments ended a refund.
//!
//! Idempotent by construction: a refund that has ended so is not changed by being told again, and
//! one that succeeded not by anything.

use kernel::{Currency, Event, Id, Money, kind};
use serde::Deserialize;

use super::{ConsumeError, changed};
use crate::{
    App,
    refund::{self, GrantError, OutcomeError},
};

#[derive(Deserialize)]
struct Ended {
    refund: Id<kind::Refund>,
    order: Id<kind::Order>,
    amount_minor: i64,
    currency: Currency,
    reason: Option<String>,
}

/// The buyer has the money.
pub(crate) async fn succeeded(app: &App, event: Event) -> Result<(), ConsumeError> {
    ended(app, event, true).await
}

/// The provider will not pay; the money is owed all the same, so people must look.
pub(crate) async fn failed(app: &App, event: Event) -> Result<(), ConsumeError> {
    ended(app, event, false).await
}

async fn ended(app: &App, event: Event, has_succeeded: bool) -> Result<(), ConsumeError> {
    let ended: Ended = serde_json::from_value(event.data)?;
    if !has_succeeded {
        platform::books_disagree!(
            Payments,
            refund = ended.refund.to_string(),
            order = ended.order.to_string(),
            reason = ended.reason,
            "a refund has failed; the money is owed all the same"
        );
    }
    let done = app.change(ended.order, |order, now| {
        let mut refunds = order.refunds.iter();
        if has_succeeded
            && refunds.any(|refund| refund.id == ended.refund && refund.paid_elsewhere.is_some())
        {
            platform::books_disagree!(
                Payments,
                refund = ended.refund.to_string(),
                order = ended.order.to_string(),
                "the provider has paid a refund after all that was paid elsewhere, too"
            );
        }
        let amount = Money::new(ended.amount_minor, ended.currency).map_err(GrantError::Money)?;
        let order = refund::settled(order, ended.refund, amount, has_succeeded, now)?;
        Ok::<_, OutcomeError>(order.into())
    });
    changed(done.await)
}
