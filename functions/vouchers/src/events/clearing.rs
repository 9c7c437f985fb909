//! What is told of exchanges, settlements and partners' accounts.

use kernel::Event;
use platform::{ServiceError, table::Change};
use serde_json::json;
use web::MoneyOut;

use super::{Subscriber, derived, for_webhooks};
use crate::{keys, store};

/// An exchange is to be entered into the clearing; its subject is the exchange.
pub(crate) const EXCHANGE_RECORDED: &str = "exchange.recorded";
/// A settlement is to be entered into the clearing; its subject is the settlement.
pub(crate) const SETTLEMENT_RECORDED: &str = "settlement.recorded";
/// A partner has little left.
pub(crate) const BALANCE_LOW: &str = "partner.balance_low";

/// The version of what is written once.
const ONLY_VERSION: u64 = 1;

/// What a change in the clearing's rows means to the others.
pub(super) fn clearing_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    match change.sk.as_deref() {
        Some(keys::EXCHANGE) => exchange_events(change),
        Some(keys::SETTLEMENT) => settlement_events(change),
        Some(keys::BILLING) => billing_events(change),
        _ => Ok(Vec::new()),
    }
}

fn exchange_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    // Later changes are the clearing's own notes.
    let (None, Some(item)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let exchange = store::exchange_of(item.clone())?;
    let event = derived(
        EXCHANGE_RECORDED,
        exchange.id.to_string(),
        ONLY_VERSION,
        exchange.occurred_at,
        json!({ "exchange": exchange.id, "partner": exchange.partner }),
    )?;
    Ok(vec![(Subscriber::Vouchers, event)])
}

fn settlement_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let (None, Some(item)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let settlement = store::settlement_of(item.clone())?;
    let event = derived(
        SETTLEMENT_RECORDED,
        settlement.id.to_string(),
        ONLY_VERSION,
        settlement.occurred_at,
        json!({ "settlement": settlement.id, "partner": settlement.book.partner }),
    )?;
    Ok(vec![(Subscriber::Vouchers, event)])
}

fn billing_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let old = change.old.clone().map(store::billing_of).transpose()?;
    let Some(billing) = change.new.clone().map(store::billing_of).transpose()? else {
        return Ok(Vec::new());
    };
    let told_before = old.map_or(0, |old| old.alert.count);
    let Some(told) = billing.alert.last else {
        return Ok(Vec::new());
    };
    if billing.alert.count == told_before {
        return Ok(Vec::new());
    }
    let partner = billing.book.partner.to_string();
    // The two accounts of a partner count apart, and of one subject a higher count is later.
    let subject = match billing.book.sandbox {
        true => format!("{partner}:sandbox"),
        false => partner.clone(),
    };
    let event = for_webhooks(
        BALANCE_LOW,
        subject,
        billing.alert.count,
        told.at,
        partner,
        json!({
            "partner": billing.book.partner,
            "available": MoneyOut::from(told.available),
            "alert_below": MoneyOut::from(told.alert_below),
            "sandbox": billing.book.sandbox,
        }),
    )?;
    Ok(vec![(Subscriber::Webhooks, event)])
}
