use serde_json::{Value, json};

use crate::sale::{Sale, wish};

async fn refunded() -> (Sale, Value) {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let body = wish(json!([sale.units("shirt", 1)]), false);
    sale.done(&sale.seller, "refunds", "k1", body).await;
    let refund = sale.order().await["refunds"][0].clone();
    (sale, refund)
}

#[tokio::test]
async fn what_payments_says_twice_or_late_changes_nothing_more() {
    let (sale, refund) = refunded().await;
    sale.settle(&refund, "refund.succeeded").await;
    let ended = sale.order().await;
    assert_eq!(ended["state"], "refunded");
    sale.settle(&refund, "refund.succeeded").await;
    sale.settle(&refund, "refund.failed").await;
    assert_eq!(sale.order().await, ended);
}

#[tokio::test]
async fn success_that_is_heard_of_after_a_failure_counts() {
    let (sale, refund) = refunded().await;
    sale.settle(&refund, "refund.failed").await;
    let order = sale.order().await;
    assert_eq!(
        (&order["state"], &order["refunds"][0]["state"]),
        (&json!("paid"), &json!("failed"))
    );
    sale.settle(&refund, "refund.succeeded").await;
    assert_eq!(sale.state().await, "refunded");
}

#[tokio::test]
async fn an_amount_or_a_refund_that_is_not_ours_is_set_aside() {
    let (sale, refund) = refunded().await;
    let before = sale.order().await;
    let mut wrong = sale.settled(&refund);
    wrong["amount_minor"] = json!(9_901);
    let mut unknown = sale.settled(&refund);
    unknown["refund"] = json!("rfd_01J8Z3K4M5N6P7Q8R9S0T1V2W3");
    let mut elsewhere = sale.settled(&refund);
    elsewhere["order"] = json!("ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3");
    for (version, data) in (2..).zip([wrong, unknown, elsewhere, json!({})]) {
        let subject = refund["id"].as_str().unwrap();
        sale.market
            .send("refund.succeeded", subject, version, data)
            .await;
    }
    sale.market
        .world
        .drain("OrdersQueue", &sale.market.worker)
        .await;
    assert_eq!(sale.market.world.depth("OrdersQueueDead").await, 4);
    assert_eq!(sale.order().await, before);
}
