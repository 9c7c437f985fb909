//! Trade as a deployment holds it back: `TRADE_STAGE`

use kernel::Id;
use serde_json::json;

use crate::market::{Market, id, ok};

async fn at_stage(mut market: Market, stage: &str) -> Market {
    let held = [("TRADE_STAGE", stage)];
    let world = &market.world;
    market.api = world.app_with("ShopsApi", &held, shops::build).await;
    market
}

#[tokio::test]
async fn while_trade_is_off_no_shop_is_seen_or_opened_and_cases_go_on() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let market = at_stage(market, "off").await;
    let path = format!("/v1/shops/{}", stall.shop);
    for client in [market.api.anonymous(), market.api.operator()] {
        let answer = client.get(&path).await;
        let told = (answer.status, answer.problem_code());
        assert_eq!(told, (403, "capability_off".to_owned()));
        assert_eq!(answer.json()["detail"], "trade is off");
    }
    let shop = json!({ "name": "Moons", "region": "CN", "currency": "CNY" });
    let opened = market.seller("moons").post("/v1/shops", shop).await;
    assert_eq!(opened.problem_code(), "capability_off");
    ok(&market.seller("stars").get("/v1/rights-cases").await);
    // What others tell is taken in all the same.
    market
        .tell_organization("stars", json!({ "house_owned": true }))
        .await;
    let market = at_stage(market, "open").await;
    let seen = market.api.anonymous().get(&path).await;
    assert_eq!(seen.json()["house_owned"], true);
}

#[tokio::test]
async fn while_trade_is_off_what_is_there_is_shown_to_its_people_decided_on_and_taken_back() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let market = at_stage(market, "off").await;
    let (seller, operator) = (market.seller("stars"), market.api.operator());
    let shop = format!("/v1/shops/{}", stall.shop);
    ok(&seller.get("/v1/shops").await);
    ok(&seller.get(&format!("{shop}/management")).await);
    ok(&operator.get("/v1/shops/reviews/shops").await);
    ok(&operator.get("/v1/shops/reviews/listings").await);
    let reason = json!({ "reason": "The imprint is missing." });
    ok(&operator.post(&format!("{shop}/suspend"), reason).await);
    let edited = seller.patch(&shop, json!({ "name": "Moons" })).await;
    assert_eq!(edited.problem_code(), "capability_off");
}

#[tokio::test]
async fn while_trade_is_tried_out_operators_open_shops_and_others_do_not() {
    let market = at_stage(Market::open().await, "operators").await;
    let shop = || json!({ "name": "Stars", "region": "CN", "currency": "CNY" });
    let refused = market.seller("stars").post("/v1/shops", shop()).await;
    assert_eq!(refused.problem_code(), "capability_off");
    assert_eq!(refused.json()["detail"], "trade is open to operators alone");
    // As accounts has it for an operator who acts for an organization.
    let stars = crate::market::organization("stars");
    let account = Id::derive(&["account", "operator"]);
    let scopes = ["catalogue", "trying_out"];
    let trying = market.api.member(account, stars, &scopes);
    let opened = id(&trying.post("/v1/shops", shop()).await);
    let path = format!("/v1/shops/{opened}");
    ok(&trying.post(&format!("{path}/submit"), json!({})).await);
    let approve = format!("{path}/approve");
    ok(&market.api.operator().post(&approve, json!({})).await);
    // Nobody sees it yet: a public route knows no operator.
    let seen = market.api.anonymous().get(&path).await;
    assert_eq!(seen.problem_code(), "capability_off");
}
