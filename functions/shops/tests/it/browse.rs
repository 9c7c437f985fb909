//! `GET /v1/listings`

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::market::{Market, ok};

async fn titles(market: &Market, query: &str) -> Vec<String> {
    let answer = market
        .api
        .anonymous()
        .get(&format!("/v1/listings{query}"))
        .await;
    ok(&answer);
    let items = answer.json()["items"].as_array().unwrap().clone();
    let title = |item: &Value| item["title"].as_str().unwrap().to_owned();
    items.iter().map(title).collect()
}

/// Two shops with published services of these titles, each a moment later than the one before.
async fn town(titles: &[(&str, &str)]) -> Market {
    let market = Market::open().await;
    let mut stalls = std::collections::BTreeMap::new();
    for (owner, title) in titles {
        if !stalls.contains_key(owner) {
            stalls.insert(owner, market.stall(owner).await);
        }
        stalls[owner]
            .service(&market, json!({ "title": title }))
            .await;
        market
            .world
            .clock
            .advance(SignedDuration::from_millis(1))
            .unwrap();
    }
    market
}

#[tokio::test]
async fn listings_are_browsed_newest_first_and_in_pages() {
    let market = town(&[("stars", "One"), ("moons", "Two"), ("stars", "Three")]).await;
    assert_eq!(titles(&market, "").await, ["Three", "Two", "One"]);
    let anonymous = market.api.anonymous();
    let first = anonymous.get("/v1/listings?limit=2").await.json();
    let next = first["next_cursor"].as_str().unwrap();
    assert_eq!(
        titles(&market, &format!("?limit=2&cursor={next}")).await,
        ["One"]
    );
    let last = anonymous.get("/v1/listings?limit=3").await.json();
    assert_eq!(last["next_cursor"], Value::Null);
}

#[tokio::test]
async fn listings_are_found_by_type_region_and_shop() {
    let market = town(&[("stars", "Mixing"), ("moons", "Mastering")]).await;
    let abroad = market
        .draft_shop("suns", json!({ "region": "JP", "currency": "CNY" }))
        .await;
    market.open_shop("suns", &abroad).await;
    let suns = crate::market::Stall {
        organization: crate::market::organization("suns"),
        client: market.seller("suns"),
        shop: abroad,
    };
    let shirt = suns.draft(json!({ "title": "Shirt" })).await;
    let sku = suns.variant(&shirt, json!({})).await;
    ok(&suns.stock(&shirt, &sku, 1).await);
    suns.publish(&market, &shirt).await;
    for (query, expected) in [
        ("?type=service", vec!["Mastering", "Mixing"]),
        ("?type=merchandise", vec!["Shirt"]),
        ("?type=ticket", vec![]),
        ("?type=spaceship", vec![]),
        ("?region=JP", vec!["Shirt"]),
        ("?region=CN&type=service", vec!["Mastering", "Mixing"]),
        ("?region=JP&type=service", vec![]),
        (&format!("?shop={}", suns.shop), vec!["Shirt"]),
        (&format!("?shop={}&type=service", suns.shop), vec![]),
        ("?q=m", vec!["Mastering", "Mixing"]),
        ("?q=shi&region=CN", vec![]),
        ("?q=shi&region=JP", vec!["Shirt"]),
    ] {
        assert_eq!(titles(&market, query).await, expected, "{query}");
    }
}

#[tokio::test]
async fn a_title_is_found_by_the_beginnings_of_its_words_once() {
    let market = town(&[
        ("stars", "Rock and Roll"),
        ("stars", "Café Rock"),
        ("stars", "夜来香"),
    ])
    .await;
    for (search, expected) in [
        ("ro", vec!["Café Rock", "Rock and Roll"]),
        ("ROCK", vec!["Café Rock", "Rock and Roll"]),
        ("roll ro", vec!["Rock and Roll"]),
        ("cafe", vec!["Café Rock"]),
        ("%E5%A4%9C", vec!["夜来香"]),
        ("%E6%9D%A5%E9%A6%99", vec!["夜来香"]),
        ("ock", vec![]),
        ("%E2%80%A6", vec![]),
    ] {
        let found = titles(&market, &format!("?q={}", search.replace(' ', "%20"))).await;
        assert_eq!(found, expected, "{search}");
    }
    let anonymous = market.api.anonymous();
    let first = anonymous.get("/v1/listings?q=ro&limit=1").await.json();
    let next = first["next_cursor"].as_str().unwrap();
    let second = titles(&market, &format!("?q=ro&limit=1&cursor={next}")).await;
    assert_eq!(second, ["Rock and Roll"]);
    let other = anonymous
        .get(&format!("/v1/listings?q=zoo&cursor={next}"))
        .await;
    assert_eq!(other.problem_code(), "validation_failed");
}

#[tokio::test]
async fn what_is_hidden_is_not_found_and_what_is_renamed_is_found_by_its_new_name() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let recording = json!({ "title": "Lesson", "product_type": "ticket", "attributes": {} });
    let (concert, quota) = market.concert("stars", json!({})).await;
    let listing = stall.draft(recording).await;
    let tickets = json!({ "concert": concert, "ticket_quota": quota });
    stall.variant(&listing, json!({ "tickets": tickets })).await;
    assert_eq!(titles(&market, "?q=lesson").await, [""; 0]);
    stall.publish(&market, &listing).await;
    assert_eq!(titles(&market, "?q=lesson").await, ["Lesson"]);
    let path = format!("/v1/listings/{listing}");
    ok(&stall
        .client
        .patch(&path, json!({ "title": "Concert" }))
        .await);
    assert_eq!(titles(&market, "?q=lesson").await, [""; 0]);
    assert_eq!(titles(&market, "?q=conc").await, ["Concert"]);
    ok(&stall.do_to(&listing, "pause").await);
    assert_eq!(titles(&market, "").await, [""; 0]);
    assert_eq!(titles(&market, "?q=conc").await, [""; 0]);
    ok(&stall.do_to(&listing, "publish").await);
    assert_eq!(titles(&market, "").await, ["Concert"]);
}

#[tokio::test]
async fn listings_of_a_shop_that_is_off_the_market_are_not_found() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    stall.service(&market, json!({})).await;
    let shop = |step: &str| format!("/v1/shops/{}/{step}", stall.shop);
    ok(&stall.client.post(&shop("leave"), json!({})).await);
    let seen = market.api.anonymous().get("/v1/listings").await.json();
    assert_eq!(seen["items"][0]["availability"], "shop_on_leave");
    let why = json!({ "reason": "Because." });
    ok(&market.api.operator().post(&shop("suspend"), why).await);
    assert_eq!(titles(&market, "").await, [""; 0]);
}

#[tokio::test]
async fn whose_house_a_shop_belongs_to_changes_no_result() {
    let town = [
        ("house", "Rock"),
        ("stars", "Rock"),
        ("house", "Roll"),
        ("moons", "Rock and Roll"),
        ("stars", "Rumba"),
        ("house", "Rumba"),
    ];
    let market = self::town(&town).await;
    let queries = [
        "",
        "?type=service",
        "?region=CN",
        "?q=r",
        "?q=ro",
        "?q=ru",
        "?limit=2",
    ];
    let mut results = Vec::new();
    for house_owned in [false, true, false] {
        let version = results.len() + 2;
        market
            .tell_organization(
                "house",
                json!({ "house_owned": house_owned, "version": version }),
            )
            .await;
        let mut found = Vec::new();
        for query in queries {
            let answer = market
                .api
                .anonymous()
                .get(&format!("/v1/listings{query}"))
                .await
                .json();
            let items = answer["items"].as_array().unwrap().clone();
            let flags = items
                .iter()
                .filter(|item| item["shop"]["house_owned"] == true)
                .count();
            assert_eq!(
                flags > 0,
                house_owned && items.iter().any(|item| item["shop"]["name"] == "house")
            );
            let ids: Vec<_> = items.iter().map(|item| item["id"].clone()).collect();
            found.push((ids, answer["next_cursor"].clone()));
        }
        results.push(found);
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[1], results[2]);
}

#[tokio::test]
async fn everybody_can_read_what_the_order_is_made_from() {
    let market = Market::open().await;
    let ranking = market.api.anonymous().get("/v1/listings/ranking").await;
    ok(&ranking);
    let ranking = ranking.json();
    let inputs = ranking["inputs"].as_array().unwrap();
    assert!(inputs.iter().all(|input| input["name"] != "house_owned"));
    assert_eq!(ranking["not_inputs"][0], "house_owned");
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused() {
    let market = Market::open().await;
    let long = "x".repeat(201);
    for query in [
        "?region=XX",
        "?type=No%20Type",
        "?shop=x",
        "?limit=0",
        "?limit=101",
        "?cursor=%21",
        "?colour=red",
        &format!("?q={long}"),
    ] {
        let answer = market
            .api
            .anonymous()
            .get(&format!("/v1/listings{query}"))
            .await;
        assert_eq!(answer.problem_code(), "validation_failed", "{query}");
    }
}
