//! What organizations are told of their concerts.

use kernel::kind;
use serde_json::{Value, json};

use crate::house::{House, TODAY, id, show_at};

/// What the stream tells webhooks, from the beginning of the world, by kind and version.
async fn told(house: &House) -> Vec<Value> {
    house.world.pump("EventsTable", &house.stream).await;
    house.world.messages("WebhooksQueue").await
}

fn of_kind<'a>(told: &'a [Value], kind: &str) -> &'a Value {
    let mut told = told.iter().filter(|event| event["type"] == kind);
    let event = told.next().unwrap();
    assert_eq!(told.next(), None);
    event
}

#[tokio::test]
async fn an_organization_hears_of_its_concert_from_its_announcement_on() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let path = format!("/v1/events/{}", show.concert);
    let title = json!({ "title": "A Night" });
    assert_eq!(house.planner().patch(&path, title).await.status, 200);
    let reason = json!({ "reason": "Rain." });
    house.act(&show.concert, "cancel", reason).await;
    let told = told(&house).await;
    let kinds: Vec<_> = told
        .iter()
        .map(|event| (event["type"].as_str().unwrap(), event["version"].as_u64()))
        .collect();
    let expected = [
        ("concert.published", Some(3)),
        ("concert.changed", Some(4)),
        ("concert.cancelled", Some(5)),
    ];
    assert_eq!(kinds, expected);
    let organization = id::<kind::Organization>("house");
    let mut cancelled = told[2].clone();
    cancelled.as_object_mut().unwrap().remove("id");
    assert_eq!(
        cancelled,
        json!({
            "type": "concert.cancelled",
            "subject": show.concert,
            "version": 5,
            "occurred_at": "2026-06-01T12:00:00Z",
            "data": {
                "audience": [organization],
                "payload": {
                    "concert": show.concert,
                    "organization": organization,
                    "state": "cancelled",
                    "title": "A Night",
                    "venue": "Mao Livehouse",
                    "region": "CN-SH",
                    "starts_at": "2026-06-01T12:30:00Z",
                    "ends_at": "2026-06-01T17:00:00Z",
                    "cancel_reason": "Rain.",
                    "ticket_quotas": [{
                        "ticket_quota": show.quota,
                        "name": "Standing",
                        "capacity": 100,
                        "days": [TODAY],
                        "per_buyer_limit": null,
                    }],
                },
            },
        })
    );
}

#[tokio::test]
async fn nobody_hears_of_a_concert_that_was_never_announced() {
    let house = House::open().await;
    let concert = house.draft(json!({})).await;
    house.quota(&concert, json!({})).await;
    assert_eq!(told(&house).await, [] as [Value; 0]);
}

#[tokio::test]
async fn an_organization_hears_that_a_ticket_was_used_and_not_by_whom() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let ticket = house.buy(&show, "ada", "line", 1).await.remove(0);
    let code = house.code("ada", &ticket).await;
    let shown = show_at(&house.door(), &code, "1").await.json();
    let told = told(&house).await;
    let used = of_kind(&told, "ticket.checked_in");
    assert_eq!(used["subject"], json!(ticket));
    assert_eq!(used["version"], 2);
    let organization = id::<kind::Organization>("house");
    assert_eq!(
        used["data"],
        json!({
            "audience": [organization],
            "payload": {
                "check_in": shown["id"],
                "ticket": ticket,
                "concert": show.concert,
                "ticket_quota": show.quota,
                "name": "Standing",
                "day": TODAY,
                "checked_in_at": "2026-06-01T12:00:00Z",
            },
        })
    );
}

#[tokio::test]
async fn no_event_of_theirs_has_the_id_of_one_between_contexts() {
    let house = House::open().await;
    let show = house.show(json!({})).await;
    let path = format!("/v1/events/{}", show.concert);
    house
        .planner()
        .patch(&path, json!({ "title": "A Night" }))
        .await;
    let outside = told(&house).await;
    let changed = of_kind(&outside, "concert.changed");
    let inside = house.world.messages("ShopsQueue").await;
    let same = inside
        .iter()
        .find(|event| event["version"] == changed["version"])
        .unwrap();
    assert_eq!(
        (&same["type"], &same["subject"]),
        (&changed["type"], &changed["subject"])
    );
    assert!(inside.iter().all(|event| event["id"] != changed["id"]));
}
