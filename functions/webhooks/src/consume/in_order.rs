//! Sends to an endpoint that wants the events of a subject in the order of their versions.
//!
//! What waits on such a lane says which *subjects* are to be looked at. Of a subject the first version
//! is sent; the others wait for it, also while it is being retried, and go on without it when it is
//! exhausted. A place on the lane is only removed when the subject needs none any more or has another,
//! so that a subject is never forgotten.

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::{
    ConsumeError,
    run::{AT_ONCE, Run},
};
use crate::{
    delivery::{Delivery, State},
    endpoint::Endpoint,
    lane::{End, Tried},
    store::{SaveError, Waiting},
    subject::Subject,
};

/// Sends what is due, several subjects at once.
pub(super) async fn send_all(
    run: &Run<'_>,
    endpoint: &Endpoint,
    due: Vec<Waiting>,
) -> Result<Vec<Tried>, ConsumeError> {
    let mut subjects: BTreeMap<Subject, Vec<Waiting>> = BTreeMap::new();
    for place in due {
        subjects
            .entry(place.subject.clone())
            .or_default()
            .push(place);
    }
    let sent = subjects.into_iter();
    let sent = sent.map(|(subject, places)| send_subject(run, endpoint, subject, places));
    let tried: Vec<Vec<Tried>> = stream::iter(sent)
        .buffer_unordered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(tried.into_iter().flatten().collect())
}

/// Parks some of what waits for a disabled endpoint; whether there was something.
pub(super) async fn park_some(run: &Run<'_>, endpoint: &Endpoint) -> Result<bool, ConsumeError> {
    let store = &run.app.store;
    let queued = store.queued(endpoint.id, AT_ONCE as u32).await?;
    let ids = queued.iter().map(|place| place.delivery);
    let deliveries = store.deliveries(ids).await?;
    for (place, delivery) in queued.iter().zip(deliveries) {
        match delivery.filter(|delivery| delivery.state.is_open()) {
            Some(delivery) => {
                end(run, delivery.parked(run.app.clock.now()), None).await?;
            }
            None => store.unqueue(endpoint.id, place).await?,
        }
    }
    Ok(!queued.is_empty())
}

/// Sends the versions of a subject one after the other, as long as they are due and taken.
async fn send_subject(
    run: &Run<'_>,
    endpoint: &Endpoint,
    subject: Subject,
    mut places: Vec<Waiting>,
) -> Result<Vec<Tried>, ConsumeError> {
    let store = &run.app.store;
    let mut mark = store.mark(endpoint.id, &subject).await?;
    let mut tried = Vec::new();
    let mut failed = false;
    while let Some(head) = store.head(endpoint.id, &subject).await? {
        let delivery = store.delivery(head.delivery).await?;
        let Some(delivery) = delivery.filter(|delivery| delivery.state.is_open()) else {
            store.unqueue(endpoint.id, &head).await?;
            continue;
        };
        if !delivery.asked && mark.is_some_and(|mark| delivery.sequence < mark) {
            let superseded = delivery.superseded(run.app.clock.now());
            if !end(run, superseded, None).await? {
                return Ok(tried);
            }
            continue;
        }
        if failed || run.is_over() || !run.is_due(delivery.due_at) {
            store.wait(&delivery).await?;
            places.retain(|place| !place.is_of(&delivery));
            break;
        }
        let (after, outcome) = run.attempt(endpoint, delivery).await?;
        failed = outcome.end != End::Accepted;
        tried.push(outcome);
        let new_mark = (after.state == State::Delivered).then_some(after.sequence);
        let new_mark = new_mark.filter(|sequence| mark.is_none_or(|mark| *sequence >= mark));
        if !end(run, after, new_mark).await? {
            return Ok(tried);
        }
        mark = mark.max(new_mark);
    }
    for place in &places {
        store.leave(endpoint.id, place).await?;
    }
    Ok(tried)
}

/// Writes what has become of a delivery, with its place among those of its subject; whether it was
/// still ours to write. If not, whoever wrote it sees to the subject.
async fn end(run: &Run<'_>, after: Delivery, new_mark: Option<u64>) -> Result<bool, ConsumeError> {
    let written = if after.state.is_open() {
        run.app.store.save_delivery(&after).await
    } else {
        run.app.store.end_in_order(&after, new_mark).await
    };
    match written {
        Ok(()) => Ok(true),
        Err(SaveError::Lost) => Ok(false),
        Err(SaveError::Service(error)) => Err(error.into()),
    }
}
