//! Two at one lane, wakes that come at a bad moment, and leases that end.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use jiff::SignedDuration;
use serde_json::json;
use testkit::App;

use crate::{
    house::{House, lane_due, paid},
    receivers::Reply,
};

/// Another sender, with a clock of its own that begins now.
async fn sender_of_its_own(house: &House) -> (kernel::Clock, App) {
    let clock = kernel::Clock::manual(house.world.clock.now());
    let aws = house.world.aws_of("WebhooksSender");
    let outbound = house.receivers.seen_by(clock.clone()).outbound();
    let (aws, given) = (aws.with_public_outbound(outbound), clock.clone());
    let environment = house.world.environment("WebhooksSender");
    let app = house
        .world
        .app("WebhooksSender", |_, _, _| {
            webhooks::build(environment, aws, given)
        })
        .await;
    (clock, app)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_workers_at_one_lane_one_sends() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    for order in 0..40 {
        house.put(&paid("label", &format!("ord_{order}"))).await;
    }
    house.take_in().await;
    let due = lane_due(&id);
    let runs = (0..6).map(|_| house.sender.deliver(&due));
    for failed in futures_util::future::join_all(runs).await {
        assert!(failed.is_empty());
    }
    house.settle().await;
    assert_eq!(house.receivers.all().len(), 40);
    assert_eq!(house.states("label", &id).await, ["delivered"; 40]);
}

#[tokio::test]
async fn a_wake_that_comes_while_a_lane_runs_is_not_overlooked() {
    let house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    // While the first is being sent the second is taken in, and no message ever tells of it.
    let second = paid("label", "ord_2");
    let body = serde_json::to_string(&second).unwrap();
    let (worker, queue) = (house.worker.clone(), tokio::sync::mpsc::unbounded_channel());
    let (ask, mut asked) = queue;
    house.receivers.serve("a.example.com", move |_| {
        let _ = ask.send(());
        Reply::Status(200)
    });
    house.put(&paid("label", "ord_1")).await;
    house.take_in().await;
    let due = lane_due(&id);
    let run = house.sender.deliver(&due);
    let intake = async {
        asked.recv().await.unwrap();
        let message = json!({ "messageId": "m2", "body": body, "eventSource": "aws:sqs" });
        worker.deliver(&json!({ "Records": [message] })).await
    };
    let (ran, taken_in) = tokio::join!(run, intake);
    assert!(ran.is_empty() && taken_in.is_empty());
    assert_eq!(house.receivers.all().len(), 2);
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn an_address_that_is_changed_while_a_lane_runs_ends_the_pause_that_the_old_one_asks_for() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    let day = Reply::RetryAfter(503, "86400".to_owned());
    house.receivers.always("a.example.com", day);
    for order in 0..15 {
        house.put(&paid("label", &format!("ord_{order}"))).await;
    }
    house.take_in().await;
    let due = lane_due(&id);
    {
        let mut run = Box::pin(house.sender.deliver(&due));
        while house.receivers.all().is_empty() {
            tokio::select! {
                biased;
                _ = &mut run => panic!("it was to be still sending"),
                () = tokio::task::yield_now() => {}
            }
        }
        let path = format!("/v1/webhook-endpoints/{id}");
        let patch = json!({ "url": "https://new.example.com/hook" });
        assert_eq!(house.manager("label").patch(&path, patch).await.status, 200);
        assert!(run.await.is_empty());
    }
    // The first ten are asked to wait for a day themselves; the others are not.
    assert_eq!(house.receivers.at("a.example.com").len(), 10);
    assert_eq!(house.receivers.at("new.example.com").len(), 5);
    assert_eq!(house.endpoint("label", &id).await["state"], "active");
    house.settle().await;
    house.pass(SignedDuration::from_hours(25)).await;
    assert_eq!(house.states("label", &id).await, ["delivered"; 15]);
}

#[tokio::test]
async fn a_lane_whose_worker_died_is_taken_over_after_its_lease() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.put(&paid("label", "ord_1")).await;
    house.take_in().await;
    // It dies while it sends: its future is dropped at that moment.
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    house.receivers.serve("a.example.com", move |_| {
        counted.fetch_add(1, Ordering::SeqCst);
        Reply::Status(200)
    });
    let due = lane_due(&id);
    {
        let mut run = Box::pin(house.sender.deliver(&due));
        while calls.load(Ordering::SeqCst) == 0 {
            tokio::select! {
                biased;
                _ = &mut run => panic!("it was to die"),
                () = tokio::task::yield_now() => {}
            }
        }
    }
    house.settle().await;
    house.pass_minutes(1).await;
    assert_eq!(
        calls.load(Ordering::SeqCst),
        1,
        "somebody has the lane still"
    );
    house.pass_minutes(1).await;
    assert_eq!(calls.load(Ordering::SeqCst), 2);
    assert_eq!(house.states("label", &id).await, ["delivered"]);
    let received = house.receivers.all();
    assert_eq!(received[0].id(), received[1].id());
}

#[tokio::test]
async fn a_worker_that_wakes_up_after_its_lease_harms_nothing() {
    for ordered in [false, true] {
        let mut house = House::open().await;
        let id = house
            .register("label", "a.example.com", json!({ "ordered": ordered }))
            .await;
        house.put(&paid("label", "ord_1")).await;
        house.take_in().await;
        // The first worker's clock stands still, as if the machine slept in the middle of sending.
        let (_, sleeper) = sender_of_its_own(&house).await;
        house.receivers.always("a.example.com", Reply::Status(500));
        let due = lane_due(&id);
        let mut asleep = Box::pin(sleeper.deliver(&due));
        while house.receivers.all().is_empty() {
            tokio::select! {
                biased;
                _ = &mut asleep => panic!("it was to sleep"),
                () = tokio::task::yield_now() => {}
            }
        }
        house.receivers.always("a.example.com", Reply::Status(200));
        house.pass(SignedDuration::from_secs(90)).await;
        assert_eq!(house.states("label", &id).await, ["delivered"]);
        assert!(asleep.await.is_empty());
        house.settle().await;
        house.pass_minutes(10).await;
        assert_eq!(house.states("label", &id).await, ["delivered"]);
        assert_eq!(house.receivers.all().len(), 2);
        assert_eq!(house.places(&id).await, 0);
    }
}
