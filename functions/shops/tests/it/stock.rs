//! `PUT /v1/listings/{id}/variants/{sku}/stock`

use std::num::NonZeroU32;

use kernel::Id;
use platform::table::Transaction;
use quota::{Claim, Hold, Quotas};
use serde_json::{Value, json};

use crate::market::{Market, Stall, ok};

/// Orders' side: holds units of a variant, and perhaps commits them.
async fn hold(market: &Market, sku: &str, name: &str, units: u32) -> (Quotas, Claim) {
    let quotas = Quotas::new(
        market.world.table("QuotasTable"),
        market.world.clock.clone(),
    );
    let hold = Hold {
        id: Id::derive(&[name]),
        units: NonZeroU32::new(units).unwrap(),
        expires_at: "2026-06-01T12:20:00Z".parse().unwrap(),
    };
    let quota = format!("stock:{sku}").parse().unwrap();
    let plan = quotas.hold(&quota, &hold).await.unwrap();
    let transaction = Transaction::from(plan.writes);
    market.world.aws.transact(transaction).await.unwrap();
    (quotas, plan.claim)
}

async fn buy(market: &Market, sku: &str, name: &str, units: u32) {
    let (quotas, claim) = hold(market, sku, name, units).await;
    let writes = quotas.commit(&claim).await.unwrap();
    market
        .world
        .aws
        .transact(Transaction::from(writes))
        .await
        .unwrap();
}

async fn shirt(market: &Market, stall: &Stall) -> (String, String) {
    let listing = stall.draft(json!({})).await;
    let sku = stall.variant(&listing, json!({})).await;
    assert_eq!(
        stall.see(&listing).await["management"]["variants"][0]["offered"],
        false
    );
    assert_eq!(market.world.depth("ShopsQueue").await, 0);
    (listing, sku)
}

fn counts(stock: &Value) -> [u64; 4] {
    ["on_hand", "allocated", "saleable", "sold"].map(|name| stock[name].as_u64().unwrap())
}

#[tokio::test]
async fn a_counted_variant_is_offered_once_its_stock_is_set() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (listing, sku) = shirt(&market, &stall).await;
    let path = format!("/v1/listings/{listing}/variants/{sku}/stock");
    assert_eq!(stall.client.get(&path).await.problem_code(), "not_found");
    let answer = stall.stock(&listing, &sku, 10).await;
    ok(&answer);
    assert_eq!(answer.header("etag"), Some("\"3\""));
    assert_eq!(counts(&answer.json()), [10, 0, 10, 0]);
    assert_eq!(
        counts(&stall.client.get(&path).await.json()),
        [10, 0, 10, 0]
    );
    assert_eq!(
        stall.see(&listing).await["management"]["variants"][0]["offered"],
        true
    );
}

#[tokio::test]
async fn what_is_sold_counts_no_more_and_what_is_held_does() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (listing, sku) = shirt(&market, &stall).await;
    ok(&stall.stock(&listing, &sku, 10).await);
    buy(&market, &sku, "ada", 3).await;
    hold(&market, &sku, "ben", 2).await;
    let path = format!("/v1/listings/{listing}/variants/{sku}/stock");
    assert_eq!(counts(&stall.client.get(&path).await.json()), [7, 2, 5, 3]);
    let set = stall.stock(&listing, &sku, 20).await.json();
    assert_eq!(counts(&set), [20, 2, 18, 3]);
    let set = stall.stock(&listing, &sku, 2).await.json();
    assert_eq!(counts(&set), [2, 2, 0, 3]);
    let too_few = stall.stock(&listing, &sku, 1).await;
    assert_eq!(too_few.problem_code(), "state_conflict");
    assert_eq!(counts(&stall.client.get(&path).await.json()), [2, 2, 0, 3]);
}

#[tokio::test]
async fn a_listing_shows_when_it_is_sold_out() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (listing, sku) = shirt(&market, &stall).await;
    ok(&stall.stock(&listing, &sku, 2).await);
    stall.publish(&market, &listing).await;
    let path = format!("/v1/listings/{listing}");
    let anonymous = market.api.anonymous();
    assert_eq!(
        anonymous.get(&path).await.json()["availability"],
        "available"
    );
    buy(&market, &sku, "ada", 2).await;
    market
        .world
        .clock
        .advance(jiff::SignedDuration::from_secs(4))
        .unwrap();
    let seen = anonymous.get(&path).await.json();
    assert_eq!(
        (&seen["availability"], &seen["variants"][0]["sold_out"]),
        (&json!("sold_out"), &json!(true))
    );
    ok(&stall.stock(&listing, &sku, 1).await);
    assert_eq!(
        anonymous.get(&path).await.json()["availability"],
        "available"
    );
}

#[tokio::test]
async fn sales_and_settings_at_once_lose_no_sale() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (listing, sku) = shirt(&market, &stall).await;
    ok(&stall.stock(&listing, &sku, 100).await);
    let names: Vec<_> = (0..10).map(|number| format!("buyer {number}")).collect();
    let sales = names.iter().map(|name| buy(&market, &sku, name, 1));
    let settings = (0..4).map(|_| stall.stock(&listing, &sku, 100));
    let (settings, _) = futures_util::future::join(
        futures_util::future::join_all(settings),
        futures_util::future::join_all(sales),
    )
    .await;
    for answer in settings {
        assert!(
            [200, 409, 412].contains(&answer.status),
            "{}",
            answer.text()
        );
    }
    let path = format!("/v1/listings/{listing}/variants/{sku}/stock");
    let [on_hand, allocated, _, sold] = counts(&stall.client.get(&path).await.json());
    assert_eq!((allocated, sold), (0, 10));
    assert!((90..=100).contains(&on_hand), "{on_hand}");
}

#[tokio::test]
async fn a_large_stock_is_counted_as_a_small_one_is() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (listing, sku) = shirt(&market, &stall).await;
    assert_eq!(
        counts(&stall.stock(&listing, &sku, 5_000).await.json()),
        [5_000, 0, 5_000, 0]
    );
    assert_eq!(
        counts(&stall.stock(&listing, &sku, 7).await.json()),
        [7, 0, 7, 0]
    );
    assert_eq!(
        counts(&stall.stock(&listing, &sku, 0).await.json()),
        [0, 0, 0, 0]
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (listing, sku) = shirt(&market, &stall).await;
    let path = format!("/v1/listings/{listing}/variants/{sku}/stock");
    for on_hand in [
        json!(-1),
        json!(1.5),
        json!(1_000_001),
        json!("1"),
        json!(null),
    ] {
        let body = json!({ "on_hand": on_hand });
        let answer = stall.client.request("PUT", &path).json(body).send().await;
        assert_eq!(answer.problem_code(), "validation_failed", "{on_hand}");
    }
    let stale = stall
        .client
        .request("PUT", &path)
        .header("if-match", "\"1\"");
    let stale = stale.json(json!({ "on_hand": 1 })).send().await;
    assert_eq!(stale.problem_code(), "precondition_failed");
    let service = stall.service(&market, json!({})).await;
    let seen = stall.see(&service).await;
    let uncounted = seen["variants"][0]["id"].as_str().unwrap();
    assert_eq!(
        stall.stock(&service, uncounted, 1).await.problem_code(),
        "state_conflict"
    );
    assert_eq!(
        stall.stock(&listing, uncounted, 1).await.problem_code(),
        "not_found"
    );
}
