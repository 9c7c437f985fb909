//! Endpoints that are down: they are probed, and cost no more than that.

use jiff::SignedDuration;
use serde_json::json;

use crate::{
    house::{House, lane_due, paid},
    receivers::Reply,
};

async fn with_dead(orders: usize) -> (House, String) {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.always("a.example.com", Reply::Status(500));
    for order in 0..orders {
        house.put(&paid("label", &format!("ord_{order}"))).await;
    }
    house.settle().await;
    (house, id)
}

#[tokio::test]
async fn an_endpoint_that_is_down_gets_probes_and_not_its_queue() {
    let (mut house, id) = with_dead(60).await;
    let attempts = |house: &House| house.receivers.at("a.example.com").len();
    let first = attempts(&house);
    assert!((5..=10).contains(&first), "{first}");
    assert_eq!(house.endpoint("label", &id).await["state"], "failing");
    house.pass_minutes(60).await;
    let probes = attempts(&house) - first;
    assert!((10..=20).contains(&probes), "{probes}");
    // What comes meanwhile waits, and does not make us knock.
    let before = attempts(&house);
    house.tell(&paid("label", "ord_new")).await;
    assert_eq!(attempts(&house), before);
}

#[tokio::test]
async fn once_a_probe_is_taken_the_rest_follows() {
    let (mut house, id) = with_dead(60).await;
    house.pass_minutes(30).await;
    house.receivers.always("a.example.com", Reply::Status(200));
    house.pass_minutes(6).await;
    let states = house.states("label", &id).await;
    let delivered = states.iter().filter(|state| *state == "delivered").count();
    // But for those that were tried: they keep the times of their own.
    assert!(delivered > 40, "{delivered}");
    assert_eq!(house.endpoint("label", &id).await["state"], "active");
    house.pass(SignedDuration::from_hours(3)).await;
    house.pass(SignedDuration::from_hours(3)).await;
    assert_eq!(house.states("label", &id).await, ["delivered"; 60]);
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn an_endpoint_that_stays_down_is_disabled_and_its_owner_told() {
    let (mut house, id) = with_dead(30).await;
    house
        .register("label", "other.example.com", json!({}))
        .await;
    let mut hours = 0;
    while house.endpoint("label", &id).await["state"] != "disabled" {
        for _ in 0..4 {
            house.pass(SignedDuration::from_mins(15)).await;
        }
        hours += 1;
        assert!(hours < 24 * 6, "it is never disabled");
    }
    // Not before the promised time, and not long after the longest schedule.
    assert!((75..=100).contains(&hours), "{hours}");
    house.pass_minutes(2).await;
    let endpoint = house.endpoint("label", &id).await;
    assert_eq!(endpoint["disabled_because"], "exhausted");
    let states = house.states("label", &id).await;
    assert!(
        states
            .iter()
            .all(|state| state == "exhausted" || state == "parked")
    );
    assert_eq!((states.len(), house.places(&id).await), (30, 0));
    let told = house.receivers.at("other.example.com");
    assert_eq!(told.len(), 1);
    let message = told[0].json();
    assert_eq!(message["type"], "webhook_endpoint.disabled");
    assert_eq!(message["data"]["endpoint"], json!(id));
    assert_eq!(message["data"]["because"], "exhausted");
}

#[tokio::test]
async fn a_new_address_is_tried_at_once() {
    let (mut house, id) = with_dead(20).await;
    house.pass_minutes(30).await;
    let path = format!("/v1/webhook-endpoints/{id}");
    let patch = json!({ "url": "https://new.example.com/hook" });
    assert_eq!(house.manager("label").patch(&path, patch).await.status, 200);
    house.settle().await;
    assert!(house.receivers.at("new.example.com").len() >= 10);
    assert_eq!(house.endpoint("label", &id).await["state"], "active");
}

#[tokio::test]
async fn a_slow_endpoint_is_left_after_half_a_minute_and_taken_up_again() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.always("a.example.com", Reply::Slow(14_000));
    for order in 0..65 {
        house.put(&paid("label", &format!("ord_{order}"))).await;
    }
    house.take_in().await;
    let began = house.world.clock.now();
    assert!(house.sender.deliver(&lane_due(&id)).await.is_empty());
    let run = house.world.clock.now().duration_since(began);
    assert!(run <= SignedDuration::from_secs(45), "{run}");
    assert_eq!(house.receivers.at("a.example.com").len(), 30);
    // It has woken its lane for the rest, without any sweeper.
    house.settle().await;
    assert_eq!(house.states("label", &id).await, ["delivered"; 65]);
    assert_eq!(house.receivers.at("a.example.com").len(), 65);
}
