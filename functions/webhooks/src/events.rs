//! What changes of the table mean: lanes are to be run, owners are to know that an endpoint is
//! disabled.

use kernel::{Event, Id, Timestamp, kind};
use platform::{ServiceError, table::Change};
use serde_json::json;

use crate::{event_types::ENDPOINT_DISABLED, keys, store};

/// A lane has something to do; its subject is the endpoint.
pub(crate) const LANE_DUE: &str = "lane.due";

/// Who gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscriber {
    /// Whoever runs lanes.
    Deliveries,
    /// The intake of this context, as if another had told it.
    Webhooks,
}

/// What `change` means.
pub(crate) fn events(
    change: &Change,
    now: Timestamp,
) -> Result<Option<(Subscriber, Event)>, ServiceError> {
    match change.sk.as_deref() {
        Some(keys::LANE) => {
            let woken = store::woken_of(change, now)?;
            let event = woken.map(|(endpoint, woken)| lane_due(endpoint, woken, now));
            Ok(event
                .transpose()?
                .map(|event| (Subscriber::Deliveries, event)))
        }
        Some(sk) if sk.starts_with(keys::ENDPOINT_PREFIX) => {
            let event = disabled(change)?;
            Ok(event.map(|event| (Subscriber::Webhooks, event)))
        }
        _ => Ok(None),
    }
}

/// That a lane has something to do.
pub(crate) fn lane_due(
    endpoint: Id<kind::WebhookEndpoint>,
    woken: u64,
    now: Timestamp,
) -> Result<Event, ServiceError> {
    Event::derived(LANE_DUE, endpoint.to_string(), woken, now, json!({})).map_err(unwritable)
}

/// That an endpoint gets nothing any more: for the other endpoints of its owner.
fn disabled(change: &Change) -> Result<Option<Event>, ServiceError> {
    let Some((endpoint, disabled)) = store::disabled_of(change)? else {
        return Ok(None);
    };
    Event::for_webhooks(
        ENDPOINT_DISABLED,
        endpoint.id.to_string(),
        endpoint.version,
        disabled.at,
        &[endpoint.owner.to_string()],
        json!({
            "endpoint": endpoint.id,
            "url": endpoint.url,
            "because": disabled.because,
            "disabled_at": disabled.at,
        }),
    )
    .map(Some)
    .map_err(unwritable)
}

fn unwritable(error: serde_json::Error) -> ServiceError {
    ServiceError::malformed("an event", error)
}
