//! Replies that get lost and workers that die, at every call.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use bytes::Bytes;
use futures_util::future::BoxFuture;
use jiff::SignedDuration;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use serde_json::json;
use testkit::App;

use crate::{
    house::{House, event, lane_due},
    receivers::Reply,
};

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Its reply is lost: whoever called tries again.
    LostReply,
    /// It is carried out, and nobody is there any more.
    DeathAfter,
    /// Nobody is there to make it.
    DeathBefore,
}

/// A line to the services on which something happens to one call, counted down.
struct Line<T> {
    services: T,
    left: Arc<AtomicUsize>,
    fault: Fault,
}

/// More calls than anything here makes.
const NEVER: usize = 10_000;

impl<T: Transport> Transport for Line<T> {
    fn call(
        &self,
        request: http::Request<Bytes>,
    ) -> BoxFuture<'static, Result<http::Response<Bytes>, TransportError>> {
        let less = |left: usize| left.checked_sub(1);
        let before = self
            .left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        let lost = || Err(TransportError::Io("the line is broken".to_owned()));
        let dead = || Err(TransportError::Other("it is dead".to_owned()));
        match (before, self.fault) {
            (Ok(1), Fault::LostReply) => {
                let answer = self.services.call(request);
                Box::pin(async move {
                    answer.await?;
                    lost()
                })
            }
            (Ok(1), Fault::DeathAfter) => {
                let answer = self.services.call(request);
                Box::pin(async move {
                    answer.await?;
                    dead()
                })
            }
            (Ok(1), Fault::DeathBefore) => Box::pin(async move { dead() }),
            (Err(_), Fault::DeathAfter | Fault::DeathBefore) => Box::pin(async move { dead() }),
            (Ok(_), _) | (Err(_), Fault::LostReply) => self.services.call(request),
        }
    }
}

/// A function on such a line, and how many calls are left until it happens.
pub(crate) async fn faulty(house: &House, function: &str, fault: Fault) -> (App, Arc<AtomicUsize>) {
    let left = Arc::new(AtomicUsize::new(NEVER));
    let line = Line {
        services: house.world.engines.clone(),
        left: Arc::clone(&left),
        fault,
    };
    let environment = house.world.environment(function);
    let aws = Aws::over(&environment, Arc::new(line)).unwrap();
    let aws = aws.with_public_outbound(house.receivers.outbound());
    let clock = house.world.clock.clone();
    let app = house
        .world
        .app(function, |_, _, _| webhooks::build(environment, aws, clock))
        .await;
    (app, left)
}

/// Three events of two subjects, of which one is refused at first: everything a run does.
async fn scene(ordered: bool) -> (House, String) {
    let house = House::open().await;
    let id = house
        .register("label", "a.example.com", json!({ "ordered": ordered }))
        .await;
    let began = house.world.clock.now();
    house.receivers.serve("a.example.com", move |received| {
        let early = received.at < began + SignedDuration::from_secs(30);
        let refused = early && received.json()["subject"] == "ord_2";
        Reply::Status(if refused { 500 } else { 200 })
    });
    (house, id)
}

fn events() -> [kernel::Event; 3] {
    [("ord_1", 1), ("ord_1", 2), ("ord_2", 1)]
        .map(|(subject, version)| event("label", "order.paid", subject, version))
}

/// In the end all is delivered, nothing is left over, and everybody was told all.
async fn ends_well(house: &mut House, id: &str, ordered: bool, case: &str) {
    house.settle().await;
    // A lease ends; then what was refused is due again, at most twice.
    for minutes in [2, 1, 6, 1] {
        house.pass(SignedDuration::from_mins(minutes)).await;
    }
    assert_eq!(house.states("label", id).await, ["delivered"; 3], "{case}");
    assert_eq!(house.places(id).await, 0, "{case}");
    let received = house.receivers.all();
    for event in events() {
        let told = received.iter().any(|one| one.id() == event.id.to_string());
        assert!(told, "{case}: {}", event.subject);
    }
    let sequences: Vec<_> = received
        .iter()
        .filter(|one| one.json()["subject"] == "ord_1")
        .map(|one| one.sequence())
        .collect();
    // At least once each; and in order, a later one is never followed by an earlier one.
    assert!(!ordered || sequences.is_sorted(), "{case}: {sequences:?}");
}

#[tokio::test]
async fn a_run_that_loses_a_reply_or_dies_at_any_call_ends_well() {
    for ordered in [false, true] {
        for fault in [Fault::LostReply, Fault::DeathAfter, Fault::DeathBefore] {
            for call in 1.. {
                let (mut house, id) = scene(ordered).await;
                for event in events() {
                    house.put(&event).await;
                }
                house.take_in().await;
                let (sender, left) = faulty(&house, "WebhooksSender", fault).await;
                left.store(call, Ordering::SeqCst);
                let failed = sender.deliver(&lane_due(&id)).await;
                let case = format!("{fault:?} at call {call}, ordered: {ordered}");
                assert!(fault != Fault::LostReply || failed.is_empty(), "{case}");
                let reached = left.load(Ordering::SeqCst) == 0;
                ends_well(&mut house, &id, ordered, &case).await;
                if !reached {
                    assert!(call > 10, "there were calls to fail: {call}");
                    break;
                }
            }
        }
    }
}

#[tokio::test]
async fn an_intake_that_loses_a_reply_or_dies_at_any_call_ends_well() {
    for ordered in [false, true] {
        for fault in [Fault::LostReply, Fault::DeathAfter, Fault::DeathBefore] {
            for call in 1.. {
                let (mut house, id) = scene(ordered).await;
                let (worker, left) = faulty(&house, "WebhooksWorker", fault).await;
                left.store(call, Ordering::SeqCst);
                let records = events().map(|event| {
                    let body = serde_json::to_string(&event).unwrap();
                    json!({ "messageId": event.id, "body": body, "eventSource": "aws:sqs" })
                });
                let failed = worker.deliver(&json!({ "Records": records })).await;
                let reached = left.load(Ordering::SeqCst) == 0;
                // What was not done comes again.
                for event in events() {
                    if failed.contains(&event.id.to_string()) {
                        house.put(&event).await;
                    }
                }
                house.take_in().await;
                let case = format!("{fault:?} at call {call}, ordered: {ordered}");
                ends_well(&mut house, &id, false, &case).await;
                if !reached {
                    assert!(call > 6, "there were calls to fail: {call}");
                    break;
                }
            }
        }
    }
}
