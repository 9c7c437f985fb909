//! What others tell: organizations, concerts, files.

use serde_json::json;

use crate::market::{Market, Stall, ok, organization};

async fn state(stall: &Stall) -> String {
    let path = format!("/v1/shops/{}/management", stall.shop);
    let shop = stall.client.get(&path).await.json();
    shop["state"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn shops_are_suspended_and_reinstated_with_their_organization() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let second = market.stall("stars").await;
    ok(&second
        .client
        .post(&format!("/v1/shops/{}/leave", second.shop), json!({}))
        .await);
    let other = market.stall("moons").await;
    market
        .tell_organization("stars", json!({ "state": "suspended", "version": 2 }))
        .await;
    assert_eq!(
        (state(&stall).await, state(&second).await),
        ("suspended".into(), "suspended".into())
    );
    assert_eq!(state(&other).await, "open");
    let reinstate = format!("/v1/shops/{}/reinstate", stall.shop);
    let around = market.api.operator().post(&reinstate, json!({})).await;
    assert_eq!(around.problem_code(), "state_conflict");
    market
        .tell_organization("stars", json!({ "version": 3 }))
        .await;
    assert_eq!(
        (state(&stall).await, state(&second).await),
        ("open".into(), "on_leave".into())
    );
}

#[tokio::test]
async fn what_comes_late_or_twice_changes_nothing() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let suspended = json!({ "state": "suspended", "version": 5 });
    market.tell_organization("stars", suspended.clone()).await;
    market
        .tell_organization("stars", json!({ "version": 4 }))
        .await;
    assert_eq!(state(&stall).await, "suspended");
    let path = format!("/v1/shops/{}/management", stall.shop);
    let before = stall.client.get(&path).await;
    market.tell_organization("stars", suspended).await;
    let after = stall.client.get(&path).await;
    assert_eq!(before.header("etag"), after.header("etag"));
}

#[tokio::test]
async fn a_shop_of_a_suspended_organization_does_not_open() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    market
        .tell_organization("stars", json!({ "state": "suspended", "version": 2 }))
        .await;
    ok(&market
        .seller("stars")
        .post(&format!("/v1/shops/{shop}/submit"), json!({}))
        .await);
    let approve = format!("/v1/shops/{shop}/approve");
    let refused = market.api.operator().post(&approve, json!({})).await;
    assert_eq!(refused.problem_code(), "state_conflict");
}

#[tokio::test]
async fn a_shop_shows_that_it_is_the_houses_and_so_do_its_listings() {
    let market = Market::open().await;
    market
        .tell_organization("house", json!({ "house_owned": true }))
        .await;
    let stall = market.stall("house").await;
    let listing = stall.service(&market, json!({})).await;
    let shop = market
        .api
        .anonymous()
        .get(&format!("/v1/shops/{}", stall.shop))
        .await
        .json();
    assert_eq!(shop["house_owned"], true);
    let seen = market
        .api
        .anonymous()
        .get(&format!("/v1/listings/{listing}"))
        .await
        .json();
    assert_eq!(seen["shop"]["house_owned"], true);
}

#[tokio::test]
async fn listings_pause_when_their_concert_is_cancelled_and_show_its_days() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (concert, quota) = market.concert("stars", json!({})).await;
    let listing = stall
        .draft(json!({ "product_type": "ticket", "attributes": {} }))
        .await;
    let tickets = json!({ "concert": concert, "ticket_quota": quota });
    stall.variant(&listing, json!({ "tickets": tickets })).await;
    stall.publish(&market, &listing).await;
    let moved = json!([{
        "ticket_quota": quota, "name": "Standing", "quota": format!("tickets:{quota}"),
        "days": ["2026-07-02", "2026-07-03"], "capacity": 100,
    }]);
    let fields = json!({ "ticket_quotas": moved, "version": 2 });
    market.concert("stars", fields.clone()).await;
    let seen = stall.see(&listing).await;
    assert_eq!(
        seen["variants"][0]["tickets"]["days"],
        json!(["2026-07-02", "2026-07-03"])
    );
    assert_eq!(seen["management"]["state"], "published");
    let fields = json!({ "ticket_quotas": moved, "state": "cancelled", "version": 3 });
    market.concert("stars", fields).await;
    assert_eq!(stall.state(&listing).await, "paused");
    assert_eq!(
        stall.do_to(&listing, "publish").await.problem_code(),
        "state_conflict"
    );
}

#[tokio::test]
async fn offers_are_told_anew_when_a_concert_changes_how_many_one_account_may_buy() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (concert, quota) = market.concert("stars", json!({})).await;
    let listing = stall
        .draft(json!({ "product_type": "ticket", "attributes": {} }))
        .await;
    let tickets = json!({ "concert": concert, "ticket_quota": quota });
    stall.variant(&listing, json!({ "tickets": tickets })).await;
    stall.publish(&market, &listing).await;
    let limits = [
        (2, json!(4)),
        (3, json!(2)),
        (4, json!(2)),
        (5, json!(null)),
    ];
    for (version, limit) in &limits {
        let quotas = json!([{
            "ticket_quota": quota, "name": "Standing", "quota": format!("tickets:{quota}"),
            "days": ["2026-07-01"], "capacity": 100, "per_buyer_limit": limit,
        }]);
        let fields = json!({ "ticket_quotas": quotas, "version": version });
        market.concert("stars", fields).await;
    }
    let mut told = market.told().await;
    told.retain(|event| event["subject"] == listing.as_str());
    told.sort_by_key(|event| event["version"].as_u64().unwrap());
    let told: Vec<_> = told
        .iter()
        .map(|event| {
            let kind = event["type"].as_str().unwrap();
            (
                kind,
                event["data"]["skus"][0]["tickets"]["per_buyer_limit"].clone(),
            )
        })
        .collect();
    // What stays as it was is not told again.
    let expected = [
        ("listing.published", json!(null)),
        ("listing.changed", json!(4)),
        ("listing.changed", json!(2)),
        ("listing.changed", json!(null)),
    ];
    assert_eq!(told, expected);
    assert_eq!(stall.state(&listing).await, "published");
}

#[tokio::test]
async fn what_cannot_be_read_ends_in_the_dead_letters_and_hurts_nobody() {
    let market = Market::open().await;
    for body in ["{}", "no json", r#"{"type":"organization.updated"}"#] {
        market.world.send("ShopsQueue", body).await;
    }
    let event = json!({
        "id": "evt_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "type": "weather.changed", "subject": "x",
        "version": 1, "occurred_at": "2026-06-01T12:00:00Z", "data": {},
    });
    market.world.send("ShopsQueue", event.to_string()).await;
    let data = json!({
        "organization": organization("stars"), "name": "Stars", "state": "approved",
        "house_owned": true, "version": 1,
    });
    let good = json!({
        "id": "evt_01J8Z3K4M5N6P7Q8R9S0T1V2W4", "type": "organization.approved", "subject": "x",
        "version": 1, "occurred_at": "2026-06-01T12:00:00Z", "data": data,
    });
    market.world.send("ShopsQueue", good.to_string()).await;
    market.world.drain("ShopsQueue", &market.worker).await;
    assert_eq!(market.world.depth("ShopsQueueDead").await, 4);
    let stall = market.stall("stars").await;
    let shop = market
        .api
        .anonymous()
        .get(&format!("/v1/shops/{}", stall.shop))
        .await
        .json();
    assert_eq!(shop["house_owned"], true);
}
