//! Variants that are made of others.

use serde_json::{Value, json};

use crate::market::{Market, Stall, ok};

async fn stocked(stall: &Stall, on_hand: u32) -> (String, String) {
    let listing = stall.draft(json!({})).await;
    let sku = stall.variant(&listing, json!({})).await;
    ok(&stall.stock(&listing, &sku, on_hand).await);
    (listing, sku)
}

fn part(listing: &str, sku: &str, units: u32) -> Value {
    json!({ "listing": listing, "sku": sku, "units": units })
}

#[tokio::test]
async fn a_bundle_takes_of_the_stock_of_its_parts() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (shirt, medium) = stocked(&stall, 5).await;
    let (poster, large) = stocked(&stall, 1).await;
    let bundle = stall.draft(json!({ "title": "Both" })).await;
    let parts = json!([part(&shirt, &medium, 2), part(&poster, &large, 1)]);
    let sku = stall.variant(&bundle, json!({ "components": parts })).await;
    stall.publish(&market, &bundle).await;
    let path = format!("/v1/listings/{bundle}");
    let seen = market.api.anonymous().get(&path).await.json();
    assert_eq!(seen["availability"], "available");
    assert_eq!(seen["variants"][0]["components"], parts);
    let told = market.told().await;
    let offer = told
        .iter()
        .find(|event| event["subject"] == bundle.as_str())
        .unwrap();
    let expected = json!([
        { "quota": format!("stock:{medium}"), "units": 2 },
        { "quota": format!("stock:{large}"), "units": 1 },
    ]);
    assert_eq!(offer["data"]["skus"][0]["components"], expected);
    assert_eq!(
        stall.stock(&bundle, &sku, 1).await.problem_code(),
        "state_conflict"
    );
    ok(&stall.stock(&poster, &large, 0).await);
    let seen = market.api.anonymous().get(&path).await.json();
    assert_eq!(seen["availability"], "sold_out");
}

#[tokio::test]
async fn a_bundle_is_made_of_counted_things_of_the_same_shop() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let other = market.stall("moons").await;
    let (shirt, medium) = stocked(&stall, 5).await;
    let (foreign, foreign_sku) = stocked(&other, 5).await;
    let unstocked = stall.variant(&shirt, json!({})).await;
    let service = stall.service(&market, json!({})).await;
    let seen = stall.see(&service).await;
    let mixing = seen["variants"][0]["id"].as_str().unwrap().to_owned();
    let bundle = stall.draft(json!({ "title": "Both" })).await;
    let nested = stall
        .variant(&bundle, json!({ "components": [part(&shirt, &medium, 1)] }))
        .await;
    let eleven: Vec<_> = (0..11).map(|_| part(&shirt, &medium, 1)).collect();
    for parts in [
        json!([part(&foreign, &foreign_sku, 1)]),
        json!([part(&shirt, &foreign_sku, 1)]),
        json!([part(&shirt, &unstocked, 1)]),
        json!([part(&service, &mixing, 1)]),
        json!([part(&bundle, &nested, 1)]),
        json!([part(&shirt, &medium, 1), part(&shirt, &medium, 1)]),
        json!([part(&shirt, &medium, 0)]),
        json!([part(&shirt, &medium, 101)]),
        json!(eleven),
    ] {
        let answer = stall
            .try_variant(&bundle, json!({ "components": parts }))
            .await;
        assert_eq!(answer.problem_code(), "validation_failed", "{parts}");
        let pointer = answer.json()["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(pointer.starts_with("/components"), "{pointer}");
    }
    let mixed = stall
        .try_variant(
            &service,
            json!({ "components": [part(&shirt, &medium, 1)] }),
        )
        .await;
    assert_eq!(mixed.problem_code(), "validation_failed");
}

#[tokio::test]
async fn a_bundle_of_what_was_taken_off_the_market_is_not_published() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (shirt, medium) = stocked(&stall, 5).await;
    let bundle = stall.draft(json!({ "title": "Two" })).await;
    let parts = json!([part(&shirt, &medium, 2)]);
    stall.variant(&bundle, json!({ "components": parts })).await;
    stall.publish(&market, &bundle).await;
    ok(&stall.do_to(&bundle, "pause").await);
    let suspend = format!("/v1/listings/{shirt}/suspend");
    ok(&market.api.operator().post(&suspend, json!({})).await);
    let refused = stall.do_to(&bundle, "publish").await;
    assert_eq!(refused.problem_code(), "state_conflict");
    assert!(refused.text().contains("a part of the bundle"));
}
