//! A member no longer wants a token to report for them.
//!
//! Idempotent by construction: the row says no more than that the token is revoked, and is never
//! removed, so a repeated or late delivery changes nothing.

use kernel::{Event, Id, kind};
use serde::Deserialize;

use super::ConsumeError;
use crate::store::Store;

#[derive(Deserialize)]
struct Revoked {
    account: Id<kind::Account>,
    token: Id<kind::ListeningToken>,
}

pub(super) async fn handle(store: &Store, event: Event) -> Result<(), ConsumeError> {
    let Revoked { account, token } = serde_json::from_value(event.data)?;
    store.revoke(token, account, event.occurred_at).await?;
    Ok(())
}
