//! `POST /v1/listings/{id}/submit`, `/publish` and `/pause`

use kernel::Id;
use serde_json::{Value, json};

use crate::market::{Market, Stall, id, ok};

/// A recording that the organization holds with its work.
async fn recording(stall: &Stall) -> String {
    let work =
        json!({ "title": "Night Market", "writers": [{ "name": "Ada", "role": "composer" }] });
    let answer = stall.client.post("/v1/works", work).await;
    let work = id(&answer);
    let recording = json!({
        "work": work, "title": "Night Market (Live)", "artists": ["The Stalls"], "duration_ms": 200_000,
    });
    id(&stall.client.post("/v1/recordings", recording).await)
}

async fn track(market: &Market, stall: &Stall, recording: &str, fields: Value) -> String {
    let listing = stall
        .draft(crate::market::merged(
            json!({
                "product_type": "digital_track", "title": "Night Market (Live)",
                "attributes": { "recording": recording, "artist": "The Stalls" },
            }),
            fields,
        ))
        .await;
    let song = market.file("stars", "song", "audio").await;
    stall
        .variant(
            &listing,
            json!({ "downloads": [song], "options": { "format": "flac" } }),
        )
        .await;
    ok(&stall.do_to(&listing, "submit").await);
    listing
}

#[tokio::test]
async fn a_song_is_sold_by_who_holds_its_rights() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let recording = recording(&stall).await;
    let listing = track(&market, &stall, &recording, json!({})).await;
    assert_eq!(stall.state(&listing).await, "approved");
    ok(&stall.do_to(&listing, "publish").await);
    let path = format!("/v1/listings/{listing}");
    let seen = market.api.anonymous().get(&path).await.json();
    assert_eq!(seen["availability"], "available");
    assert_eq!(seen["fulfilment"], "download");
    ok(&stall.do_to(&listing, "pause").await);
    assert_eq!(
        market.api.anonymous().get(&path).await.problem_code(),
        "not_found"
    );
    ok(&stall.do_to(&listing, "publish").await);
}

#[tokio::test]
async fn a_song_without_rights_is_not_sold_and_a_shirt_is() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let moons = market.stall("moons").await;
    let foreign = recording(&moons).await;
    let unknown = Id::<kernel::kind::Recording>::derive(&["unknown"]).to_string();
    for recording in [foreign, unknown] {
        let listing = track(&market, &stall, &recording, json!({})).await;
        let refused = stall.do_to(&listing, "publish").await;
        assert_eq!(
            (refused.status, refused.problem_code().as_str()),
            (409, "rights_missing")
        );
        assert_eq!(stall.state(&listing).await, "approved");
    }
    let shirt = stall.draft(json!({})).await;
    let sku = stall.variant(&shirt, json!({})).await;
    ok(&stall.stock(&shirt, &sku, 1).await);
    stall.publish(&market, &shirt).await;
}

#[tokio::test]
async fn what_is_not_ready_is_not_published() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({ "accept_terms": false })).await;
    let publish = || stall.do_to(&listing, "publish");
    assert_eq!(publish().await.problem_code(), "state_conflict");
    ok(&stall.do_to(&listing, "submit").await);
    assert_eq!(publish().await.problem_code(), "state_conflict");
    let approve = format!("/v1/listings/{listing}/approve");
    ok(&market.api.operator().post(&approve, json!({})).await);
    assert!(
        publish()
            .await
            .text()
            .contains("terms of selling here are not accepted")
    );
    let path = format!("/v1/listings/{listing}");
    ok(&stall
        .client
        .patch(&path, json!({ "accept_terms": true }))
        .await);
    assert!(
        publish()
            .await
            .text()
            .contains("no variant that has all it needs")
    );
    let sku = stall.variant(&listing, json!({})).await;
    assert!(
        publish()
            .await
            .text()
            .contains("no variant that has all it needs")
    );
    ok(&stall.stock(&listing, &sku, 0).await);
    ok(&publish().await);
    assert_eq!(publish().await.problem_code(), "state_conflict");
}

#[tokio::test]
async fn nothing_is_published_in_a_shop_that_is_not_open() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.service(&market, json!({})).await;
    ok(&stall.do_to(&listing, "pause").await);
    let leave = format!("/v1/shops/{}/leave", stall.shop);
    ok(&stall.client.post(&leave, json!({})).await);
    let refused = stall.do_to(&listing, "publish").await;
    assert_eq!(refused.problem_code(), "shop_unavailable");
}

#[tokio::test]
async fn a_pre_order_is_sold_before_its_release() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let recording = recording(&stall).await;
    let release = json!({ "released_at": "2026-07-01T00:00:00Z" });
    let listing = track(&market, &stall, &recording, release).await;
    ok(&stall.do_to(&listing, "publish").await);
    let told = market.told().await;
    let offer = told
        .iter()
        .find(|event| event["subject"] == listing.as_str())
        .unwrap();
    assert_eq!(offer["data"]["released_at"], "2026-07-01T00:00:00Z");
    assert_eq!(offer["data"]["saleable"], true);
}

#[tokio::test]
async fn what_is_sold_is_judged_anew_before_it_is_of_something_else() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let recording = recording(&stall).await;
    let listing = track(&market, &stall, &recording, json!({})).await;
    ok(&stall.do_to(&listing, "publish").await);
    let other = Id::<kernel::kind::Recording>::derive(&["unknown"]);
    let patch = json!({ "attributes": { "recording": other, "artist": "The Stalls" } });
    let path = format!("/v1/listings/{listing}");
    let refused = stall.client.patch(&path, patch.clone()).await;
    assert_eq!(refused.problem_code(), "state_conflict");
    ok(&stall.do_to(&listing, "pause").await);
    ok(&stall.client.patch(&path, patch).await);
    assert_eq!(
        stall.do_to(&listing, "publish").await.problem_code(),
        "rights_missing"
    );
}

#[tokio::test]
async fn tickets_are_sold_while_their_concert_is_published() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let (concert, quota) = market.concert("stars", json!({})).await;
    let listing = stall
        .draft(json!({ "product_type": "ticket", "attributes": {} }))
        .await;
    let tickets = json!({ "concert": concert, "ticket_quota": quota });
    stall.variant(&listing, json!({ "tickets": tickets })).await;
    market
        .concert("stars", json!({ "state": "cancelled", "version": 2 }))
        .await;
    ok(&stall.do_to(&listing, "submit").await);
    let refused = stall.do_to(&listing, "publish").await;
    assert_eq!(refused.problem_code(), "state_conflict");
    market.concert("stars", json!({ "version": 3 })).await;
    ok(&stall.do_to(&listing, "publish").await);
}

#[tokio::test]
async fn of_publications_at_once_one_is_done() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.service(&market, json!({})).await;
    ok(&stall.do_to(&listing, "pause").await);
    let tries = (0..6).map(|_| stall.do_to(&listing, "publish"));
    let tries = futures_util::future::join_all(tries).await;
    let done = tries.iter().filter(|answer| answer.status == 200).count();
    assert_eq!(done, 1);
    assert!(
        tries
            .iter()
            .all(|answer| [200, 409, 412].contains(&answer.status))
    );
}

#[tokio::test]
async fn a_listing_from_before_its_shop_moved_is_not_published() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let stall = Stall {
        organization: crate::market::organization("stars"),
        client: market.seller("stars"),
        shop,
    };
    let service = json!({
        "product_type": "digital_track", "attributes": {
            "recording": Id::<kernel::kind::Recording>::derive(&["one"]), "artist": "The Stalls",
        },
    });
    let listing = stall.draft(service).await;
    let song = market.file("stars", "song", "audio").await;
    stall
        .variant(&listing, json!({ "downloads": [song] }))
        .await;
    ok(&stall.do_to(&listing, "submit").await);
    let path = format!("/v1/shops/{}", stall.shop);
    ok(&stall
        .client
        .patch(&path, json!({ "currency": "USD" }))
        .await);
    market.open_shop("stars", &stall.shop).await;
    let refused = stall.do_to(&listing, "publish").await;
    assert_eq!(refused.problem_code(), "state_conflict");
    assert!(refused.text().contains("another region or currency"));
}
