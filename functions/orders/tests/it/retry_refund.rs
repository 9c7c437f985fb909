use serde_json::json;

use crate::sale::{Sale, refusal, refused, wish};

#[tokio::test]
async fn a_refund_that_failed_is_tried_again_once_under_another_id() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let body = wish(json!([sale.units("shirt", 1)]), false);
    let request = sale.done(&sale.seller, "refunds", "k1", body.clone()).await;
    let first = sale.order().await["refunds"][0].clone();
    let path = format!("refunds/{}/retry", first["id"].as_str().unwrap());
    let operator = sale.market.api.operator();
    let early = sale.post(&operator, &path, "k2", json!({})).await;
    assert_eq!(refusal(&early), refused(409, "state_conflict"));

    sale.settle(&first, "refund.failed").await;
    // It is owed, so nobody else gets the money meanwhile.
    let more = sale.post(&sale.seller, "refunds", "k3", body).await;
    assert_eq!(refusal(&more), refused(409, "refund_exceeds_paid"));
    for _ in 0..2 {
        sale.done(&operator, &path, "k2", json!({})).await;
    }
    let other = sale.post(&operator, &path, "k4", json!({})).await;
    assert_eq!(refusal(&other), refused(409, "state_conflict"));

    let order = sale.order().await;
    let second = &order["refunds"][1];
    assert_ne!(second["id"], first["id"]);
    assert_eq!(order["refunds"][0]["retried_as"], second["id"]);
    assert_eq!(order["refund_requests"][0]["id"], request["id"]);
    assert_eq!(order["refund_requests"][0]["refund"], second["id"]);
    assert_eq!(
        sale.market.told("PaymentsQueue").await["order.refund_due"].len(),
        2
    );
    sale.settle(second, "refund.succeeded").await;
    assert_eq!(sale.state().await, "refunded");
}

#[tokio::test]
async fn only_operators_try_again() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let path = "refunds/rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3/retry";
    let seller = sale.post(&sale.seller, path, "k1", json!({})).await;
    assert_eq!(refusal(&seller), refused(403, "forbidden"));
    let operator = sale.market.api.operator();
    let unknown = sale.post(&operator, path, "k1", json!({})).await;
    assert_eq!(refusal(&unknown), refused(404, "not_found"));
}
