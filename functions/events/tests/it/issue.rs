use kernel::{Id, kind};
use serde_json::json;

use crate::house::{House, Show, id, tickets_of};

async fn held(house: &House, holder: &str) -> usize {
    let mut path = "/v1/tickets?limit=100".to_owned();
    let mut count = 0;
    loop {
        let page = house.fan(holder).get(&path).await.json();
        count += page["items"].as_array().unwrap().len();
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/tickets?limit=100&cursor={cursor}"),
            None => return count,
        }
    }
}

#[tokio::test]
async fn what_was_paid_becomes_tickets_and_orders_is_told() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 2).await;
    assert_eq!(held(&house, "ada").await, 2);
    let told = house.told_orders().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["type"], "tickets.issued");
    let line = id::<kind::OrderLine>("line").to_string();
    assert_eq!(told[0]["subject"], json!(line));
    let order: Id<kind::Order> = id("line");
    let data = json!({ "order": order, "line": line, "tickets": tickets, "version": 1 });
    assert_eq!(told[0]["data"], data);
}

#[tokio::test]
async fn a_payment_that_is_told_twice_or_at_once_is_issued_once() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 3).await;
    let code = house.code("ada", &tickets[0]).await;
    for _ in 0..3 {
        house.pay(&show, "ada", "line", 3).await;
    }
    house.work().await;
    assert_eq!(held(&house, "ada").await, 3);
    assert_eq!(house.code("ada", &tickets[0]).await, code);
    assert_eq!(house.told_orders().await.len(), 1);
}

#[tokio::test]
async fn a_line_of_many_tickets_is_issued_in_parts_and_told_once() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    house.buy(&show, "ada", "line", 200).await;
    assert_eq!(held(&house, "ada").await, 200);
    let told = house.told_orders().await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["data"]["tickets"], json!(tickets_of("line", 200)));
}

#[tokio::test]
async fn what_cannot_be_issued_ends_among_the_dead_and_hurts_nobody_else() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let unknown = Show {
        quota: id::<kind::TicketQuota>("none").to_string(),
        ..show.clone()
    };
    house.pay(&unknown, "ada", "bad", 1).await;
    house.world.send("EventsQueue", "no event").await;
    house.tell("order.shipped", "ord", json!({})).await;
    house.pay(&show, "ada", "good", 1).await;
    house.pay(&show, "ada", "too many", 1_001).await;
    house.world.drain("EventsQueue", &house.worker).await;
    assert_eq!(house.world.depth("EventsQueueDead").await, 4);
    assert_eq!(held(&house, "ada").await, 1);
}
