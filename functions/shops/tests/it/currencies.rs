//! In which currencies something may be given a price: `CURRENCIES`

use serde_json::{Value, json};
use testkit::{Answer, World};

use crate::market::{Market, Stall, id, ok};

/// The same market, after the list has changed.
async fn offer_instead(mut market: Market, currencies: &str) -> Market {
    let only = [("CURRENCIES", currencies)];
    let world = &market.world;
    market.api = world.app_with("ShopsApi", &only, shops::build).await;
    market
}

/// The same stall, at the function as it is now.
fn again(market: &Market, stall: Stall) -> Stall {
    Stall {
        client: market.seller("stars"),
        ..stall
    }
}

fn assert_not_offered(answer: &Answer, pointer: Option<&str>) {
    let told = (answer.status, answer.problem_code());
    assert_eq!(told, (422, "currency_not_offered".to_owned()));
    let body = answer.json();
    assert_eq!(body["errors"][0]["pointer"].as_str(), pointer, "{body}");
}

fn priced(minor: i64) -> Value {
    json!({ "price": { "minor": minor, "currency": "CNY" } })
}

#[tokio::test]
async fn a_shop_has_a_currency_that_is_offered() {
    let market = offer_instead(Market::open().await, "HKD, CNY").await;
    let seller = market.seller("stars");
    let shop = |currency: &str| json!({ "name": "Stars", "region": "CN", "currency": currency });
    let refused = seller.post("/v1/shops", shop("USD")).await;
    assert_not_offered(&refused, Some("/currency"));
    let opened = id(&seller.post("/v1/shops", shop("HKD")).await);
    let path = format!("/v1/shops/{opened}");
    let refused = seller.patch(&path, json!({ "currency": "USD" })).await;
    assert_not_offered(&refused, Some("/currency"));
    ok(&seller.patch(&path, json!({ "currency": "CNY" })).await);
}

#[tokio::test]
async fn what_is_published_is_sold_on_in_a_currency_that_was_withdrawn_and_nothing_is_priced_anew()
{
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.service(&market, json!({})).await;
    let other = stall.service(&market, json!({})).await;

    let market = offer_instead(market, "HKD").await;
    let stall = again(&market, stall);
    let path = format!("/v1/listings/{listing}");
    let seen = market.api.anonymous().get(&path).await;
    assert_eq!(seen.json()["availability"], "available");

    let added = stall.try_variant(&listing, priced(100)).await;
    assert_not_offered(&added, Some("/price/currency"));
    let sku = stall.see(&listing).await["management"]["variants"][0]["variant"]["id"].clone();
    let variant = format!("{path}/variants/{}", sku.as_str().unwrap());
    let dearer = stall.client.patch(&variant, priced(100)).await;
    assert_not_offered(&dearer, Some("/price/currency"));
    // What says nothing of a price, or that there is none, is another matter.
    ok(&stall
        .client
        .patch(&variant, json!({ "title": "A song" }))
        .await);
    ok(&stall.client.patch(&variant, json!({ "free": true })).await);
    let shop = format!("/v1/shops/{}", stall.shop);
    ok(&stall
        .client
        .patch(&shop, json!({ "currency": "CNY", "about": "Stars." }))
        .await);

    ok(&stall.do_to(&listing, "pause").await);
    assert_not_offered(&stall.do_to(&listing, "publish").await, None);
    let suspend = format!("/v1/listings/{other}/suspend");
    let operator = market.api.operator();
    ok(&operator.post(&suspend, json!({})).await);
    let reinstate = format!("/v1/listings/{other}/reinstate");
    assert_not_offered(&operator.post(&reinstate, json!({})).await, None);

    let market = offer_instead(market, "*").await;
    let stall = again(&market, stall);
    ok(&stall.do_to(&listing, "publish").await);
}

#[tokio::test]
async fn an_environment_that_is_not_understood_says_all_of_it() {
    let world = World::start().await;
    let wrong = [("CURRENCIES", "CNY,RMB"), ("TRADE_STAGE", "false")];
    let environment = world.environment_with("ShopsApi", &wrong);
    let built = shops::build(environment, world.aws.clone(), world.clock.clone()).await;
    let error = built.err().unwrap().to_string();
    for part in [
        "CURRENCIES is \"CNY,RMB\": \"RMB\" is wrong: not a currency that is served here",
        "TRADE_STAGE is \"false\": it is not off, operators or open",
    ] {
        assert!(error.contains(part), "{error}");
    }
}
