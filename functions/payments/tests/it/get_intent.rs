use kernel::{Id, kind};
use serde_json::json;

use crate::till::{Till, account, intent};

#[tokio::test]
async fn the_payer_and_operators_see_a_payment_and_nobody_else() {
    let till = Till::open().await;
    let created = till.create("album").await.json();
    let path = format!("/v1/payment-intents/{}", intent("album"));
    for client in [till.ada(), till.api.operator()] {
        let mut seen = client.get(&path).await.json();
        assert_eq!(seen.get("action"), None);
        seen["action"] = created["action"].clone();
        assert_eq!(seen, created);
    }
    let eve = till.api.caller(account("eve"));
    let absent = Id::<kind::PaymentIntent>::derive(&["absent"]);
    let absent = format!("/v1/payment-intents/{absent}");
    let foreign = eve.get(&path).await;
    assert_eq!(
        (foreign.status, foreign.problem_code().as_str()),
        (404, "not_found")
    );
    let nothing = eve.get(&absent).await;
    assert_eq!(nothing.problem_code(), "not_found");
    let nonsense = eve.get("/v1/payment-intents/x").await;
    assert_eq!(nonsense.problem_code(), "not_found");
    let anonymous = till.api.anonymous().get(&path).await;
    assert_eq!(anonymous.problem_code(), "unauthenticated");
}

#[tokio::test]
async fn a_payment_tells_when_it_was_paid_and_what_went_back() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "first", 300).await;
    let seen = till.intent("album").await;
    assert_eq!(seen["state"], "partially_refunded");
    assert_eq!(seen["captured_at"], "2026-06-01T12:00:00Z");
    assert_eq!(seen["refunded"], json!({ "minor": 300, "currency": "CNY" }));
}
