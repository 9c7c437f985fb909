use serde_json::json;

use crate::sale::{Sale, refusal, refused};

#[tokio::test]
async fn returned_goods_are_paid_for_and_on_sale_again_if_they_can_be() {
    for (restock, stock) in [(true, (1, 0, 9)), (false, (2, 0, 8))] {
        let sale = Sale::of(&[("shirt", 2)]).await;
        sale.ship("shirt", 2).await;
        let request = sale
            .approved("k1", json!([sale.units("shirt", 1)]), true)
            .await;
        let id = request["id"].as_str().unwrap();
        let path = format!("refund-requests/{id}/return-received");
        let body = json!({ "restock": restock });
        for _ in 0..2 {
            let done = sale.done(&sale.seller, &path, "k2", body.clone()).await;
            assert_eq!(done["state"], "granted");
        }
        assert_eq!(sale.market.stock_of("shirt").await, stock);
        let order = sale.order().await;
        assert_eq!(order["refunds"].as_array().unwrap().len(), 1);
        assert_eq!(order["refunds"][0]["amount_minor"], 9_900);
        let again = sale.post(&sale.seller, &path, "k3", body).await;
        assert_eq!(refusal(&again), refused(409, "state_conflict"));
    }
}

#[tokio::test]
async fn nothing_is_received_that_nobody_awaits() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let id = sale.ask("k1", json!([sale.units("shirt", 1)]), false).await;
    let path = format!("refund-requests/{id}/return-received");
    let answer = sale
        .post(&sale.seller, &path, "k2", json!({ "restock": true }))
        .await;
    assert_eq!(refusal(&answer), refused(409, "state_conflict"));
    for body in [
        json!({}),
        json!({ "restock": null }),
        json!({ "restock": 1 }),
    ] {
        let answer = sale.post(&sale.seller, &path, "k2", body).await;
        assert_eq!(refusal(&answer), refused(422, "validation_failed"));
    }
    assert_eq!(sale.market.stock_of("shirt").await, (1, 0, 9));
}

#[tokio::test]
async fn a_return_that_never_comes_does_not_keep_an_order_from_its_end() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    let request = sale
        .approved("k1", json!([sale.units("shirt", 1)]), true)
        .await;
    sale.pass_days(11).await;
    assert_eq!(sale.order().await["state"], "received");
    sale.pass_days(8).await;
    assert_eq!(sale.order().await["state"], "completed");

    // It comes after all, and its money goes back.
    let id = request["id"].as_str().unwrap();
    let path = format!("refund-requests/{id}/return-received");
    let body = json!({ "restock": true });
    let done = sale.done(&sale.seller, &path, "k2", body).await;
    assert_eq!(done["state"], "granted");
}
