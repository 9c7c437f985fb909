use bytes::Bytes;
use http::Request;
use kernel::{Id, kind};
use serde_json::{Value, json};

use crate::{
    market::Goods,
    sale::{Sale, refusal, refused},
};

fn file() -> Value {
    json!({ "media": Id::<kind::Media>::derive(&["a file"]) })
}

async fn downloads(sale: &Sale) -> String {
    let list = sale.buyer.get("/v1/entitlements").await.json();
    let id = list["items"][0]["id"].as_str().unwrap();
    format!("/v1/entitlements/{id}/downloads")
}

#[tokio::test]
async fn a_link_names_the_file_and_ends_in_five_minutes() {
    let sale = Sale::of(&[("album", 1)]).await;
    let path = downloads(&sale).await;
    let answer = sale.buyer.post(&path, file()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let link = answer.json();
    assert_eq!(link["file_name"], "first-light.flac");
    assert_eq!(link["content_type"], "audio/flac");
    assert_eq!(link["expires_at"], "2026-06-01T12:05:00Z");
    let url = link["url"].as_str().unwrap();
    assert!(url.contains("clean/album/first-light.flac?"), "{url}");
    assert!(url.contains("X-Amz-Expires=300"), "{url}");
    assert!(url.contains("response-content-disposition="), "{url}");
    let world = &sale.market.world;
    let key = "clean/album/first-light.flac";
    world.put_object("MediaBucket", key, "the album").await;
    let host = url.split('/').nth(2).unwrap();
    let request = Request::get(url).header("host", host);
    let saved = world
        .engines
        .serve(request.body(Bytes::new()).unwrap())
        .await;
    assert_eq!(saved.status(), 200);
    assert_eq!(saved.body(), "the album");
    // As often as one has devices.
    sale.buyer.post(&path, file()).await;
    let list = sale.buyer.get("/v1/entitlements").await.json();
    assert_eq!(list["items"][0]["download_count"], 2);
}

#[tokio::test]
async fn nobody_else_downloads_and_nothing_else_is_downloaded() {
    let sale = Sale::of(&[("album", 1)]).await;
    let path = downloads(&sale).await;
    let anonymous = sale.market.api.anonymous().post(&path, file()).await;
    assert_eq!(refusal(&anonymous), refused(401, "unauthenticated"));
    for who in [&sale.stranger(), &sale.seller, &sale.market.api.operator()] {
        let answer = who.post(&path, file()).await;
        assert_eq!(refusal(&answer), refused(404, "not_found"));
    }
    for body in [
        json!({}),
        json!({ "media": "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3" }),
        json!({ "media": "x" }),
        json!({ "media": null }),
    ] {
        let answer = sale.buyer.post(&path, body.clone()).await;
        assert_eq!(
            refusal(&answer),
            refused(422, "validation_failed"),
            "{body}"
        );
    }
}

#[tokio::test]
async fn a_hundred_links_a_day_are_enough() {
    let sale = Sale::of(&[("album", 1)]).await;
    let path = downloads(&sale).await;
    for _ in 0..100 {
        assert_eq!(sale.buyer.post(&path, file()).await.status, 201);
    }
    let answer = sale.buyer.post(&path, file()).await;
    assert_eq!(refusal(&answer), refused(429, "rate_limited"));
    sale.market.pass_minutes(24 * 60);
    assert_eq!(sale.buyer.post(&path, file()).await.status, 201);
}

#[tokio::test]
async fn the_end_of_a_listing_takes_no_download_away() {
    let sale = Sale::of(&[("album", 1)]).await;
    let path = downloads(&sale).await;
    let gone = Goods {
        name: "album",
        saleable: false,
        version: 2,
        fulfilment: "download",
        ..Goods::default()
    };
    sale.market.sell("records", gone).await;
    sale.market.tell_shop("records", "terminated", 500, 2).await;
    assert_eq!(sale.buyer.post(&path, file()).await.status, 201);
}

#[tokio::test]
async fn the_money_going_back_for_all_of_the_line_does() {
    let sale = Sale::of(&[("album", 2)]).await;
    let path = downloads(&sale).await;
    sale.approved("k1", json!([sale.units("album", 1)]), false)
        .await;
    assert_eq!(sale.buyer.post(&path, file()).await.status, 201);
    sale.approved("k2", json!([sale.units("album", 1)]), false)
        .await;
    let answer = sale.buyer.post(&path, file()).await;
    assert_eq!(refusal(&answer), refused(410, "gone"));
    let list = sale.buyer.get("/v1/entitlements").await.json();
    assert_eq!(list["items"][0]["state"], "revoked");
    assert_eq!(sale.market.stock_of("album").await, (0, 0, 10));
}
