//! Events that come in: twice, together, broken.

use kernel::Event;
use serde_json::{Value, json};

use crate::house::{House, organization, paid};

#[tokio::test]
async fn an_event_that_is_told_again_and_again_is_delivered_once() {
    let mut house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    let event = paid("label", "ord_1");
    house.put(&event).await;
    house.tell(&event).await;
    house.tell(&event).await;
    house.pass_minutes(2).await;
    assert_eq!(house.receivers.all().len(), 1);
    assert_eq!(house.states("label", &id).await, ["delivered"]);
    assert_eq!(house.places(&id).await, 0);
}

#[tokio::test]
async fn what_is_for_several_comes_to_all_of_them() {
    let mut house = House::open().await;
    for owner in ["label", "agency"] {
        house
            .register(owner, &format!("{owner}.example.com"), json!({}))
            .await;
    }
    let audience = ["label", "agency", "label"].map(|name| organization(name).to_string());
    let at = kernel::Timestamp::UNIX_EPOCH;
    let event = Event::for_webhooks("allotment.closed", "alt_1", 2, at, &audience, json!({}));
    house.tell(&event.unwrap()).await;
    for owner in ["label", "agency"] {
        assert_eq!(house.receivers.at(&format!("{owner}.example.com")).len(), 1);
    }
}

#[tokio::test]
async fn a_message_that_cannot_be_read_hurts_no_other() {
    let mut house = House::open().await;
    house.register("label", "a.example.com", json!({})).await;
    let mut nobody = paid("label", "ord_2");
    nobody.data["audience"] = json!(["acct_1"]);
    let mut nothing = paid("label", "ord_3");
    nothing.subject = "a#b".to_owned();
    house.world.send("WebhooksQueue", "no event").await;
    house.put(&nobody).await;
    house.put(&nothing).await;
    house.tell(&paid("label", "ord_1")).await;
    assert_eq!(house.receivers.all().len(), 1);
    assert_eq!(house.world.depth("WebhooksQueueDead").await, 3);
}

#[tokio::test]
async fn an_event_that_is_too_large_goes_without_its_data() {
    let mut house = House::open().await;
    house.register("label", "a.example.com", json!({})).await;
    let mut large = paid("label", "ord_1");
    large.data["payload"]["text"] = Value::String("歌".repeat(10_000));
    house.tell(&large).await;
    let received = house.receivers.all();
    assert!(received[0].body.len() < 20_000);
    assert_eq!(received[0].json()["data"], json!({ "truncated": true }));
    assert_eq!(received[0].json()["subject"], "ord_1");
}
