//! The outbox: from changes of a table to events in queues.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use engines::Engines;
use kernel::{Event, Timestamp};
use platform::{Aws, Queue, ServiceError, serve::publish, table::Change};

use crate::{
    aws, engines,
    faults::{Fault, Faulty},
    template,
};

/// So many changes, numbered from 0.
fn changes(count: usize) -> Vec<Change> {
    let change = |number: usize| Change {
        sequence_number: number.to_string(),
        pk: format!("THING#{number}"),
        sk: None,
        old: None,
        new: None,
    };
    (0..count).map(change).collect()
}

fn queue(aws: &Aws, name: &str) -> Queue {
    aws.queue(template().queue(name).unwrap().url())
}

/// The events of a change, one for each of these queues.
fn told(change: &Change, queues: &[Queue]) -> Vec<(Queue, Event)> {
    let event = Event::derived("thing.made", &change.pk, 1, Timestamp::UNIX_EPOCH, ());
    let event = event.unwrap();
    let each = queues.iter().map(|queue| (queue.clone(), event.clone()));
    each.collect()
}

async fn depth(engines: &Engines, name: &str) -> u32 {
    let queue = engines.queue(name).unwrap();
    u32::try_from(queue.depth().await.unwrap().0).unwrap()
}

/// Services that have the fault at the calls of these numbers, and the count of the calls.
fn faulty(engines: &Engines, faults: fn(usize) -> Fault) -> (Aws, Arc<AtomicUsize>) {
    let services = Faulty::new(engines.clone(), faults);
    let calls = services.calls();
    (aws(services), calls)
}

#[tokio::test]
async fn a_batch_of_changes_is_told_in_few_requests_to_each_queue() {
    let engines = engines().await;
    let (aws, calls) = faulty(&engines, |_| Fault::None);
    let queues = [queue(&aws, "Work"), queue(&aws, "News")];
    let done = publish(changes(25), |change| Ok(told(change, &queues))).await;
    assert!(done.is_ok(), "{done:?}");
    assert_eq!(depth(&engines, "Work").await, 25);
    assert_eq!(depth(&engines, "News").await, 25);
    assert_eq!(calls.load(Ordering::SeqCst), 6);
}

#[tokio::test]
async fn what_came_before_a_change_that_cannot_be_read_is_told() {
    let engines = engines().await;
    let aws = aws(engines.clone());
    let queues = [queue(&aws, "Work")];
    let done = publish(changes(25), |change| {
        if change.sequence_number == "12" {
            return Err(ServiceError::malformed("a thing", "it is none"));
        }
        Ok(told(change, &queues))
    });
    let failure = done.await.unwrap_err();
    assert_eq!(failure.sequence_number, "12");
    assert_eq!(depth(&engines, "Work").await, 12);
}

#[tokio::test]
async fn the_first_change_that_one_queue_does_not_take_is_named() {
    let engines = engines().await;
    let aws = aws(engines.clone());
    let queues = [queue(&aws, "Work"), queue(&aws, "News")];
    let gone = format!("{}Gone", template().queue("News").unwrap().url());
    let gone = [queues[0].clone(), aws.queue(gone)];
    let done = publish(changes(25), |change| {
        let lost = change.sequence_number == "12";
        Ok(told(change, if lost { &gone } else { &queues }))
    });
    let failure = done.await.unwrap_err();
    assert_eq!(failure.sequence_number, "12");
    // Nothing before it is missing; that much of it came twice does not matter.
    assert!(depth(&engines, "Work").await >= 13);
    assert!(depth(&engines, "News").await >= 12);
}
