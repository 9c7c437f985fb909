use kernel::kind;
use serde_json::{Value, json};

use crate::house::{House, claim, id, show_at};

async fn told_shops(house: &House) -> Vec<Value> {
    house.world.pump("EventsTable", &house.stream).await;
    house.world.messages("ShopsQueue").await
}

#[tokio::test]
async fn shops_are_told_every_version_of_a_concert() {
    let house = House::open().await;
    let show = house.two_nights().await;
    let path = format!("/v1/ticket-quotas/{}", show.quota);
    house
        .planner()
        .patch(&path, json!({ "capacity": 90, "per_buyer_limit": 4 }))
        .await;
    house
        .act(&show.concert, "cancel", json!({ "reason": "Rain." }))
        .await;
    let told = told_shops(&house).await;
    let states: Vec<_> = told
        .iter()
        .map(|event| {
            assert_eq!(
                (&event["type"], &event["subject"]),
                (&json!("concert.changed"), &json!(show.concert))
            );
            assert_eq!(event["version"], event["data"]["version"]);
            (
                event["version"].as_u64().unwrap(),
                event["data"]["state"].as_str().unwrap(),
            )
        })
        .collect();
    let expected = [
        (1, "draft"),
        (2, "draft"),
        (3, "published"),
        (4, "published"),
        (5, "cancelled"),
    ];
    assert_eq!(states, expected);
    let data = json!({
        "concert": show.concert,
        "organization": id::<kind::Organization>("house"),
        "state": "published",
        "title": "One Night",
        "starts_at": "2026-06-01T12:30:00Z",
        "region": "CN-SH",
        "ticket_quotas": [{
            "ticket_quota": show.quota,
            "name": "Standing",
            "quota": format!("tickets:{}", show.quota),
            "days": ["2026-06-01", "2026-06-02"],
            "capacity": 90,
            "per_buyer_limit": 4,
        }],
        "version": 4,
    });
    assert_eq!(told[3]["data"], data);
}

#[tokio::test]
async fn vouchers_hear_of_concerts_what_shops_hear() {
    let house = House::open().await;
    house.show(json!({})).await;
    let shops = told_shops(&house).await;
    assert_eq!(shops.len(), 3);
    assert_eq!(house.world.messages("VouchersQueue").await, shops);
}

#[tokio::test]
async fn a_replayed_stream_tells_the_same_events_again() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let tickets = house.buy(&show, "ada", "line", 2).await;
    house.recall("refund", "line", 1).await;
    house.work().await;
    let transfer = house.offer("ada", &tickets[1]).await;
    claim(&house.fan("ben"), &transfer).await;
    let code = house.code("ben", &tickets[1]).await;
    show_at(&house.door(), &code, "1").await;
    house
        .act(&show.concert, "cancel", json!({ "reason": "Rain." }))
        .await;
    let mut tellings = Vec::new();
    for _ in 0..2 {
        house.world.pump("EventsTable", &house.stream).await;
        let mut told = Vec::new();
        for queue in [
            "OrdersQueue",
            "ShopsQueue",
            "EventsQueue",
            "VouchersQueue",
            "WebhooksQueue",
        ] {
            told.extend(house.world.messages(queue).await);
        }
        told.sort_by_key(|event| event["id"].as_str().unwrap().to_owned());
        tellings.push(told);
    }
    assert_eq!(tellings[0], tellings[1]);
    // Four versions of the concert to each of two, its cancellation, the tickets that came and those
    // that went; and for its organization that it was announced, used and called off.
    assert_eq!(tellings[0].len(), 14, "{:#?}", tellings[0]);
}
