//! `POST /v1/orders/{id}/refunds/{refund}/paid-elsewhere`

use platform::tracing::Level;
use serde_json::{Value, json};
use testkit::log;

use crate::sale::{Sale, refusal, refused, wish};

#[tokio::test]
async fn a_refund_that_failed_counts_as_paid_when_an_operator_has_told_how() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let body = wish(json!([sale.units("shirt", 1)]), false);
    sale.done(&sale.seller, "refunds", "k1", body).await;
    let due = sale.order().await["refunds"][0].clone();
    let path = format!("refunds/{}/paid-elsewhere", due["id"].as_str().unwrap());
    let retry = format!("refunds/{}/retry", due["id"].as_str().unwrap());
    let paid = json!({ "reference": "transfer 204" });
    let operator = sale.market.api.operator();
    let conflict = refused(409, "state_conflict");
    let early = sale.post(&operator, &path, "k2", paid.clone()).await;
    assert_eq!(refusal(&early), conflict, "it is still due");

    sale.settle(&due, "refund.failed").await;
    for _ in 0..2 {
        sale.done(&operator, &path, "k2", paid.clone()).await;
    }
    let order = sale.order().await;
    assert_eq!(order["state"], "refunded");
    assert_eq!(order["refunds"][0]["state"], "succeeded");
    assert_eq!(order["refunds"][0]["paid_elsewhere"], "transfer 204");
    // It is done with, for the operators and for whoever else tells of it.
    let again = sale.post(&operator, &path, "k3", paid).await;
    assert_eq!(refusal(&again), conflict);
    let retried = sale.post(&operator, &retry, "k3", json!({})).await;
    assert_eq!(refusal(&retried), conflict);
    // If the provider pays after all, a person is called, and the buyer keeps a refund that is paid.
    log::keep(Level::ERROR);
    assert_eq!(log::kept(), "");
    sale.settle(&due, "refund.succeeded").await;
    assert_eq!(sale.order().await["refunds"], order["refunds"]);
    let said: Value = serde_json::from_str(&log::kept()).unwrap();
    assert_eq!(said["books"], "payments");
    assert_eq!(said["refund"], due["id"]);
}

#[tokio::test]
async fn only_operators_tell_it_and_with_a_reference() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let path = "refunds/rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3/paid-elsewhere";
    let paid = json!({ "reference": "transfer 204" });
    for who in [&sale.buyer, &sale.seller] {
        let answer = sale.post(who, path, "k1", paid.clone()).await;
        assert_eq!(refusal(&answer), refused(403, "forbidden"));
    }
    let operator = sale.market.api.operator();
    for body in [
        json!({}),
        json!({ "reference": "" }),
        json!({ "reference": "a\nb" }),
    ] {
        let answer = sale.post(&operator, path, "k1", body).await;
        assert_eq!(refusal(&answer), refused(422, "validation_failed"));
    }
    let unknown = sale.post(&operator, path, "k1", paid).await;
    assert_eq!(refusal(&unknown), refused(404, "not_found"));
}
