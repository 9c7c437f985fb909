use serde_json::json;

use crate::sale::{Sale, post, quarrel, refusal, refused, wish};

#[tokio::test]
async fn an_order_is_disputed_once() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let early = post(&sale.buyer, "/v1/disputes", "k1", quarrel(&sale.id)).await;
    assert_eq!(refusal(&early), refused(409, "state_conflict"));
    sale.ship("shirt", 1).await;
    sale.receive().await;
    let first = post(&sale.buyer, "/v1/disputes", "k1", quarrel(&sale.id)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let dispute = first.json();
    assert_eq!(dispute["order"], json!(sale.id));
    assert_eq!(dispute["reason"], "damaged");
    assert_eq!(dispute["statements"][0]["by"], "buyer");
    assert_eq!(dispute["statements"][0]["text"], "It is broken.");
    assert_eq!(dispute["ruling"], json!(null));
    let again = post(&sale.buyer, "/v1/disputes", "k1", quarrel(&sale.id)).await;
    assert_eq!((again.status, &again.body), (201, &first.body));
    let other = post(&sale.buyer, "/v1/disputes", "k2", quarrel(&sale.id)).await;
    assert_eq!(refusal(&other), refused(409, "state_conflict"));
    let order = sale.order().await;
    assert_eq!(
        (&order["state"], &order["dispute"]),
        (&json!("disputed"), &dispute["id"])
    );
}

#[tokio::test]
async fn what_never_came_is_disputed_before_time_says_that_it_did() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    sale.dispute().await;
    sale.pass_days(60).await;
    assert_eq!(sale.state().await, "disputed");
}

#[tokio::test]
async fn seven_days_after_receipt_it_is_too_late_even_if_nobody_swept() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    sale.receive().await;
    sale.market.pass_minutes(7 * 24 * 60);
    let late = post(&sale.buyer, "/v1/disputes", "k1", quarrel(&sale.id)).await;
    assert_eq!(refusal(&late), refused(409, "state_conflict"));
}

#[tokio::test]
async fn while_an_operator_decides_nobody_else_does() {
    let sale = Sale::of(&[("shirt", 2)]).await;
    let id = sale.ask("k1", json!([sale.units("shirt", 1)]), false).await;
    sale.ship("shirt", 2).await;
    sale.dispute().await;
    for (who, path) in [
        (&sale.seller, format!("refund-requests/{id}/approve")),
        (&sale.buyer, "receipt".to_owned()),
    ] {
        let answer = sale.post(who, &path, "k2", json!({})).await;
        assert_eq!(refusal(&answer), refused(409, "state_conflict"), "{path}");
    }
    for (who, path) in [(&sale.seller, "refunds"), (&sale.buyer, "refund-requests")] {
        let body = wish(json!([sale.units("shirt", 1)]), false);
        let answer = sale.post(who, path, "k2", body).await;
        assert_eq!(refusal(&answer), refused(409, "state_conflict"), "{path}");
    }
}

#[tokio::test]
async fn only_the_buyer_disputes_and_says_why() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    for who in [&sale.stranger(), &sale.seller, &sale.market.api.operator()] {
        let answer = post(who, "/v1/disputes", "k1", quarrel(&sale.id)).await;
        assert_eq!(refusal(&answer), refused(404, "not_found"));
    }
    let anonymous = sale.market.api.anonymous();
    let answer = post(&anonymous, "/v1/disputes", "k1", quarrel(&sale.id)).await;
    assert_eq!(refusal(&answer), refused(401, "unauthenticated"));
    let keyless = sale.buyer.post("/v1/disputes", quarrel(&sale.id)).await;
    assert_eq!(refusal(&keyless), refused(400, "idempotency_key_missing"));
    for (field, value) in [
        ("order", json!("x")),
        ("reason", json!("bored")),
        ("statement", json!("")),
        ("statement", json!("x".repeat(2_001))),
        ("ruling", json!(null)),
    ] {
        let mut body = quarrel(&sale.id);
        body[field] = value;
        let answer = post(&sale.buyer, "/v1/disputes", "k1", body).await;
        assert_eq!(
            refusal(&answer),
            refused(422, "validation_failed"),
            "{field}"
        );
    }
    assert_eq!(sale.state().await, "shipped");
}
