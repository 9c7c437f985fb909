use serde_json::json;

use crate::sale::{Sale, refusal, refused};

#[tokio::test]
async fn a_service_is_rendered_unit_by_unit_and_each_counts_once() {
    let sale = Sale::of(&[("lesson", 2)]).await;
    let body = json!({ "lines": [sale.units("lesson", 1)] });
    for _ in 0..2 {
        let order = sale
            .done(&sale.seller, "deliveries", "k1", body.clone())
            .await;
        assert_eq!(order["state"], "fulfilling");
    }
    let order = sale
        .done(&sale.seller, "deliveries", "k2", body.clone())
        .await;
    assert_eq!(order["state"], "shipped");
    let answer = sale.post(&sale.seller, "deliveries", "k3", body).await;
    assert_eq!(refusal(&answer), refused(409, "state_conflict"));
}

#[tokio::test]
async fn a_parcel_is_not_delivered_by_saying_so() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let body = json!({ "lines": [sale.units("shirt", 1)] });
    let answer = sale.post(&sale.seller, "deliveries", "k1", body).await;
    assert_eq!(refusal(&answer), refused(422, "validation_failed"));
    assert_eq!(sale.state().await, "paid");
}
