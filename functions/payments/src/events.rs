//! What this context tells the others: where the money is.

use kernel::{Event, Timestamp};
use platform::{
    ServiceError,
    table::{Change, Item},
};
use serde_json::{Value, json};

use crate::{
    intent::PaymentIntent,
    keys::{CHARGEBACK_PREFIX, INTENT, REFUND_PREFIX},
    provider::ALIPAY,
    refund::{Refund, RefundState},
    store,
};

/// The version of a chargeback, which is written once.
const CHARGEBACK_VERSION: u64 = 1;

/// What `change` means to orders. It follows from the item before and after alone, so that a repeated
/// stream tells the same events under the same ids.
pub(crate) fn events(change: &Change) -> Result<Vec<Event>, ServiceError> {
    let Some(new) = change.new.clone() else {
        return Ok(Vec::new());
    };
    let old = change.old.clone();
    let event = match change.sk.as_deref().unwrap_or_default() {
        INTENT => intent_event(old, new)?,
        sk if sk.starts_with(REFUND_PREFIX) => refund_event(old, new)?,
        sk if sk.starts_with(CHARGEBACK_PREFIX) => chargeback_event(old, new)?,
        _ => None,
    };
    Ok(event.into_iter().collect())
}

fn intent_event(old: Option<Item>, new: Item) -> Result<Option<Event>, ServiceError> {
    let Some(intent) = store::intent_of(new)? else {
        return Ok(None);
    };
    let before = old.map(store::intent_of).transpose()?.flatten();
    let was_captured = before.as_ref().is_some_and(|old| old.capture.is_some());
    let was_open = before.is_none_or(|old| old.state.is_open());
    let (kind, data) = match &intent.capture {
        Some(capture) if !was_captured => (
            "payment.captured",
            json!({
                "intent": intent.id,
                "group": intent.group,
                "account": intent.account,
                "amount_minor": intent.amount.minor(),
                "currency": intent.amount.currency(),
                "captured_at": capture.captured_at,
                "provider": ALIPAY,
                "trade_no": capture.trade_no.as_str(),
            }),
        ),
        None if was_open && !intent.state.is_open() => ("payment.closed", closed(&intent)),
        Some(_) | None => return Ok(None),
    };
    let (subject, at) = (intent.id.to_string(), intent.changed_at);
    derived(kind, subject, intent.version, at, data).map(Some)
}

fn closed(intent: &PaymentIntent) -> Value {
    json!({
        "intent": intent.id,
        "group": intent.group,
        "reason": intent.state.as_str(),
    })
}

fn refund_event(old: Option<Item>, new: Item) -> Result<Option<Event>, ServiceError> {
    let refund = store::refund_of(new)?;
    let before = old.map(store::refund_of).transpose()?;
    if before.is_some_and(|old| old.state.is_resolved()) {
        return Ok(None);
    }
    let kind = match refund.state {
        RefundState::Succeeded => "refund.succeeded",
        RefundState::Failed => "refund.failed",
        RefundState::Requested | RefundState::Submitted | RefundState::Unknown => return Ok(None),
    };
    let (subject, at) = (refund.id.to_string(), refund.changed_at);
    derived(kind, subject, refund.version, at, resolved(&refund)).map(Some)
}

fn resolved(refund: &Refund) -> Value {
    let mut data = json!({
        "refund": refund.id,
        "intent": refund.intent,
        "group": refund.group,
        "order": refund.order,
        "amount_minor": refund.amount.minor(),
        "currency": refund.amount.currency(),
    });
    if let Some(failure) = &refund.failure {
        data["reason"] = json!(failure);
    }
    data
}

fn chargeback_event(old: Option<Item>, new: Item) -> Result<Option<Event>, ServiceError> {
    if old.is_some() {
        return Ok(None);
    }
    let chargeback = store::chargeback_of(new)?;
    let data = json!({
        "chargeback": chargeback.id,
        "intent": chargeback.intent,
        "group": chargeback.group,
        "amount_minor": chargeback.amount.minor(),
        "currency": chargeback.amount.currency(),
    });
    let (subject, at) = (chargeback.id.to_string(), chargeback.created_at);
    derived(
        "payment.charged_back",
        subject,
        CHARGEBACK_VERSION,
        at,
        data,
    )
    .map(Some)
}

fn derived(
    kind: &str,
    subject: String,
    version: u64,
    occurred_at: Timestamp,
    data: Value,
) -> Result<Event, ServiceError> {
    Event::derived(kind, subject, version, occurred_at, data)
        .map_err(|error| ServiceError::malformed("the event", error))
}
