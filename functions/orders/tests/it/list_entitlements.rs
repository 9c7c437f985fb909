use serde_json::{Value, json};

use crate::sale::Sale;

async fn entitlements(sale: &Sale) -> Vec<Value> {
    let answer = sale.buyer.get("/v1/entitlements").await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_download_is_the_buyers_from_the_payment_on() {
    let sale = Sale::unpaid(&[("album", 1)]).await;
    assert!(entitlements(&sale).await.is_empty());
    let sale = Sale::of(&[("album", 1), ("shirt", 1)]).await;
    let held = entitlements(&sale).await;
    assert_eq!(held.len(), 1);
    assert_eq!(held[0]["order"], json!(sale.id));
    assert_eq!(held[0]["title"], "The album");
    assert_eq!(held[0]["state"], "active");
    assert_eq!(held[0]["files"][0]["file_name"], "first-light.flac");
    assert_eq!(held[0]["files"][0].get("key"), None);
    assert_eq!(sale.state().await, "fulfilling");
    let others = sale.stranger().get("/v1/entitlements").await.json();
    assert_eq!(others["items"], json!([]));
}

#[tokio::test]
async fn a_pre_order_is_unlocked_on_the_day_of_its_release() {
    let sale = Sale::of(&[("preorder", 1), ("album", 1)]).await;
    assert_eq!(entitlements(&sale).await.len(), 1);
    assert_eq!(sale.state().await, "fulfilling");
    sale.pass_days(6).await;
    assert_eq!(entitlements(&sale).await.len(), 1);
    sale.pass_days(1).await;
    assert_eq!(entitlements(&sale).await.len(), 2);
    assert_eq!(sale.state().await, "shipped");
}

#[tokio::test]
async fn a_pre_order_that_was_given_back_is_never_unlocked() {
    let sale = Sale::of(&[("preorder", 1)]).await;
    sale.approved("k1", json!([sale.units("preorder", 1)]), false)
        .await;
    assert_eq!(sale.market.stock_of("preorder").await, (0, 0, 10));
    sale.pass_days(8).await;
    assert!(entitlements(&sale).await.is_empty());
    let refund = sale.order().await["refunds"][0].clone();
    sale.settle(&refund, "refund.succeeded").await;
    assert_eq!(sale.state().await, "refunded");
}

#[tokio::test]
async fn the_list_has_pages() {
    let sale = Sale::of(&[("preorder", 1), ("album", 1)]).await;
    sale.pass_days(7).await;
    let first = sale.buyer.get("/v1/entitlements?limit=1").await.json();
    let cursor = first["next_cursor"].as_str().unwrap();
    let path = format!("/v1/entitlements?limit=1&cursor={cursor}");
    let second = sale.buyer.get(&path).await.json();
    assert_ne!(first["items"][0]["id"], second["items"][0]["id"]);
    let strange = sale.buyer.get("/v1/entitlements?cursor=eA").await;
    assert_eq!(strange.problem_code(), "validation_failed");
    let anonymous = sale.market.api.anonymous().get("/v1/entitlements").await;
    assert_eq!(anonymous.problem_code(), "unauthenticated");
}
