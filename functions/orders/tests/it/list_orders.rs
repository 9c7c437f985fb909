//! `GET /v1/orders`

use serde_json::Value;
use testkit::Client;

use crate::market::{Goods, Market, account, checkout, organization, place, shop};

/// The ids of all orders of a list, in pages of two.
async fn all(client: &Client, query: &str) -> Vec<String> {
    let mut ids = Vec::new();
    let mut cursor = String::new();
    loop {
        let answer = client
            .get(&format!("/v1/orders?limit=2{query}{cursor}"))
            .await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        let items = page["items"].as_array().unwrap().iter();
        ids.extend(items.map(|order| order["id"].as_str().unwrap().to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

async fn order(market: &Market, buyer: &str, key: &str) -> (Value, String) {
    let body = checkout(&[("records", &[("shirt", 1, 9_900)])]);
    let group = place(&market.buyer(buyer), key, body).await.json();
    market.pass_minutes(1);
    let id = group["orders"][0]["id"].as_str().unwrap().to_owned();
    (group, id)
}

#[tokio::test]
async fn a_buyer_sees_their_own_orders_newest_first_in_pages() {
    let market = Market::with_shirts().await;
    let mut own = Vec::new();
    for key in ["k1", "k2", "k3", "k4", "k5"] {
        own.push(order(&market, "ada", key).await.1);
        order(&market, "ben", key).await;
    }
    own.reverse();
    assert_eq!(all(&market.buyer("ada"), "").await, own);
    assert_eq!(all(&market.buyer("cai"), "").await, [] as [String; 0]);
}

#[tokio::test]
async fn orders_of_one_instant_are_each_shown_once() {
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
    for key in ["k1", "k2"] {
        place(&market.buyer("ada"), key, checkout(&orders)).await;
    }
    let mut listed = all(&market.buyer("ada"), "").await;
    assert_eq!(listed.len(), 4);
    listed.sort();
    listed.dedup();
    assert_eq!(listed.len(), 4);
}

#[tokio::test]
async fn a_shops_people_see_what_was_bought_from_payment_on() {
    let market = Market::with_shirts().await;
    let query = format!("&shop={}", shop("records"));
    let seller = market.seller("records");
    let (first, first_id) = order(&market, "ada", "k1").await;
    let (second, second_id) = order(&market, "ben", "k1").await;
    order(&market, "cai", "k1").await;
    assert_eq!(all(&seller, &query).await, [] as [String; 0]);
    market.pay("ben", &second).await;
    market.pay("ada", &first).await;
    assert_eq!(all(&seller, &query).await, [second_id, first_id]);
}

#[tokio::test]
async fn nobody_sees_what_was_bought_of_somebody_elses_shop() {
    let market = Market::with_shirts().await;
    let path = format!("/v1/orders?shop={}", shop("records"));
    assert_eq!(market.api.anonymous().get(&path).await.status, 401);
    let clerk = market
        .api
        .member(account("clerk"), organization("records"), &["catalogue"]);
    for (client, status, code) in [
        (market.buyer("ada"), 403, "organization_required"),
        (clerk, 403, "forbidden"),
        (market.seller("label"), 404, "not_found"),
    ] {
        let answer = client.get(&path).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (status, code)
        );
    }
}

#[tokio::test]
async fn pages_that_are_none_are_refused() {
    let market = Market::with_shirts().await;
    let ada = market.buyer("ada");
    for query in [
        "limit=0",
        "limit=101",
        "cursor=!",
        "cursor=aGVsbG8",
        "shop=x",
        "of=me",
    ] {
        let answer = ada.get(&format!("/v1/orders?{query}")).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{query}");
    }
}

#[tokio::test]
async fn another_buyers_cursor_shows_nothing_of_theirs() {
    let market = Market::with_shirts().await;
    for key in ["k1", "k2", "k3"] {
        order(&market, "ada", key).await;
    }
    let page = market.buyer("ada").get("/v1/orders?limit=1").await.json();
    let cursor = page["next_cursor"].as_str().unwrap();
    let path = format!("/v1/orders?cursor={cursor}");
    let answer = market.buyer("ben").get(&path).await.json();
    assert_eq!(answer["items"], serde_json::json!([]));
}
