//! What a receiver gets, and what its answers lead to.

use jiff::SignedDuration;
use serde_json::json;

use crate::{
    house::{House, event, paid},
    receivers::Reply,
};

#[tokio::test]
async fn an_event_is_delivered_once_with_its_id_and_its_body() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    let event = paid("label", "ord_1");
    house.tell(&event).await;
    house.pass_minutes(3).await;

    let received = house.receivers.at("a.example.com");
    assert_eq!(received.len(), 1);
    assert_eq!(received[0].id(), event.id.to_string());
    assert_eq!(
        received[0].json(),
        json!({
            "type": "order.paid",
            "timestamp": "2026-06-01T11:59:59Z",
            "id": event.id,
            "subject": "ord_1",
            "sequence": 1,
            "data": { "order": "ord_1" },
        })
    );
    let headers = &received[0].headers;
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["user-agent"], "Planet-Webhooks/1");
    assert_eq!(received[0].address.port(), 443);

    let listed = house.deliveries("label", &id).await;
    let delivery = house
        .delivery("label", listed[0]["id"].as_str().unwrap())
        .await;
    assert_eq!(delivery["state"], "delivered");
    assert_eq!(delivery["event_id"], json!(event.id));
    assert_eq!(delivery["due_at"], json!(null));
    assert_eq!(delivery["attempts"][0]["status"], 200);
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn a_filter_lets_through_what_it_names() {
    let mut house = House::open().await;
    let only = json!({ "event_types": ["order.refunded"] });
    house.register("label", "only.example.com", only).await;
    house.register("label", "all.example.com", json!({})).await;
    house
        .register("other", "other.example.com", json!({}))
        .await;
    house.tell(&paid("label", "ord_1")).await;
    house
        .tell(&event("label", "order.refunded", "ord_1", 2))
        .await;
    let types = |host: &str| -> Vec<_> {
        let received = house.receivers.at(host).into_iter();
        received.map(|one| one.json()["type"].clone()).collect()
    };
    assert_eq!(types("only.example.com"), ["order.refunded"]);
    assert_eq!(types("all.example.com"), ["order.paid", "order.refunded"]);
    assert!(types("other.example.com").is_empty());
}

#[tokio::test]
async fn what_fails_comes_again_with_the_same_id_and_bytes_and_a_time_of_its_own() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.always("a.example.com", Reply::Status(500));
    house.tell(&paid("label", "ord_1")).await;
    assert_eq!(house.states("label", &id).await, ["retrying"]);
    house.receivers.always("a.example.com", Reply::Status(204));
    house.pass_minutes(1).await;

    let received = house.receivers.at("a.example.com");
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].id(), received[1].id());
    assert_eq!(received[0].body, received[1].body);
    let time = |one: usize| received[one].headers["webhook-timestamp"].clone();
    assert_ne!(time(0), time(1));
    assert_eq!(house.states("label", &id).await, ["delivered"]);
}

#[tokio::test]
async fn it_is_tried_twelve_times_over_more_than_three_days_and_kept_after_that() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.serve("a.example.com", |received| {
        let is_poison = received.json()["subject"] == "ord_poison";
        Reply::Status(if is_poison { 500 } else { 200 })
    });
    house.tell(&paid("label", "ord_poison")).await;
    // The endpoint takes everything else, so it is not the endpoint.
    for hour in 0..110 {
        house.pass(SignedDuration::from_mins(59)).await;
        house.pass_minutes(1).await;
        house.tell(&paid("label", &format!("ord_{hour}"))).await;
    }
    let received = house.receivers.at("a.example.com");
    let poison: Vec<_> = received
        .iter()
        .filter(|one| one.json()["subject"] == "ord_poison")
        .collect();
    assert_eq!(poison.len(), 12);
    let span = poison[11].at.duration_since(poison[0].at);
    assert!(span > SignedDuration::from_mins(75 * 60 + 35), "{span}");
    let states = house.states("label", &id).await;
    assert_eq!(states[0], "exhausted");
    assert_eq!(
        states.iter().filter(|state| *state == "delivered").count(),
        110
    );
    assert_eq!(house.endpoint("label", &id).await["state"], "active");
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_not_followed() {
    let mut house = House::open().await;
    house.register("label", "a.example.com", json!({})).await;
    for status in [301, 302, 307, 308] {
        house.receivers.serve("a.example.com", move |_| {
            Reply::Body(status, "moved to https://b.example.com/".to_owned())
        });
        house.tell(&paid("label", &format!("ord_{status}"))).await;
    }
    assert_eq!(house.receivers.all().len(), 4);
    assert!(house.receivers.at("b.example.com").is_empty());
}

#[tokio::test]
async fn an_endpoint_that_asks_for_a_pause_gets_one() {
    for (value, seconds) in [("600", 600), ("Mon, 01 Jun 2026 12:10:00 GMT", 600)] {
        let mut house = House::open().await;
        let id = house.register("label", "a.example.com", json!({})).await;
        let busy = Reply::RetryAfter(429, value.to_owned());
        house.receivers.always("a.example.com", busy);
        house.tell(&paid("label", "ord_1")).await;
        house.receivers.always("a.example.com", Reply::Status(200));
        // Neither what was to be retried nor what comes meanwhile is sent.
        for minute in 0..9 {
            house.tell(&paid("label", &format!("ord_m{minute}"))).await;
            house.pass_minutes(1).await;
        }
        assert_eq!(house.receivers.at("a.example.com").len(), 1, "{value}");
        let paused = house.endpoint("label", &id).await;
        assert_eq!(paused["paused_until"], "2026-06-01T12:10:00Z");
        house.pass_minutes(2).await;
        let received = house.receivers.at("a.example.com");
        assert_eq!(received.len(), 11, "{value}");
        let waited = received[1].at.duration_since(received[0].at);
        assert!(waited >= SignedDuration::from_secs(seconds), "{waited}");
        assert_eq!(house.places(&id).await, 0);
    }
}

#[tokio::test]
async fn no_pause_is_longer_than_a_day() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    let long = Reply::RetryAfter(503, "9999999".to_owned());
    house.receivers.always("a.example.com", long);
    house.tell(&paid("label", "ord_1")).await;
    let paused = house.endpoint("label", &id).await;
    assert_eq!(paused["paused_until"], "2026-06-02T12:00:00Z");
    house.receivers.always("a.example.com", Reply::Status(200));
    house.pass(SignedDuration::from_hours(24)).await;
    assert_eq!(house.states("label", &id).await, ["delivered"]);
}

#[tokio::test]
async fn no_answer_and_too_much_of_one_are_failures_that_can_be_looked_at() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.always("a.example.com", Reply::Silent);
    house.tell(&paid("label", "ord_1")).await;
    let endless = Reply::Body(200, "x".repeat(64 * 1024 + 1));
    house.receivers.always("a.example.com", endless);
    house.pass_minutes(1).await;
    let wordy = Reply::Body(500, "é".repeat(2_000));
    house.receivers.always("a.example.com", wordy);
    house.pass_minutes(7).await;

    let listed = house.deliveries("label", &id).await;
    let delivery = house
        .delivery("label", listed[0]["id"].as_str().unwrap())
        .await;
    let attempts = delivery["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 3);
    assert_eq!(attempts[0]["status"], json!(null));
    assert_eq!(attempts[0]["took_ms"], 15_000);
    assert!(attempts[0]["error"].as_str().unwrap().contains("no answer"));
    assert!(attempts[1]["error"].as_str().unwrap().contains("65536"));
    assert_eq!(attempts[2]["status"], 500);
    let kept = attempts[2]["reply"].as_str().unwrap();
    assert_eq!(kept, "é".repeat(512));
}

#[tokio::test]
async fn an_endpoint_can_be_tested_whatever_its_filter_is() {
    let mut house = House::open().await;
    let only = json!({ "event_types": ["order.refunded"] });
    let id = house.register("label", "a.example.com", only).await;
    let answer = house.act("label", &id, "test").await;
    assert_eq!(
        (answer.status, answer.json()["state"].as_str()),
        (202, Some("queued"))
    );
    house.settle().await;
    let received = house.receivers.at("a.example.com");
    assert_eq!(received[0].json()["type"], "webhook.test");
    assert_eq!(received[0].json()["data"], json!({ "endpoint": id }));
    for _ in 1..20 {
        assert_eq!(house.act("label", &id, "test").await.status, 202);
    }
    let answer = house.act("label", &id, "test").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (429, "rate_limited")
    );
}
