use serde_json::{Value, json};
use tokio::task::JoinSet;

use kernel::kind;

use crate::house::{House, claim, id, show_at};

/// What orders is told of recalls, by refund request.
async fn outcome(house: &House, request: &str) -> Value {
    let subject = json!(id::<kind::RefundRequest>(request));
    let told = house.told_orders().await;
    let mut told = told
        .into_iter()
        .filter(|event| event["subject"] == subject)
        .collect::<Vec<_>>();
    assert_eq!(told.len(), 1, "{told:?}");
    told.remove(0)
}

async fn valid(house: &House, holder: &str) -> usize {
    let list = house.fan(holder).get("/v1/tickets?limit=100").await.json();
    let items = list["items"].as_array().unwrap();
    let valid = items.iter().filter(|ticket| ticket["state"] == "issued");
    valid.count()
}

#[tokio::test]
async fn unused_tickets_go_back_and_open_no_door_any_more() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 3).await;
    let code = house.code("ada", &tickets[0]).await;
    house.recall("refund", "line", 2).await;
    house.work().await;
    let told = outcome(&house, "refund").await;
    assert_eq!(told["type"], "tickets.recalled");
    assert_eq!(told["data"]["tickets"], json!(tickets[..2]));
    assert_eq!(told["data"]["quantity"], 2);
    assert_eq!(valid(&house, "ada").await, 1);
    let refunded = house.ticket("ada", &tickets[0]).await;
    assert_eq!(
        (&refunded["state"], &refunded["code"]),
        (&json!("refunded"), &Value::Null)
    );
    let refused = show_at(&house.door(), &code, "1").await;
    assert_eq!(refused.problem_code(), "ticket_not_valid");
}

#[tokio::test]
async fn a_recall_is_decided_once_however_often_it_is_asked() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    house.buy(&show, "ada", "line", 3).await;
    for _ in 0..3 {
        house.recall("refund", "line", 2).await;
    }
    house.recall("more", "line", 2).await;
    house.work().await;
    house.recall("more", "line", 2).await;
    house.work().await;
    assert_eq!(valid(&house, "ada").await, 1);
    assert_eq!(outcome(&house, "refund").await["type"], "tickets.recalled");
    let refused = outcome(&house, "more").await;
    assert_eq!(refused["type"], "tickets.recall_refused");
    assert_eq!(refused["data"]["reason"], "too_few_unused");
    assert_eq!(refused["data"]["tickets"], json!([]));
    house.recall("last", "line", 1).await;
    house.work().await;
    assert_eq!(outcome(&house, "last").await["type"], "tickets.recalled");
}

#[tokio::test]
async fn what_was_used_or_given_away_is_not_taken_back_for_its_buyer() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 3).await;
    let code = house.code("ada", &tickets[0]).await;
    assert_eq!(show_at(&house.door(), &code, "1").await.status, 201);
    let transfer = house.offer("ada", &tickets[1]).await;
    assert_eq!(claim(&house.fan("ben"), &transfer).await.status, 200);
    house.recall("two", "line", 2).await;
    house.recall("one", "line", 1).await;
    house.work().await;
    assert_eq!(
        outcome(&house, "two").await["type"],
        "tickets.recall_refused"
    );
    let told = outcome(&house, "one").await;
    assert_eq!(told["data"]["tickets"], json!([tickets[2]]));
    let given = house.code("ben", &tickets[1]).await;
    assert_eq!(show_at(&house.door(), &given, "2").await.status, 201);
}

#[tokio::test]
async fn ninety_nine_tickets_go_back_in_one_step() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    house.buy(&show, "ada", "line", 99).await;
    house.recall("refund", "line", 99).await;
    house.work().await;
    assert_eq!(outcome(&house, "refund").await["type"], "tickets.recalled");
    assert_eq!(valid(&house, "ada").await, 0);
}

#[tokio::test]
async fn a_recall_that_overtakes_the_payment_is_asked_again_until_it_can_be_decided() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    house.recall("refund", "line", 1).await;
    house.pay(&show, "ada", "line", 1).await;
    house.work().await;
    assert_eq!(outcome(&house, "refund").await["type"], "tickets.recalled");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_recall_and_a_check_in_at_once_one_is_first_and_the_other_sees_it() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    for round in 0..8 {
        let line = format!("line {round}");
        let ticket = house.buy(&show, "ada", &line, 1).await.remove(0);
        let code = house.code("ada", &ticket).await;
        house.recall(&line, &line, 1).await;
        let door = house.door();
        let mut shown = JoinSet::new();
        shown.spawn(async move { show_at(&door, &code, &ticket).await });
        house.work().await;
        let shown = shown.join_next().await.unwrap().unwrap();
        let kind = outcome(&house, &line).await["type"].clone();
        match shown.status {
            201 => assert_eq!(kind, "tickets.recall_refused"),
            409 => assert_eq!(kind, "tickets.recalled"),
            status => unreachable!("{status}: {}", shown.text()),
        }
    }
}
