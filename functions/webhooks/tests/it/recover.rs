//! What was missed is sent again: one delivery, or all since a time.

use serde_json::json;

use crate::{
    house::{House, paid},
    receivers::Reply,
};

#[tokio::test]
async fn all_that_was_missed_since_a_time_is_recovered_in_order_and_once() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.tell(&paid("label", "ord_taken")).await;
    house.act("label", &id, "disable").await;
    house.tell(&paid("label", "ord_before")).await;
    house.pass_minutes(10).await;
    for order in 0..23 {
        house.tell(&paid("label", &format!("ord_{order:02}"))).await;
        house.pass_minutes(1).await;
    }
    house.act("label", &id, "enable").await;
    let (mut recovered, mut cursor, mut calls) = (0, String::new(), 0);
    loop {
        let action = format!("recover?since=2026-06-01T12:05:00Z&limit=10{cursor}");
        let answer = house.act("label", &id, &action).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        recovered += answer.json()["recovered"].as_u64().unwrap();
        calls += 1;
        match answer.json()["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!((recovered, calls), (23, 3));
    let again = house
        .act("label", &id, "recover?since=2026-06-01T12:05:00Z&limit=100")
        .await;
    assert_eq!(again.json()["recovered"], 0);
    house.settle().await;
    let received = house.receivers.at("a.example.com");
    let subjects: Vec<_> = received
        .iter()
        .map(|one| one.json()["subject"].clone())
        .collect();
    let mut expected = vec![json!("ord_taken")];
    expected.extend((0..23).map(|order| json!(format!("ord_{order:02}"))));
    // Ten are under way at once; which of them is first is nobody's to say.
    for (received, expected) in subjects[1..].chunks(10).zip(expected[1..].chunks(10)) {
        let mut received = received.to_vec();
        received.sort_by_key(ToString::to_string);
        assert_eq!(received, expected);
    }
    assert_eq!(house.places(&id).await, 0);
    let before = house.about("label", &id, "ord_before").await;
    assert_eq!(before[0]["state"], "parked");
}

#[tokio::test]
async fn a_cursor_belongs_to_its_time() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.act("label", &id, "disable").await;
    for order in 0..3 {
        house.tell(&paid("label", &format!("ord_{order}"))).await;
    }
    house.act("label", &id, "enable").await;
    let first = house
        .act("label", &id, "recover?since=2026-06-01T00:00:00Z&limit=1")
        .await;
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    for action in [
        format!("recover?since=2026-06-02T00:00:00Z&cursor={cursor}"),
        "recover?since=2026-06-01T00:00:00Z&cursor=bm9wZQ".to_owned(),
        "recover?since=yesterday".to_owned(),
        "recover".to_owned(),
        "recover?since=2026-06-01T00:00:00Z&limit=101".to_owned(),
    ] {
        let answer = house.act("label", &id, &action).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{action}");
    }
}

#[tokio::test]
async fn one_that_was_delivered_can_be_sent_again_under_its_id() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.tell(&paid("label", "ord_1")).await;
    let delivered = house.deliveries("label", &id).await.remove(0);
    let answer = house.replay("label", &delivered).await;
    assert_eq!(
        (answer.status, answer.json()["state"].as_str()),
        (202, Some("queued"))
    );
    // While it is queued it is queued.
    let twice = house.replay("label", &delivered).await;
    assert_eq!(
        (twice.status, twice.problem_code().as_str()),
        (409, "state_conflict")
    );
    house.settle().await;
    let received = house.receivers.at("a.example.com");
    assert_eq!(received.len(), 2);
    assert_eq!(received[0].id(), received[1].id());
    assert_eq!(house.deliveries("label", &id).await[0]["attempts_made"], 2);
}

#[tokio::test]
async fn one_that_was_exhausted_gets_a_whole_schedule_again() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.always("a.example.com", Reply::Status(500));
    house.tell(&paid("label", "ord_1")).await;
    for _ in 0..100 {
        house.pass(jiff::SignedDuration::from_hours(1)).await;
    }
    assert_eq!(house.states("label", &id).await, ["exhausted"]);
    assert_eq!(house.endpoint("label", &id).await["state"], "disabled");
    house.act("label", &id, "enable").await;
    let exhausted = house.deliveries("label", &id).await.remove(0);
    assert_eq!(house.replay("label", &exhausted).await.status, 202);
    house.settle().await;
    assert_eq!(house.states("label", &id).await, ["retrying"]);
    house.receivers.always("a.example.com", Reply::Status(200));
    house.pass_minutes(2).await;
    assert_eq!(house.states("label", &id).await, ["delivered"]);
}

#[tokio::test]
async fn deliveries_are_listed_by_state_in_pages() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    house.receivers.serve("a.example.com", |received| {
        let even = received.json()["subject"]
            .as_str()
            .unwrap()
            .ends_with(['0', '2', '4', '6', '8']);
        Reply::Status(if even { 200 } else { 500 })
    });
    for order in 0..9 {
        house.tell(&paid("label", &format!("ord_{order}"))).await;
        house
            .world
            .clock
            .advance(jiff::SignedDuration::from_millis(10))
            .unwrap();
    }
    let (mut subjects, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/webhook-endpoints/{id}/deliveries?state=delivered&limit=2{cursor}");
        let page = house.manager("label").get(&path).await.json();
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        subjects.extend(items.iter().map(|item| item["subject"].clone()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(subjects, ["ord_8", "ord_6", "ord_4", "ord_2", "ord_0"]);
    for query in ["state=lost", "limit=0", "cursor=bm9wZQ", "what=1"] {
        let path = format!("/v1/webhook-endpoints/{id}/deliveries?{query}");
        let answer = house.manager("label").get(&path).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{query}");
    }
}
