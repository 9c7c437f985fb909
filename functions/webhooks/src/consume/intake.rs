//! Takes an event in: a delivery for each endpoint that wants to be told of it.
//!
//! Everything is there before the message is done, and everything can be done twice: a delivery's id
//! follows from event and endpoint. A message that comes again completes what was left undone, and
//! leaves alone what has gone on meanwhile.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use kernel::{Event, Id, kind};

use super::ConsumeError;
use crate::{App, delivery::Delivery, endpoint::Endpoint, message::Message, owner::Owner};

/// How many deliveries are written at once.
const AT_ONCE: usize = 10;

/// Takes in the events of one batch.
pub(super) struct Intake<'a> {
    app: &'a App,
    /// Whom a batch has asked for: the events of one owner often come together.
    endpoints: BTreeMap<Owner, Vec<Endpoint>>,
}

impl<'a> Intake<'a> {
    /// The intake of a new batch.
    pub(super) fn new(app: &'a App) -> Self {
        Self {
            app,
            endpoints: BTreeMap::new(),
        }
    }

    /// Writes the deliveries of an event; answers the endpoints that have something to be sent.
    pub(super) async fn take_in(
        &mut self,
        event: Event,
    ) -> Result<Vec<Id<kind::WebhookEndpoint>>, ConsumeError> {
        let (audience, message) = Message::of(event)?;
        let mut told = Vec::new();
        for owner in audience {
            let endpoints = self.endpoints_of(owner).await?;
            let wanting = endpoints.into_iter().filter(|one| wants(one, &message));
            let writes = wanting.map(|endpoint| deliver(self.app, owner, endpoint, &message));
            let written: Vec<Option<_>> = stream::iter(writes)
                .buffer_unordered(AT_ONCE)
                .try_collect()
                .await?;
            told.extend(written.into_iter().flatten());
        }
        Ok(told)
    }

    async fn endpoints_of(&mut self, owner: Owner) -> Result<Vec<Endpoint>, ConsumeError> {
        if let Some(endpoints) = self.endpoints.get(&owner) {
            return Ok(endpoints.clone());
        }
        let endpoints = self.app.store.endpoints_of(owner).await?;
        self.endpoints.insert(owner, endpoints.clone());
        Ok(endpoints)
    }
}

/// Whether an endpoint is told. Of itself it is not: it would be told that it is told nothing.
fn wants(endpoint: &Endpoint, message: &Message) -> bool {
    endpoint.event_types.admits(&message.event_type)
        && message.subject.as_str() != endpoint.id.to_string()
}

/// Writes the delivery to one endpoint; answers the endpoint if it is to be sent.
async fn deliver(
    app: &App,
    owner: Owner,
    endpoint: Endpoint,
    message: &Message,
) -> Result<Option<Id<kind::WebhookEndpoint>>, ConsumeError> {
    let mut delivery = Delivery::of(message, owner, endpoint.id, app.clock.now());
    // For one that is disabled it is kept all the same, so that it can be recovered.
    if endpoint.is_disabled() {
        delivery = delivery.into_parked();
    }
    if let Some(existing) = app.store.create_delivery(&delivery).await? {
        delivery = existing;
    }
    if !delivery.state.is_open() {
        return Ok(None);
    }
    if endpoint.ordered {
        app.store.queue(&delivery).await?;
    }
    app.store.wait(&delivery).await?;
    Ok(Some(endpoint.id))
}
