//! What is told of vouchers: to their partners, by the name that both sides know them by.

use kernel::{Event, Timestamp};
use platform::{ServiceError, table::Change};
use serde_json::json;
use web::MoneyOut;

use super::{Subscriber, for_webhooks};
use crate::{
    store,
    voucher::{Stage, State, Usage, Voucher},
};

/// What a change of vouchers means to the others.
pub(super) fn voucher_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    if change.sk.as_deref() != Some("VOUCHER") {
        return Ok(Vec::new());
    }
    let Some(new) = change
        .new
        .clone()
        .map(store::voucher_of)
        .transpose()?
        .flatten()
    else {
        return Ok(Vec::new());
    };
    let old = change
        .old
        .clone()
        .map(store::voucher_of)
        .transpose()?
        .flatten();
    let (state, at) = written(&new);
    let was = old.as_ref().map(|old| written(old).0);
    // A reservation that ends is no news; that it was issued has been told before.
    let is_back = was == Some(State::Reserved) && state == State::Issued;
    let kind = match state {
        _ if was == Some(state) || is_back => return Ok(Vec::new()),
        State::Issued => "voucher.issued",
        State::Redeemed => "voucher.redeemed",
        State::Reversed => "voucher.reversed",
        State::Expired => "voucher.expired",
        State::Failed => "voucher.failed",
        State::Pending | State::Reserved => return Ok(Vec::new()),
    };
    let payload = json!({
        "reference": new.id,
        "state": state,
        "unit_price": new.order.unit_price.map(MoneyOut::from),
    });
    let partner = new.order.partner.id.to_string();
    let event = for_webhooks(kind, new.id.to_string(), new.version, at, partner, payload)?;
    Ok(vec![(Subscriber::Webhooks, event)])
}

/// The state that a voucher was written down in, and since when it is in it. Not the state by now:
/// the stream may be read late, or again.
fn written(voucher: &Voucher) -> (State, Timestamp) {
    let holding = match &voucher.stage {
        Stage::Pending(purchase) => return (State::Pending, purchase.begun_at),
        Stage::Failed(failure) => return (State::Failed, failure.at),
        Stage::Issued(holding) => holding,
    };
    let issue = &holding.issue;
    match &holding.usage {
        Usage::Unused => (State::Issued, issue.issued_at),
        Usage::Reserved(_) => (State::Reserved, issue.issued_at),
        Usage::Redeemed { at } => (State::Redeemed, *at),
        Usage::Expired => (State::Expired, issue.expires_at),
        Usage::Reversed(reversal) => (State::Reversed, reversal.at),
    }
}
