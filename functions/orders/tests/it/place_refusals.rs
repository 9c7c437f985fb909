//! `POST /v1/orders`: what is refused, and leaves everything as it was.

use serde_json::{Value, json};

use crate::market::{Goods, Market, checkout, place, shop, sku, stock_quota};

const ONE_SHIRT: &[(&str, u32, i64)] = &[("shirt", 1, 9_900)];

async fn refused(market: &Market, body: Value) -> (u16, String, String) {
    let answer = place(&market.buyer("ada"), "k1", body).await;
    let problem = answer.json();
    let detail = problem["detail"].as_str().unwrap_or_default().to_owned();
    (answer.status, answer.problem_code(), detail)
}

#[tokio::test]
async fn nobody_orders_without_an_account_or_without_a_key() {
    let market = Market::with_shirts().await;
    let body = checkout(&[("records", ONE_SHIRT)]);
    let answer = place(&market.api.anonymous(), "k1", body.clone()).await;
    assert_eq!(answer.problem_code(), "unauthenticated");
    let answer = market.buyer("ada").post("/v1/orders", body).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (400, "idempotency_key_missing")
    );
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
}

#[tokio::test]
async fn a_body_that_is_no_checkout_is_pointed_at() {
    let market = Market::with_shirts().await;
    let line = |quantity: Value, minor: Value| {
        json!({
            "sku": sku("shirt"), "quantity": quantity,
            "unit_price": { "minor": minor, "currency": "CNY" },
        })
    };
    let order = |lines: Value| json!({ "orders": [{ "shop": shop("records"), "lines": lines }] });
    let one = order(json!([line(json!(1), json!(9_900))]))["orders"][0].clone();
    let other_currency = json!({
        "sku": sku("poster"), "quantity": 1, "unit_price": { "minor": 1, "currency": "JPY" },
    });
    let many: Vec<_> = (0..21)
        .map(|number| {
            let mut line = line(json!(1), json!(1));
            line["sku"] = json!(sku(&number.to_string()));
            line
        })
        .collect();
    let shops: Vec<_> = (0..11)
        .map(|number| json!({ "shop": shop(&number.to_string()), "lines": one["lines"] }))
        .collect();
    let mut bad_country = checkout(&[("records", ONE_SHIRT)]);
    bad_country["delivery"]["country"] = json!("China");
    let mut bad_name = checkout(&[("records", ONE_SHIRT)]);
    bad_name["delivery"]["name"] = json!("Ada\u{202e}");
    for (body, pointer) in [
        (json!({ "orders": [] }), "/orders"),
        (json!({ "orders": shops }), "/orders"),
        (json!({ "orders": [one, one] }), "/orders/1/shop"),
        (order(json!([])), "/orders/0/lines"),
        (order(json!(many)), "/orders/0/lines/20"),
        (
            order(json!([line(json!(0), json!(9_900))])),
            "/orders/0/lines/0/quantity",
        ),
        (
            order(json!([line(json!(100), json!(9_900))])),
            "/orders/0/lines/0/quantity",
        ),
        (
            order(json!([
                line(json!(99), json!(9_900)),
                line(json!(1), json!(9_900))
            ])),
            "/orders/0/lines/1/quantity",
        ),
        (
            order(json!([
                line(json!(1), json!(9_900)),
                line(json!(1), json!(9_800))
            ])),
            "/orders/0/lines/1/unit_price",
        ),
        (
            order(json!([line(json!(1), json!(9_900)), other_currency])),
            "/orders/0/lines/1/unit_price",
        ),
        (
            order(json!([line(json!(1.5), json!(9_900))])),
            "/orders/0/lines/0/quantity",
        ),
        (
            order(json!([line(json!(1), json!(99.0))])),
            "/orders/0/lines/0/unit_price",
        ),
        (bad_country, "/delivery/country"),
        (bad_name, "/delivery/name"),
    ] {
        let answer = place(&market.buyer("ada"), "k1", body.clone()).await;
        assert_eq!(answer.status, 422, "{body}: {}", answer.text());
        let told = answer.json()["errors"][0]["pointer"]
            .as_str()
            .unwrap()
            .to_owned();
        assert!(
            told.starts_with(pointer),
            "{told} instead of {pointer}: {body}"
        );
    }
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
}

#[tokio::test]
async fn a_price_that_is_not_the_one_that_was_seen_is_told() {
    let market = Market::with_shirts().await;
    let answer = refused(&market, checkout(&[("records", &[("shirt", 1, 9_800)])])).await;
    let detail = format!("{} costs 9900 CNY now", sku("shirt"));
    assert_eq!(answer, (409, "price_changed".to_owned(), detail));
    let cheaper = Goods {
        price_minor: 9_800,
        version: 2,
        ..Goods::default()
    };
    market.sell("records", cheaper).await;
    // A refusal is not remembered: the same key buys once the price is the one that was seen.
    let body = checkout(&[("records", &[("shirt", 1, 9_800)])]);
    assert_eq!(place(&market.buyer("ada"), "k1", body).await.status, 201);
}

#[tokio::test]
async fn another_currency_at_the_same_number_is_another_price() {
    let market = Market::with_shirts().await;
    let mut body = checkout(&[("records", ONE_SHIRT)]);
    body["orders"][0]["lines"][0]["unit_price"]["currency"] = json!("JPY");
    assert_eq!(refused(&market, body).await.1, "price_changed");
}

#[tokio::test]
async fn a_listing_that_is_not_for_sale_by_now_is_refused() {
    let market = Market::with_shirts().await;
    let body = checkout(&[("records", ONE_SHIRT)]);
    let suspended = Goods {
        version: 2,
        saleable: false,
        listing_fields: json!({ "unavailable_because": "suspended" }),
        ..Goods::default()
    };
    market.sell("records", suspended).await;
    let (status, code, detail) = refused(&market, body.clone()).await;
    assert_eq!((status, code.as_str()), (409, "listing_unavailable"));
    assert!(detail.contains("suspended"), "{detail}");
    let published = Goods {
        version: 3,
        ..Goods::default()
    };
    market.sell("records", published).await;
    assert_eq!(place(&market.buyer("ada"), "k1", body).await.status, 201);
}

#[tokio::test]
async fn a_sku_that_is_unknown_or_of_another_shop_is_not_for_sale() {
    let market = Market::with_shirts().await;
    market.shop("label").await;
    for orders in [
        ("records", &[("poster", 1, 9_900)]),
        ("label", &[("shirt", 1, 9_900)]),
    ] {
        let (status, code, _) = refused(&market, checkout(&[(orders.0, orders.1)])).await;
        assert_eq!((status, code.as_str()), (409, "listing_unavailable"));
    }
}

#[tokio::test]
async fn a_shop_that_is_not_open_takes_no_orders() {
    let market = Market::with_shirts().await;
    let body = checkout(&[("records", ONE_SHIRT)]);
    for (version, state) in [(2, "on_leave"), (3, "suspended"), (4, "terminated")] {
        market.tell_shop("records", state, 500, version).await;
        let (status, code, _) = refused(&market, body.clone()).await;
        assert_eq!(
            (status, code.as_str()),
            (409, "shop_unavailable"),
            "{state}"
        );
    }
    let unknown = checkout(&[("nowhere", ONE_SHIRT)]);
    assert_eq!(refused(&market, unknown).await.1, "shop_unavailable");
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
    market.tell_shop("records", "open", 500, 5).await;
    assert_eq!(place(&market.buyer("ada"), "k1", body).await.status, 201);
}

#[tokio::test]
async fn one_sku_that_is_short_refuses_the_whole_basket() {
    let market = Market::with_shirts().await;
    market.shop("label").await;
    market.stock("poster", 1).await;
    let poster = Goods {
        name: "poster",
        ..Goods::default()
    };
    market.sell("label", poster).await;
    let orders = [("records", ONE_SHIRT), ("label", &[("poster", 2, 9_900)])];
    let (status, code, detail) = refused(&market, checkout(&orders)).await;
    assert_eq!((status, code.as_str()), (409, "out_of_stock"));
    assert!(detail.contains(&sku("poster").to_string()), "{detail}");
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
    assert_eq!(market.stock_of("poster").await, (0, 0, 1));
}

#[tokio::test]
async fn what_is_not_counted_yet_is_out_of_stock() {
    let market = Market::with_shirts().await;
    let poster = Goods {
        name: "poster",
        ..Goods::default()
    };
    market.sell("records", poster).await;
    let body = checkout(&[("records", &[("poster", 1, 9_900)])]);
    assert_eq!(refused(&market, body).await.1, "out_of_stock");
}

#[tokio::test]
async fn two_shops_that_sell_from_one_stock_are_ordered_from_one_by_one() {
    let market = Market::with_shirts().await;
    market.shop("label").await;
    let same = Goods {
        name: "same",
        components: Some(vec![(stock_quota("shirt"), 1)]),
        ..Goods::default()
    };
    market.sell("label", same).await;
    let orders = [("records", ONE_SHIRT), ("label", &[("same", 1, 9_900)])];
    let (status, code, _) = refused(&market, checkout(&orders)).await;
    assert_eq!((status, code.as_str()), (422, "validation_failed"));
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
}

#[tokio::test]
async fn a_parcel_needs_to_know_where_to_go() {
    let market = Market::with_shirts().await;
    let mut body = checkout(&[("records", ONE_SHIRT)]);
    body.as_object_mut().unwrap().remove("delivery");
    let answer = place(&market.buyer("ada"), "k1", body).await;
    assert_eq!(answer.problem_code(), "validation_failed");
    assert_eq!(answer.json()["errors"][0]["pointer"], "/delivery");
}

#[tokio::test]
async fn amounts_beyond_all_amounts_are_refused() {
    let market = Market::with_shirts().await;
    market.stock("moon", 99).await;
    let price = (1 << 53) - 1;
    let moon = Goods {
        name: "moon",
        price_minor: price,
        ..Goods::default()
    };
    market.sell("records", moon).await;
    let body = checkout(&[("records", &[("moon", 2, price)])]);
    let (status, code, _) = refused(&market, body).await;
    assert_eq!((status, code.as_str()), (422, "validation_failed"));
}
