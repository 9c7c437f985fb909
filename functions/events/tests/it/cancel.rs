use std::collections::BTreeMap;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use kernel::kind;

use crate::house::{House, id, show_at};

const REASON: &str = "The singer is ill.";

async fn cancel(house: &House, concert: &str) -> Value {
    house
        .act(concert, "cancel", json!({ "reason": REASON }))
        .await
}

/// Has the stream tell the worker, and the worker do its work.
async fn carry_out(house: &House) {
    house.world.pump("EventsTable", &house.stream).await;
    house.work().await;
}

/// For how many units of each line orders is told to pay money back.
async fn voided(house: &House) -> BTreeMap<String, u64> {
    let told = house.told_orders().await;
    let told = told
        .iter()
        .filter(|event| event["type"] == "tickets.voided");
    told.map(|event| {
        assert_eq!(event["data"]["reason"], "concert_cancelled");
        let line = event["subject"].as_str().unwrap().to_owned();
        (line, event["data"]["quantity"].as_u64().unwrap())
    })
    .collect()
}

#[tokio::test]
async fn a_concert_that_is_called_off_says_why_and_stays_visible() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let cancelled = cancel(&house, &show.concert).await;
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(cancelled["cancel_reason"], REASON);
    assert_eq!(cancel(&house, &show.concert).await, cancelled);
    let path = format!("/v1/events/{}", show.concert);
    assert_eq!(house.api.anonymous().get(&path).await.json(), cancelled);
    let list = house.api.anonymous().get("/v1/events").await.json();
    assert_eq!(list["items"], json!([]));
    let patch = house.planner().patch(&path, json!({ "title": "x" })).await;
    assert_eq!(patch.problem_code(), "state_conflict");
    let reasonless = house
        .planner()
        .post(&format!("{path}/cancel"), json!({}))
        .await;
    assert_eq!(reasonless.problem_code(), "validation_failed");
}

#[tokio::test]
async fn its_tickets_open_no_door_from_the_same_moment_on() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    cancel(&house, &show.concert).await;
    let refused = show_at(&house.door(), &code, "1").await;
    assert_eq!(refused.problem_code(), "ticket_not_valid");
    carry_out(&house).await;
    assert_eq!(house.ticket("ada", &ticket).await["state"], "void");
}

#[tokio::test]
async fn a_thousand_tickets_become_void_and_every_line_is_told_once() {
    const LINES: usize = 248;
    let house = House::open().await;
    let show = house.show(json!({})).await;
    for number in 0..LINES {
        let quantity = if number == 0 { 12 } else { 4 };
        house
            .pay(&show, "ada", &format!("line {number}"), quantity)
            .await;
    }
    house.work().await;
    assert_eq!(house.told_orders().await.len(), LINES);
    cancel(&house, &show.concert).await;
    carry_out(&house).await;
    let told = voided(&house).await;
    assert_eq!(told.len(), LINES);
    assert_eq!(told.values().sum::<u64>(), 1_000);
    let mut path = "/v1/tickets?limit=100".to_owned();
    let mut seen = 0;
    loop {
        let page = house.fan("ada").get(&path).await.json();
        for ticket in page["items"].as_array().unwrap() {
            assert_eq!(ticket["state"], "void");
            seen += 1;
        }
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/tickets?limit=100&cursor={cursor}"),
            None => break,
        }
    }
    assert_eq!(seen, 1_000);
}

#[tokio::test]
async fn everything_told_again_changes_nothing() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    for number in 0..5 {
        house.buy(&show, "ada", &format!("line {number}"), 3).await;
    }
    cancel(&house, &show.concert).await;
    for _ in 0..3 {
        // Every pump tells the whole story from its beginning.
        carry_out(&house).await;
        house.pay(&show, "ada", "line 0", 3).await;
        house.work().await;
    }
    house.world.messages("OrdersQueue").await;
    let told = voided(&house).await;
    assert_eq!((told.len(), told.values().sum::<u64>()), (5, 15));
}

#[tokio::test]
async fn what_went_back_before_is_not_paid_back_again() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    house.buy(&show, "ada", "line", 3).await;
    house.buy(&show, "ada", "all", 1).await;
    house.recall("some", "line", 2).await;
    house.recall("all", "all", 1).await;
    house.work().await;
    cancel(&house, &show.concert).await;
    carry_out(&house).await;
    let line = id::<kind::OrderLine>("line").to_string();
    assert_eq!(voided(&house).await, [(line, 1)].into());
    house.recall("late", "line", 1).await;
    house.work().await;
    let told = house.told_orders().await;
    let late = json!(id::<kind::RefundRequest>("late"));
    let told = told.iter().find(|event| event["subject"] == late).unwrap();
    assert_eq!(told["data"]["reason"], "concert_cancelled");
}

#[tokio::test]
async fn an_order_that_is_paid_too_late_gets_its_money_back_instead_of_tickets() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    cancel(&house, &show.concert).await;
    carry_out(&house).await;
    for _ in 0..2 {
        house.pay(&show, "ada", "late", 3).await;
        house.work().await;
    }
    let late = id::<kind::OrderLine>("late").to_string();
    assert_eq!(voided(&house).await, [(late, 3)].into());
    let list = house.fan("ada").get("/v1/tickets").await.json();
    assert_eq!(list["items"], json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whatever_is_paid_while_the_concert_is_called_off_ends_void() {
    const LINES: usize = 24;
    let house = House::open().await;
    let show = house.show(json!({})).await;
    for number in 0..LINES {
        house.pay(&show, "ada", &format!("line {number}"), 2).await;
    }
    let path = format!("/v1/events/{}/cancel", show.concert);
    let planner = house.planner();
    let mut cancelling = JoinSet::new();
    cancelling.spawn(async move { planner.post(&path, json!({ "reason": REASON })).await });
    house.work().await;
    assert_eq!(cancelling.join_next().await.unwrap().unwrap().status, 200);
    carry_out(&house).await;
    let told = voided(&house).await;
    assert_eq!(
        (told.len(), told.values().sum::<u64>()),
        (LINES, 2 * LINES as u64)
    );
    let list = house.fan("ada").get("/v1/tickets?limit=100").await.json();
    for ticket in list["items"].as_array().unwrap() {
        assert_eq!(ticket["state"], "void");
    }
}
