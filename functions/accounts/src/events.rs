//! What this context tells the others.

use kernel::{Event, Timestamp};
use platform::{ServiceError, table::Change};
use serde_json::{Value, json};

use crate::{account::Account, keys, store};

/// Who gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscriber {
    /// `points`, which counts a member's days in the member's own time zone.
    Points,
    /// `listening`, which refuses revoked tokens.
    Listening,
}

/// The version of a revoked token: it was made in the first, and there is no third.
const REVOKED_VERSION: u64 = 2;

/// What `change` means to the others. Neither e-mail address nor anything of a credential or
/// session is ever in it.
pub(crate) fn events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let Some(sk) = change.sk.as_deref() else {
        return Ok(Vec::new());
    };
    if sk == keys::ACCOUNT_SORT_KEY {
        account_events(change)
    } else if sk.starts_with(keys::REVOKED_LISTENING_TOKEN_PREFIX) {
        revocation_events(change)
    } else {
        Ok(Vec::new())
    }
}

fn account_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let old = change.old.clone().map(store::account_of).transpose()?;
    let new = change.new.clone().map(store::account_of).transpose()?;
    let (kind, account) = match (old, new) {
        (None, Some(account)) => ("account.registered", account),
        // An operator's hand on status or roles is no new version, and nobody else's concern.
        (Some(old), Some(account)) if account.version > old.version => ("account.updated", account),
        (Some(_), Some(_)) | (_, None) => return Ok(Vec::new()),
    };
    let event = derived(
        kind,
        account.id.to_string(),
        account.version,
        account.updated_at,
        described(&account),
    )?;
    Ok(vec![(Subscriber::Points, event)])
}

fn described(account: &Account) -> Value {
    json!({
        "account": account.id,
        "display_name": account.display_name.as_str(),
        "time_zone": account.time_zone.as_str(),
        "acquisition_source": account.acquisition_source.as_str(),
        "version": account.version,
    })
}

fn revocation_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let (None, Some(item)) = (&change.old, &change.new) else {
        return Ok(Vec::new());
    };
    let token = store::revoked_token_of(item.clone())?;
    let event = derived(
        "listening_token.revoked",
        token.id.to_string(),
        REVOKED_VERSION,
        token.revoked_at,
        json!({ "account": token.account, "token": token.id }),
    )?;
    Ok(vec![(Subscriber::Listening, event)])
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
