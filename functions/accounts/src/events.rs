//! What this context tells the others.

use kernel::{Event, Id, Timestamp, kind};
use platform::{ServiceError, table::Change};
use serde::Serialize;
use serde_json::{Value, json};

use crate::{
    account::Account,
    keys,
    organization::{Organization, OrganizationKind, State},
    store,
};

/// Who gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscriber {
    /// `points`, which counts a member's days in the member's own time zone.
    Points,
    /// `listening`, which refuses revoked tokens.
    Listening,
    /// `shops`, which lets approved organizations sell.
    Shops,
    /// `webhooks`, which tells an organization of itself.
    Webhooks,
}

/// An organization, as it is told of itself: nothing of its members, and no answer.
#[derive(Debug, Serialize)]
struct PublicOrganization<'a> {
    organization: Id<kind::Organization>,
    kind: OrganizationKind,
    name: &'a str,
    region: &'a str,
    state: State,
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
    } else if sk == keys::ORGANIZATION_SORT_KEY {
        organization_events(change)
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

/// An organization is nobody else's concern before it is approved; from then on every change is.
fn organization_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let old = change.old.clone().map(store::organization_of).transpose()?;
    let new = change.new.clone().map(store::organization_of).transpose()?;
    let (Some(old), Some(organization)) = (old, new) else {
        return Ok(Vec::new());
    };
    if organization.version <= old.version {
        return Ok(Vec::new());
    }
    let kind = match (old.state, organization.state) {
        (State::Submitted, State::Approved) => "organization.approved",
        (State::Approved, State::Suspended) => "organization.suspended",
        (State::Suspended, State::Approved) => "organization.reinstated",
        (State::Approved, State::Approved) | (State::Suspended, State::Suspended) => {
            "organization.updated"
        }
        (State::Draft | State::Submitted | State::Rejected, _)
        | (_, State::Draft | State::Submitted | State::Rejected) => return Ok(Vec::new()),
    };
    let event = derived(
        kind,
        organization.id.to_string(),
        organization.version,
        organization.updated_at,
        told(&organization),
    )?;
    let mut events = vec![(Subscriber::Shops, event)];
    // Its own edits are no news to it; how it is judged is.
    if old.state != organization.state {
        events.push((Subscriber::Webhooks, judged(kind, &organization)?));
    }
    Ok(events)
}

/// What others are told of an organization: nothing of its members, and no answer.
fn told(organization: &Organization) -> Value {
    json!({
        "organization": organization.id,
        "kind": organization.kind,
        "name": organization.name.as_str(),
        "region": organization.region.as_str(),
        "state": organization.state,
        "house_owned": organization.house_owned,
        "version": organization.version,
    })
}

/// What an organization is told of how it was judged.
fn judged(kind: &str, organization: &Organization) -> Result<Event, ServiceError> {
    let payload = PublicOrganization {
        organization: organization.id,
        kind: organization.kind,
        name: organization.name.as_str(),
        region: organization.region.as_str(),
        state: organization.state,
    };
    let id = organization.id.to_string();
    let audience = [id.clone()];
    let (version, at) = (organization.version, organization.updated_at);
    Event::for_webhooks(kind, id, version, at, &audience, payload).map_err(unwritable)
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
    Event::derived(kind, subject, version, occurred_at, data).map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> ServiceError {
    ServiceError::malformed("the event", error)
}
