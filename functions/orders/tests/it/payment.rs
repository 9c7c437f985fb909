//! `payment.captured` and `payment.closed`.

use serde_json::{Value, json};

use crate::market::{Goods, Market, account, captured, checkout, place};

/// A market with one shirt.
async fn last_shirt() -> Market {
    let market = Market::open().await;
    market.shop("records").await;
    market.stock("shirt", 1).await;
    market.sell("records", Goods::default()).await;
    market
}

async fn pay_into_the_dead(market: &Market, data: Value) {
    let before = market.world.depth("OrdersQueueDead").await;
    market.send("payment.captured", "pay", 1, data).await;
    market.world.drain("OrdersQueue", &market.worker).await;
    assert_eq!(market.world.depth("OrdersQueueDead").await, before + 1);
}

#[tokio::test]
async fn a_payment_makes_the_goods_the_buyers() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    market.pass_minutes(3);
    market.pay("ada", &group).await;
    let paid = market.group("ada", &group).await;
    assert_eq!(paid["orders"][0]["state"], "paid");
    assert_eq!(paid["orders"][0]["paid_at"], "2026-06-01T12:03:00Z");
    assert!(paid["payment_claim"].is_null());
    assert_eq!(market.stock_of("shirt").await, (1, 0, 9));
}

#[tokio::test]
async fn a_payment_that_is_told_again_changes_nothing() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    market.pay("ada", &group).await;
    let paid = market.group("ada", &group).await;
    market.pass_minutes(60 * 24);
    market.pay("ada", &group).await;
    market.close_payment(&group).await;
    assert_eq!(market.group("ada", &group).await, paid);
    assert_eq!(market.stock_of("shirt").await, (1, 0, 9));
}

#[tokio::test]
async fn a_payment_of_the_last_second_still_finds_its_goods() {
    let market = last_shirt().await;
    let group = market.order_shirt("ada").await;
    // Paid at 12:14:59, told four minutes later, swept in between.
    market.pass_minutes(19);
    market.sweep().await;
    market.pay("ada", &group).await;
    assert_eq!(market.states("ada", &group).await, ["paid"]);
    assert_eq!(market.stock_of("shirt").await, (1, 0, 0));
}

#[tokio::test]
async fn a_late_payment_gets_goods_that_are_still_there() {
    for sweeps in [false, true] {
        let market = last_shirt().await;
        let group = market.order_shirt("ada").await;
        market.pass_minutes(60);
        if sweeps {
            market.sweep().await;
            assert_eq!(market.states("ada", &group).await, ["expired"]);
        }
        market.pay("ada", &group).await;
        assert_eq!(market.states("ada", &group).await, ["paid"]);
        let order = &market.group("ada", &group).await["orders"][0];
        assert!(order["ended_at"].is_null());
        assert_eq!(order["refunds"], json!([]));
        assert_eq!(market.stock_of("shirt").await, (1, 0, 0));
    }
}

#[tokio::test]
async fn a_late_payment_for_goods_that_others_have_goes_back() {
    for sweeps in [false, true] {
        let market = last_shirt().await;
        let group = market.order_shirt("ada").await;
        market.pass_minutes(60);
        if sweeps {
            market.sweep().await;
        }
        let body = checkout(&[("records", &[("shirt", 1, 9_900)])]);
        assert_eq!(place(&market.buyer("ben"), "k1", body).await.status, 201);
        for _ in 0..2 {
            market.pay("ada", &group).await;
        }
        let late = market.group("ada", &group).await;
        assert_eq!(late["orders"][0]["state"], "expired");
        let refunds = late["orders"][0]["refunds"].as_array().unwrap();
        assert_eq!(refunds.len(), 1);
        assert_eq!(refunds[0]["amount_minor"], 9_900);
        assert_eq!(refunds[0]["cause"], "paid_too_late");
        assert_eq!(market.stock_of("shirt").await, (0, 1, 0));
        let told = market.told("PaymentsQueue").await;
        let due = &told["order.refund_due"];
        assert_eq!(due.len(), 1);
        assert_eq!(due[0]["data"]["amount_minor"], 9_900);
        assert_eq!(due[0]["data"]["intent"], group["payment_intent"]);
        assert_eq!(due[0]["subject"], refunds[0]["id"]);
    }
}

#[tokio::test]
async fn of_a_late_group_each_order_is_settled_by_itself() {
    let market = last_shirt().await;
    market.shop("label").await;
    market.stock("poster", 5).await;
    let poster = Goods {
        name: "poster",
        price_minor: 2_500,
        ..Goods::default()
    };
    market.sell("label", poster).await;
    let orders: [(&str, &[_]); 2] = [
        ("records", &[("shirt", 1, 9_900)]),
        ("label", &[("poster", 1, 2_500)]),
    ];
    let group = place(&market.buyer("ada"), "k1", checkout(&orders))
        .await
        .json();
    market.pass_minutes(60);
    market.order_shirt("ben").await;
    market.pay("ada", &group).await;
    assert_eq!(market.states("ada", &group).await, ["expired", "paid"]);
    let told = market.told("PaymentsQueue").await;
    assert_eq!(told["order.refund_due"].len(), 1);
    assert_eq!(told["order.refund_due"][0]["data"]["amount_minor"], 9_900);
    assert_eq!(market.stock_of("poster").await, (1, 0, 4));
}

#[tokio::test]
async fn money_for_a_cancelled_order_goes_back_though_the_goods_are_there() {
    let market = last_shirt().await;
    let group = market.order_shirt("ada").await;
    let path = format!("/v1/order-groups/{}/cancel", group["id"].as_str().unwrap());
    assert_eq!(market.buyer("ada").post(&path, json!({})).await.status, 200);
    for _ in 0..2 {
        market.pay("ada", &group).await;
    }
    let late = market.group("ada", &group).await;
    assert_eq!(late["orders"][0]["state"], "cancelled");
    assert_eq!(late["orders"][0]["refunds"].as_array().unwrap().len(), 1);
    assert_eq!(market.stock_of("shirt").await, (0, 0, 1));
}

#[tokio::test]
async fn a_payment_that_was_closed_frees_the_goods() {
    let market = last_shirt().await;
    let group = market.order_shirt("ada").await;
    for _ in 0..2 {
        market.close_payment(&group).await;
        assert_eq!(market.states("ada", &group).await, ["expired"]);
        assert_eq!(market.stock_of("shirt").await, (0, 0, 1));
    }
    // And if the provider captured it all the same, the money finds its goods.
    market.pay("ada", &group).await;
    assert_eq!(market.states("ada", &group).await, ["paid"]);
}

#[tokio::test]
async fn a_payment_that_is_not_for_this_group_changes_nothing() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    let other = market.order_shirt("ben").await;
    let right = captured("ada", &group);
    for (field, wrong) in [
        ("amount_minor", json!(9_899)),
        ("amount_minor", json!(9_901)),
        ("amount_minor", json!(0)),
        ("currency", json!("JPY")),
        ("account", json!(account("ben"))),
        ("intent", other["payment_intent"].clone()),
        ("group", other["id"].clone()),
        ("group", json!("grp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    ] {
        let mut data = right.clone();
        data[field] = wrong;
        pay_into_the_dead(&market, data).await;
    }
    assert_eq!(market.states("ada", &group).await, ["awaiting_payment"]);
    assert_eq!(market.stock_of("shirt").await, (0, 2, 8));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_that_races_with_the_sweeper_and_the_buyer_ends_in_goods_or_refund() {
    for minutes in [5, 20, 30] {
        let market = last_shirt().await;
        let group = market.order_shirt("ada").await;
        market.pass_minutes(minutes);
        let subject = group["payment_intent"].as_str().unwrap();
        market
            .send("payment.captured", subject, 1, captured("ada", &group))
            .await;
        let path = format!("/v1/order-groups/{}/cancel", group["id"].as_str().unwrap());
        let ada = market.buyer("ada");
        tokio::join!(
            market.world.drain("OrdersQueue", &market.worker),
            market.sweep(),
            ada.post(&path, json!({})),
        );
        let order = market.group("ada", &group).await["orders"][0].clone();
        let refunds = order["refunds"].as_array().unwrap().len();
        match order["state"].as_str().unwrap() {
            "paid" => {
                assert_eq!(refunds, 0);
                assert_eq!(market.stock_of("shirt").await, (1, 0, 0));
            }
            "expired" | "cancelled" => {
                assert_eq!(refunds, 1);
                assert_eq!(market.stock_of("shirt").await, (0, 0, 1));
            }
            other => panic!("{other}"),
        }
    }
}
