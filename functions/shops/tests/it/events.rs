//! What the stream tells orders, and what it tells organizations.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::market::{Market, ok, organization};

fn kinds(events: &[Value], subject: &str) -> Vec<(String, u64)> {
    let of_subject = events.iter().filter(|event| event["subject"] == subject);
    let mut kinds: Vec<_> = of_subject
        .map(|event| {
            let kind = event["type"].as_str().unwrap().to_owned();
            (kind, event["version"].as_u64().unwrap())
        })
        .collect();
    kinds.sort_by_key(|(_, version)| *version);
    kinds
}

#[tokio::test]
async fn orders_hear_of_a_shop_from_its_opening_on() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let seller = |step: &str| format!("/v1/shops/{}/{step}", stall.shop);
    ok(&stall.client.post(&seller("leave"), json!({})).await);
    ok(&stall.client.post(&seller("return"), json!({})).await);
    let commission = json!({ "commission_bp": 300 });
    let operator = market.api.operator();
    ok(&operator
        .request("PUT", &seller("commission"))
        .json(commission)
        .send()
        .await);
    let why = json!({ "reason": "Because." });
    ok(&operator.post(&seller("suspend"), why.clone()).await);
    ok(&operator.post(&seller("terminate"), why).await);
    let told = market.told().await;
    let expected = [
        ("shop.opened", 3),
        ("shop.on_leave", 4),
        ("shop.opened", 5),
        ("shop.changed", 6),
        ("shop.suspended", 7),
        ("shop.terminated", 8),
    ];
    let expected: Vec<_> = expected
        .map(|(kind, version)| (kind.to_owned(), version))
        .to_vec();
    assert_eq!(kinds(&told, &stall.shop), expected);
    let changed = told
        .iter()
        .find(|event| event["type"] == "shop.changed")
        .unwrap();
    assert_eq!(
        changed["data"],
        json!({
            "shop": stall.shop, "organization": organization("stars"), "name": "stars",
            "state": "open", "commission_bp": 300, "region": "CN", "house_owned": false,
            "version": 6,
        })
    );
}

#[tokio::test]
async fn orders_hear_of_a_listing_from_its_publication_on() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let sku = stall.variant(&listing, json!({})).await;
    ok(&stall.stock(&listing, &sku, 5).await);
    let unstocked = stall.variant(&listing, json!({ "title": "Size L" })).await;
    stall.publish(&market, &listing).await;
    let price = json!({ "price": { "minor": 8_800, "currency": "CNY" } });
    let path = format!("/v1/listings/{listing}/variants/{sku}");
    ok(&stall.client.patch(&path, price).await);
    ok(&stall.do_to(&listing, "pause").await);
    let operator = market.api.operator();
    let suspend = format!("/v1/listings/{listing}/suspend");
    ok(&operator.post(&suspend, json!({})).await);
    let takedown = format!("/v1/listings/{listing}/takedown");
    ok(&operator.post(&takedown, json!({})).await);
    let told = market.told().await;
    let expected = [
        ("listing.published", 7),
        ("listing.changed", 8),
        ("listing.paused", 9),
        ("listing.suspended", 10),
        ("listing.removed", 11),
    ];
    let expected: Vec<_> = expected
        .map(|(kind, version)| (kind.to_owned(), version))
        .to_vec();
    assert_eq!(kinds(&told, &listing), expected);
    let changed = told
        .iter()
        .find(|event| event["type"] == "listing.changed")
        .unwrap();
    assert_eq!(
        changed["data"],
        json!({
            "listing": listing, "shop": stall.shop, "organization": stall.organization,
            "version": 8, "product_type": "merchandise", "title": "Night Market Shirt",
            "saleable": true, "unavailable_because": null, "currency": "CNY",
            "owners": [{ "shop": stall.shop, "organization": stall.organization, "share_bp": 10_000 }],
            "released_at": null, "fulfilment": "shipment", "return_days": 7,
            "skus": [{
                "sku": sku, "title": "Size M", "price_minor": 8_800,
                "components": [{ "quota": format!("stock:{sku}"), "units": 1 }],
                "downloads": [], "tickets": null,
            }],
        })
    );
    assert!(!changed.to_string().contains(&unstocked));
    let paused = told
        .iter()
        .find(|event| event["type"] == "listing.paused")
        .unwrap();
    assert_eq!(paused["data"]["saleable"], false);
    assert_eq!(paused["data"]["unavailable_because"], "paused");
}

#[tokio::test]
async fn a_replayed_stream_tells_the_same_events() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    stall.service(&market, json!({})).await;
    let ids = |events: Vec<Value>| -> BTreeSet<String> {
        events.iter().map(|event| event["id"].to_string()).collect()
    };
    let first = ids(market.told().await);
    assert!(!first.is_empty());
    assert_eq!(ids(market.told().await), first);
    let outside = ids(market.told_outside().await);
    assert_eq!(outside.len(), first.len());
    assert!(outside.is_disjoint(&first));
    assert_eq!(ids(market.told_outside().await), outside);
}

#[tokio::test]
async fn an_organization_hears_of_its_shop_and_its_listings_what_orders_hear_of_them() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let sku = stall.variant(&listing, json!({})).await;
    ok(&stall.stock(&listing, &sku, 5).await);
    stall.publish(&market, &listing).await;
    let operator = market.api.operator();
    let suspend = format!("/v1/listings/{listing}/suspend");
    ok(&operator.post(&suspend, json!({ "reason": "Fake." })).await);
    let outside = market.told_outside().await;
    let inside = market.world.messages("OrdersQueue").await;
    for subject in [&stall.shop, &listing] {
        assert_eq!(kinds(&outside, subject), kinds(&inside, subject));
    }
    let data = |kind: &str| {
        let mut told = outside.iter().filter(|event| event["type"] == kind);
        told.next().unwrap()["data"].clone()
    };
    assert_eq!(
        data("shop.opened"),
        json!({
            "audience": [organization("stars")],
            "payload": {
                "shop": stall.shop, "organization": organization("stars"), "name": "stars",
                "slug": null, "region": "CN", "currency": "CNY", "state": "open",
                "commission_bp": 500,
            },
        })
    );
    assert_eq!(
        data("listing.suspended"),
        json!({
            "audience": [organization("stars")],
            "payload": {
                "listing": listing, "shop": stall.shop, "organization": organization("stars"),
                "product_type": "merchandise", "title": "Night Market Shirt",
                "state": "suspended", "suspended_for": "policy", "released_at": null,
                "variants": [{
                    "sku": sku, "title": "Size M",
                    "price": { "minor": 9_900, "currency": "CNY" },
                }],
            },
        })
    );
}

#[tokio::test]
async fn an_offer_names_its_tickets_and_its_downloads() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (concert, quota) = market.concert("stars", json!({})).await;
    let listing = stall
        .draft(json!({ "product_type": "ticket", "attributes": {} }))
        .await;
    let tickets = json!({ "concert": concert, "ticket_quota": quota });
    stall.variant(&listing, json!({ "tickets": tickets })).await;
    stall.publish(&market, &listing).await;
    let told = market.told().await;
    let offer = told
        .iter()
        .find(|event| event["subject"] == listing.as_str())
        .unwrap();
    let sku = &offer["data"]["skus"][0];
    assert_eq!(offer["data"]["fulfilment"], "ticket");
    assert_eq!(
        sku["components"],
        json!([{ "quota": format!("tickets:{quota}"), "units": 1 }])
    );
    let expected = json!({
        "concert": concert, "ticket_quota": quota, "per_unit": 1, "days": ["2026-07-01"],
        "per_buyer_limit": null,
    });
    assert_eq!(sku["tickets"], expected);
}
