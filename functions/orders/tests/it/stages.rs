//! Trade as a deployment holds it back: `TRADE_STAGE`

use serde_json::json;

use crate::{
    market::{Market, checkout, place},
    sale::{parcel, post, wish},
};

const ONE_SHIRT: &[(&str, u32, i64)] = &[("shirt", 1, 9_900)];

async fn at_stage(mut market: Market, stage: &str) -> Market {
    let held = [("TRADE_STAGE", stage)];
    let world = &market.world;
    market.api = world.app_with("OrdersApi", &held, orders::build).await;
    market
}

#[tokio::test]
async fn while_trade_is_off_nothing_is_ordered_and_what_was_ordered_is_paid_sent_and_given_back() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    let market = at_stage(market, "off").await;
    let (ada, seller) = (market.buyer("ada"), market.seller("records"));
    let refused = place(&ada, "k2", checkout(&[("records", ONE_SHIRT)])).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (403, "capability_off")
    );
    market.pay("ada", &group).await;
    assert_eq!(market.states("ada", &group).await, ["paid"]);
    let order = &group["orders"][0];
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    let units = json!([{ "line": order["lines"][0]["id"], "quantity": 1 }]);
    let parcel = parcel(units.clone());
    let sent = post(&seller, &format!("{path}/shipments"), "k3", parcel).await;
    assert!((200..300).contains(&sent.status), "{}", sent.text());
    let wish = wish(units, true);
    let asked = post(&ada, &format!("{path}/refund-requests"), "k4", wish).await;
    assert!((200..300).contains(&asked.status), "{}", asked.text());
    let listed = ada.get("/v1/orders").await.json();
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn while_trade_is_tried_out_an_operator_orders_and_others_do_not() {
    let market = at_stage(Market::with_shirts().await, "operators").await;
    let body = || checkout(&[("records", ONE_SHIRT)]);
    let refused = place(&market.buyer("ada"), "k1", body()).await;
    assert_eq!(refused.problem_code(), "capability_off");
    let placed = place(&market.api.operator(), "k1", body()).await;
    assert_eq!(placed.status, 201, "{}", placed.text());
}
