//! Endpoints that get nothing any more.

use serde_json::json;

use crate::{
    house::{House, paid},
    receivers::Reply,
};

#[tokio::test]
async fn gone_disables_at_once_and_what_comes_is_kept() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.always("a.example.com", Reply::Status(410));
    for order in 0..25 {
        house.put(&paid("label", &format!("ord_{order}"))).await;
    }
    house.settle().await;
    assert!(house.receivers.at("a.example.com").len() <= 10);
    house.tell(&paid("label", "ord_later")).await;
    let endpoint = house.endpoint("label", &id).await;
    assert_eq!(
        (&endpoint["state"], &endpoint["disabled_because"]),
        (&json!("disabled"), &json!("gone"))
    );
    assert_eq!(house.states("label", &id).await, ["parked"; 26]);
    assert_eq!(house.places(&id).await, 0);
    house.pass_minutes(10).await;
    assert!(house.receivers.at("a.example.com").len() <= 10);
}

#[tokio::test]
async fn what_waits_is_parked_when_its_owner_disables_an_endpoint() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.always("a.example.com", Reply::Status(500));
    for order in 0..25 {
        house.put(&paid("label", &format!("ord_{order}"))).await;
    }
    house.settle().await;
    let disabled = house.act("label", &id, "disable").await.json();
    assert_eq!(disabled["disabled_because"], "request");
    house.settle().await;
    assert_eq!(house.states("label", &id).await, ["parked"; 25]);
    assert_eq!(house.places(&id).await, 0);

    let sent = house.receivers.all().len();
    for (action, code) in [
        ("test", "endpoint_disabled"),
        ("recover?since=2026-06-01T00:00:00Z", "endpoint_disabled"),
    ] {
        let answer = house.act("label", &id, action).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (409, code),
            "{action}"
        );
    }
    let parked = house.deliveries("label", &id).await;
    assert_eq!(
        house.replay("label", &parked[0]).await.problem_code(),
        "endpoint_disabled"
    );
    house.settle().await;
    assert_eq!(house.receivers.all().len(), sent);

    house.receivers.always("a.example.com", Reply::Status(200));
    let enabled = house.act("label", &id, "enable").await.json();
    assert_eq!(enabled["state"], "active");
    house.tell(&paid("label", "ord_new")).await;
    assert_eq!(house.receivers.all().len(), sent + 1);
}

#[tokio::test]
async fn a_deleted_endpoint_gets_nothing_and_its_deliveries_can_be_looked_at() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.tell(&paid("label", "ord_1")).await;
    house.receivers.always("a.example.com", Reply::Status(500));
    house.tell(&paid("label", "ord_2")).await;
    let deliveries = house.deliveries("label", &id).await;
    let path = format!("/v1/webhook-endpoints/{id}");
    assert_eq!(house.manager("label").delete(&path).await.status, 204);
    assert_eq!(
        house.manager("label").delete(&path).await.problem_code(),
        "not_found"
    );
    house.tell(&paid("label", "ord_3")).await;
    house.pass_minutes(10).await;
    assert_eq!(house.receivers.all().len(), 2);
    let first = deliveries
        .iter()
        .find(|one| one["subject"] == "ord_1")
        .unwrap();
    let id = first["id"].as_str().unwrap();
    assert_eq!(house.delivery("label", id).await["state"], "delivered");
    assert_eq!(house.replay("label", first).await.problem_code(), "gone");
}
