//! Endpoints that want the events of a subject in order.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, atomic::Ordering},
};

use jiff::SignedDuration;
use serde_json::json;

use crate::{
    faults::{Fault, faulty},
    house::{House, event, lane_due},
    receivers::Reply,
};

async fn ordered() -> (House, String) {
    let house = House::open().await;
    let id = house
        .register("label", "a.example.com", json!({ "ordered": true }))
        .await;
    (house, id)
}

fn sequences(house: &House, subject: &str) -> Vec<u64> {
    let received = house.receivers.at("a.example.com").into_iter();
    let of_subject = received.filter(|one| one.json()["subject"] == subject);
    of_subject.map(|one| one.sequence()).collect()
}

#[tokio::test]
async fn what_came_in_disorder_goes_out_in_order() {
    let (mut house, id) = ordered().await;
    for version in [3, 1, 10, 2] {
        house
            .put(&event("label", "order.paid", "ord_1", version))
            .await;
    }
    house.settle().await;
    assert_eq!(sequences(&house, "ord_1"), [1, 2, 3, 10]);
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn a_subject_waits_for_its_first_while_others_go_on() {
    let (mut house, id) = ordered().await;
    let well = Arc::new(Mutex::new(BTreeSet::new()));
    let asked = Arc::clone(&well);
    house.receivers.serve("a.example.com", move |received| {
        let subject = received.json()["subject"].as_str().unwrap().to_owned();
        let is_well = subject != "ord_1" || asked.lock().unwrap().contains(&subject);
        Reply::Status(if is_well { 200 } else { 500 })
    });
    for version in 1..=3 {
        for subject in ["ord_1", "ord_2"] {
            house
                .tell(&event("label", "order.paid", subject, version))
                .await;
        }
    }
    assert_eq!(sequences(&house, "ord_1"), [1]);
    assert_eq!(sequences(&house, "ord_2"), [1, 2, 3]);
    well.lock().unwrap().insert("ord_1".to_owned());
    house.pass_minutes(1).await;
    assert_eq!(sequences(&house, "ord_1"), [1, 1, 2, 3]);
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn what_comes_after_a_later_version_is_kept_and_can_be_replayed() {
    let (mut house, id) = ordered().await;
    house.tell(&event("label", "order.paid", "ord_1", 5)).await;
    house.tell(&event("label", "order.paid", "ord_1", 4)).await;
    // Another event of the same version is not late.
    house
        .tell(&event("label", "order.fulfilled", "ord_1", 5))
        .await;
    assert_eq!(sequences(&house, "ord_1"), [5, 5]);
    let late: Vec<_> = house.deliveries("label", &id).await;
    let late = late
        .iter()
        .find(|one| one["sequence"] == 4)
        .unwrap()
        .clone();
    assert_eq!(late["state"], "superseded");
    assert_eq!(house.replay("label", &late).await.status, 202);
    house.settle().await;
    assert_eq!(sequences(&house, "ord_1"), [5, 5, 4]);
    // It was an exception: what is late is late still.
    house.tell(&event("label", "order.paid", "ord_1", 3)).await;
    assert_eq!(sequences(&house, "ord_1"), [5, 5, 4]);
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn a_subject_goes_on_without_what_is_exhausted() {
    let (mut house, id) = ordered().await;
    house.receivers.serve("a.example.com", |received| {
        let is_poison = received.json()["subject"] == "ord_1" && received.sequence() == 1;
        Reply::Status(if is_poison { 500 } else { 200 })
    });
    house.tell(&event("label", "order.paid", "ord_1", 1)).await;
    house.tell(&event("label", "order.paid", "ord_1", 2)).await;
    for hour in 0..110 {
        house
            .tell(&event("label", "order.paid", &format!("ord_h{hour}"), 1))
            .await;
        house.pass(SignedDuration::from_mins(60)).await;
    }
    let sent = sequences(&house, "ord_1");
    assert_eq!((sent.len(), sent[11], sent[12]), (13, 1, 2));
    let both = house.about("label", &id, "ord_1").await;
    let states: Vec<_> = both.iter().map(|one| one["state"].as_str()).collect();
    assert_eq!(states, [Some("exhausted"), Some("delivered")]);
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn what_was_parked_of_a_subject_is_recovered_in_order() {
    let (mut house, id) = ordered().await;
    house.receivers.always("a.example.com", Reply::Status(500));
    for version in [2, 1, 3] {
        house
            .tell(&event("label", "order.paid", "ord_1", version))
            .await;
    }
    house.act("label", &id, "disable").await;
    house.settle().await;
    assert_eq!(house.states("label", &id).await, ["parked"; 3]);
    assert_eq!(house.places(&id).await, 0);
    house.receivers.always("a.example.com", Reply::Status(200));
    house.act("label", &id, "enable").await;
    house.tell(&event("label", "order.paid", "ord_1", 4)).await;
    let before = sequences(&house, "ord_1").len();
    let answer = house
        .act("label", &id, "recover?since=2026-06-01T00:00:00Z")
        .await;
    assert_eq!(answer.json()["recovered"], 3, "{}", answer.text());
    house.settle().await;
    assert_eq!(sequences(&house, "ord_1")[before..], [1, 2, 3]);
}

#[tokio::test]
async fn a_late_version_before_the_watch_of_an_endpoint_that_is_down_keeps_nobody_busy() {
    let (mut house, id) = ordered().await;
    house.receivers.always("a.example.com", Reply::Status(500));
    // The first that fails is the watch; with the fifth the endpoint counts as failing.
    house.tell(&event("label", "order.paid", "ord_1", 2)).await;
    for order in 2..=5 {
        let subject = format!("ord_{order}");
        house.tell(&event("label", "order.paid", &subject, 1)).await;
    }
    assert_eq!(house.endpoint("label", &id).await["state"], "failing");
    let before = house.receivers.all().len();
    for subject in ["ord_1", "ord_6", "ord_7"] {
        house.tell(&event("label", "order.paid", subject, 1)).await;
    }
    // A run that does not come to an end runs out of calls.
    let (sender, calls_left) = faulty(&house, "WebhooksSender", Fault::DeathBefore).await;
    for minute in 1..=60 {
        house
            .world
            .clock
            .advance(SignedDuration::from_mins(1))
            .unwrap();
        calls_left.store(100, Ordering::SeqCst);
        let failed = sender.deliver(&lane_due(&id)).await;
        assert!(failed.is_empty(), "minute {minute}");
        let lane = platform::table::Key::sorted(format!("LANE#{id}"), "LANE");
        let lane = house.world.table("WebhooksTable").get_item(&lane).await;
        let lane = lane.unwrap().unwrap();
        assert!(lane.number("due_at").unwrap() > house.world.clock.now_ms());
        assert_eq!(lane.text("holder"), None);
    }
    let probes = house.receivers.all().split_off(before);
    assert!((10..=20).contains(&probes.len()), "{}", probes.len());
    let probed: BTreeSet<_> = probes
        .iter()
        .map(|one| one.json()["subject"].as_str().unwrap().to_owned())
        .collect();
    for subject in ["ord_1", "ord_6", "ord_7"] {
        assert!(probed.contains(subject), "{subject}: {probed:?}");
    }
    // Of the subject with the late version only that was tried since.
    let since = sequences(&house, "ord_1");
    assert!(since[1..].iter().all(|sequence| *sequence == 1));
}
