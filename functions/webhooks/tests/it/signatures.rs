//! Messages are signed so that their receivers can believe them.

use serde_json::{Value, json};
use webhook_signatures::{Received as Message, VerifyingKey};

use crate::{
    house::{House, organization, paid},
    receivers::Received,
};

fn verifies(received: &Received, keys: &[VerifyingKey]) -> bool {
    let header = |name: &str| received.headers[name].as_str();
    let message = Message::parse(
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
    );
    let now_s = received.at.as_second();
    message.unwrap().verify(keys, &received.body, now_s).is_ok()
}

fn secret(answer: &Value) -> VerifyingKey {
    VerifyingKey::Symmetric(answer["secret"].as_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn a_message_verifies_with_the_secret_that_was_shown_once() {
    let mut house = House::open().await;
    let registered = house
        .register_whole("label", "a.example.com", json!({}))
        .await;
    let id = registered["id"].as_str().unwrap();
    let shown = registered["secret"].as_str().unwrap();
    assert!(shown.starts_with("whsec_"));
    assert!(
        !house
            .endpoint("label", id)
            .await
            .to_string()
            .contains("whsec_")
    );
    house.tell(&paid("label", "ord_1")).await;
    let received = house.receivers.at("a.example.com");
    assert!(verifies(&received[0], &[secret(&registered)]));
    let other = house
        .register_whole("label", "b.example.com", json!({}))
        .await;
    assert!(!verifies(&received[0], &[secret(&other)]));
    // At rest nobody can read it.
    let query = platform::table::Query::new("pk = :pk")
        .bind(":pk", format!("OWNER#{}", organization("label")));
    let rows = house
        .world
        .table("WebhooksTable")
        .query(query)
        .await
        .unwrap();
    let text = serde_json::to_string(&rows.items).unwrap();
    assert!(text.contains("a.example.com") && !text.contains(&shown[6..]));
}

#[tokio::test]
async fn a_message_verifies_with_the_public_key() {
    let mut house = House::open().await;
    let asked = json!({ "signing": "ed25519" });
    let registered = house.register_whole("label", "a.example.com", asked).await;
    assert_eq!(registered["secret"], json!(null));
    let key = registered["secrets"][0]["public_key"].as_str().unwrap();
    house.tell(&paid("label", "ord_1")).await;
    let received = house.receivers.at("a.example.com");
    assert!(received[0].headers["webhook-signature"].starts_with("v1a,"));
    let key = VerifyingKey::Public(key.parse().unwrap());
    assert!(verifies(&received[0], &[key]));
}

#[tokio::test]
async fn both_secrets_sign_while_they_overlap() {
    let mut house = House::open().await;
    let old = house
        .register_whole("label", "a.example.com", json!({}))
        .await;
    let id = old["id"].as_str().unwrap();
    let path = format!("/v1/webhook-endpoints/{id}/rotate-secret");
    let overlap = json!({ "overlap_hours": 2 });
    let new = house.manager("label").post(&path, overlap).await;
    assert_eq!(new.status, 200, "{}", new.text());
    let (old, new) = (secret(&old), secret(&new.json()));
    house.tell(&paid("label", "ord_1")).await;
    house.pass_minutes(119).await;
    house.tell(&paid("label", "ord_2")).await;
    house.pass_minutes(1).await;
    house.tell(&paid("label", "ord_3")).await;
    let received = house.receivers.at("a.example.com");
    let verified: Vec<_> = received
        .iter()
        .map(|one| {
            let alone = |key: &VerifyingKey| verifies(one, std::slice::from_ref(key));
            (alone(&old), alone(&new))
        })
        .collect();
    assert_eq!(verified, [(true, true), (true, true), (false, true)]);
    assert_eq!(
        house.endpoint("label", id).await["secrets"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test]
async fn only_so_many_secrets_are_good_at_once() {
    let house = House::open().await;
    let id = house.register("label", "a.example.com", json!({})).await;
    let path = format!("/v1/webhook-endpoints/{id}/rotate-secret");
    let rotate = async |hours: u32| {
        let body = json!({ "overlap_hours": hours });
        house.manager("label").post(&path, body).await
    };
    for _ in 0..3 {
        assert_eq!(rotate(24).await.status, 200);
    }
    assert_eq!(rotate(24).await.problem_code(), "state_conflict");
    assert_eq!(rotate(169).await.problem_code(), "validation_failed");
    assert_eq!(rotate(0).await.status, 200);
    let secrets = house.endpoint("label", &id).await["secrets"].clone();
    assert_eq!(secrets.as_array().unwrap().len(), 1);
}
