//! `order_group.closed`: nobody is to pay for this group any more.

use kernel::{Event, Id, kind};
use serde::Deserialize;

use super::ConsumeError;
use crate::{App, collect, intent::Ending};

/// The kind of this event; its subject is the group.
pub(super) const KIND: &str = "order_group.closed";

#[derive(Deserialize)]
struct GroupClosed {
    intent: Id<kind::PaymentIntent>,
    reason: Reason,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reason {
    Expired,
    Cancelled,
}

/// Closes the intent at the provider, if it is open. If nobody has wanted to pay yet, a mark keeps
/// everybody from beginning now.
pub(super) async fn handle(app: &App, event: Event) -> Result<(), ConsumeError> {
    let closed: GroupClosed = serde_json::from_value(event.data)?;
    let Some(intent) = app.store.withdraw(closed.intent).await? else {
        return Ok(());
    };
    if !intent.state.is_open() {
        return Ok(());
    }
    let ending = match closed.reason {
        Reason::Expired => Ending::Expired,
        Reason::Cancelled => Ending::Cancelled,
    };
    collect::close(app, intent, ending).await?;
    Ok(())
}
