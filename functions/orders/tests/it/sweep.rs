//! `end-orders`: what time does to unpaid orders.

use crate::market::{Goods, Market, checkout, place};

#[tokio::test]
async fn an_unpaid_order_ends_when_its_hold_does_and_not_before() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    market.pass_minutes(15);
    market.sweep().await;
    let unpaid = market.group("ada", &group).await;
    assert_eq!(unpaid["orders"][0]["state"], "awaiting_payment");
    // It can no longer be paid, but what is being paid right now still finds its goods.
    assert!(unpaid["payment_claim"].is_null());
    assert_eq!(market.stock_of("shirt").await, (0, 1, 9));
    market.pass_minutes(5);
    // Free without the sweeper.
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
    market.sweep().await;
    let ended = market.group("ada", &group).await;
    assert_eq!(ended["orders"][0]["state"], "expired");
    assert_eq!(ended["orders"][0]["ended_at"], "2026-06-01T12:20:00Z");
    market.sweep().await;
    assert_eq!(market.group("ada", &group).await, ended);
}

#[tokio::test]
async fn all_orders_of_a_group_end_together_and_the_group_is_closed_once() {
    let market = Market::with_shirts().await;
    market.shop("label").await;
    market.stock("poster", 5).await;
    let poster = Goods {
        name: "poster",
        ..Goods::default()
    };
    market.sell("label", poster).await;
    let orders: [(&str, &[_]); 2] = [
        ("records", &[("shirt", 1, 9_900)]),
        ("label", &[("poster", 1, 9_900)]),
    ];
    let group = place(&market.buyer("ada"), "k1", checkout(&orders))
        .await
        .json();
    market.pass_minutes(20);
    market.sweep().await;
    assert_eq!(market.states("ada", &group).await, ["expired"; 2]);
    let told = market.told("PaymentsQueue").await;
    let closed = &told["order_group.closed"];
    assert_eq!(closed.len(), 1);
    assert_eq!(closed[0]["subject"], group["id"]);
    assert_eq!(closed[0]["data"]["intent"], group["payment_intent"]);
    assert_eq!(closed[0]["data"]["reason"], "expired");
}

#[tokio::test]
async fn hundreds_that_are_due_at_once_end_in_one_run() {
    let market = Market::open().await;
    market.shop("records").await;
    market.stock("shirt", 500).await;
    market.sell("records", Goods::default()).await;
    let mut groups = Vec::new();
    for number in 0..120 {
        groups.push(market.order_shirt(&number.to_string()).await);
    }
    market.pass_minutes(21);
    market.sweep().await;
    for (number, group) in groups.iter().enumerate() {
        assert_eq!(market.states(&number.to_string(), group).await, ["expired"]);
    }
}
