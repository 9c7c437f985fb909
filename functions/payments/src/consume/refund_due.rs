//! `order.refund_due`: money is to go back.

use kernel::{Currency, Event, Id, Money, kind};
use serde::Deserialize;

use super::ConsumeError;
use crate::{App, pay_back, refund::RefundOrder};

/// The kind of this event; its subject is the refund.
pub(super) const KIND: &str = "order.refund_due";

#[derive(Deserialize)]
struct RefundDue {
    refund: Id<kind::Refund>,
    intent: Id<kind::PaymentIntent>,
    group: Id<kind::OrderGroup>,
    order: Id<kind::Order>,
    amount_minor: i64,
    currency: Currency,
    #[serde(default)]
    reason: String,
}

/// Has the refund made. Without an answer of the provider the message is done all the same: the
/// refund is kept, and the sweeper asks until it is resolved.
pub(super) async fn handle(app: &App, event: Event) -> Result<(), ConsumeError> {
    let due: RefundDue = serde_json::from_value(event.data)?;
    let order = RefundOrder {
        id: due.refund,
        intent: due.intent,
        group: due.group,
        order: due.order,
        amount: Money::new(due.amount_minor, due.currency)?,
        reason: due.reason,
    };
    let refund = pay_back::pay_back(app, order).await?;
    tracing::info!(refund = %refund.id, state = refund.state.as_str(), "a refund was asked for");
    Ok(())
}
