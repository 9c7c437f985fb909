//! The webhooks that the chain takes.

use bytes::Bytes;
use http::{HeaderMap, Method};
use partner::WEBHOOKS_URL;
use serde_json::{Value, json};

use crate::World;

pub(crate) fn event(kind: &str, subject: &str, data: Value) -> Value {
    json!({
        "type": kind, "timestamp": "2026-06-01T12:00:00Z", "id": "evt_1", "subject": subject,
        "sequence": 1, "data": data,
    })
}

#[tokio::test]
async fn a_webhook_is_taken_by_its_signature_and_noted_once_more_when_it_comes_again() {
    let world = World::new();
    let issued = event("voucher.redeemed", "vch_1", json!({}));
    assert_eq!(world.deliver("evt_1", &issued).await, 200);
    assert_eq!(world.deliver("evt_1", &issued).await, 200);
    assert_eq!(
        world.log(),
        [
            "webhook voucher.redeemed of vch_1 (evt_1)",
            "webhook voucher.redeemed of vch_1 (evt_1, again)",
        ]
    );
}

#[tokio::test]
async fn a_webhook_of_anybody_else_is_turned_away() {
    let world = World::new();
    let body = Bytes::from(event("voucher.redeemed", "vch_1", json!({})).to_string());
    let by_another_key = world.signed(&world.exchange, "evt_1", &body);
    for headers in [HeaderMap::new(), by_another_key] {
        let answer = world.send(Method::POST, WEBHOOKS_URL, headers, body.clone());
        assert_eq!(answer.await.unwrap().0, 401);
    }
    let nonsense = Bytes::from_static(b"{}");
    let headers = world.signed(&world.webhooks, "evt_1", &nonsense);
    let answer = world.send(Method::POST, WEBHOOKS_URL, headers, nonsense);
    assert_eq!(answer.await.unwrap().0, 400);
    assert!(
        world
            .log()
            .iter()
            .all(|line| line.starts_with("turned away at /webhooks"))
    );
}
