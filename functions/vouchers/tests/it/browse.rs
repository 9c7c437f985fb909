//! `GET /v1/rewards` and `GET /v1/rewards/{id}`

use jiff::SignedDuration;
use serde_json::json;

use crate::shop::{PRICE, Shop, redeem};

#[tokio::test]
async fn anybody_sees_what_is_published_and_whether_any_is_left() {
    let shop = Shop::open().await;
    let stocked = shop.reward(3, json!({})).await;
    let empty = shop.reward(0, json!({})).await;
    shop.draft(json!({})).await;
    let page = shop.api.anonymous().get("/v1/rewards").await.json();
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 2);
    for item in items {
        let expected = if item["id"] == stocked.as_str() {
            "in_stock"
        } else {
            "out_of_stock"
        };
        assert_eq!(item["availability"], expected);
        assert_eq!(item["price_points"], PRICE);
    }
    let path = format!("/v1/rewards/{empty}");
    let one = shop.api.anonymous().get(&path).await;
    assert_eq!((one.status, one.header("etag")), (200, Some("\"2\"")));
    assert!(items.contains(&one.json()));
}

#[tokio::test]
async fn the_list_comes_in_pages() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let mut expected = Vec::new();
    for _ in 0..3 {
        expected.push(shop.reward(0, json!({ "partner_id": partner })).await);
        shop.world
            .clock
            .advance(SignedDuration::from_millis(1))
            .unwrap();
    }
    let anonymous = shop.api.anonymous();
    let first = anonymous.get("/v1/rewards?limit=2").await.json();
    let next = first["next_cursor"].as_str().unwrap();
    let second = anonymous
        .get(&format!("/v1/rewards?limit=2&cursor={next}"))
        .await
        .json();
    let pages = [&first, &second].map(|page| page["items"].as_array().unwrap().clone());
    let seen: Vec<_> = pages
        .concat()
        .iter()
        .map(|item| item["id"].clone())
        .collect();
    assert_eq!(seen, expected);
    assert_eq!(
        anonymous.get("/v1/rewards?cursor=eA").await.problem_code(),
        "validation_failed"
    );
}

#[tokio::test]
async fn a_paused_reward_leaves_the_list_but_can_be_looked_at() {
    let shop = Shop::open().await;
    let reward = shop.reward(0, json!({})).await;
    shop.patch(&reward, json!({ "status": "paused" })).await;
    let anonymous = shop.api.anonymous();
    assert_eq!(
        anonymous.get("/v1/rewards").await.json()["items"],
        json!([])
    );
    let one = anonymous.get(&format!("/v1/rewards/{reward}")).await;
    assert_eq!(one.json()["status"], "paused");
}

#[tokio::test]
async fn the_last_voucher_leaves_the_reward_out_of_stock() {
    let shop = Shop::open().await;
    let reward = shop.reward(1, json!({})).await;
    let path = format!("/v1/rewards/{reward}");
    assert_eq!(
        shop.api.anonymous().get(&path).await.json()["availability"],
        "in_stock"
    );
    let ada = shop.member("ada", PRICE).await;
    assert_eq!(redeem(&ada, &reward, "k1").await.status, 201);
    assert_eq!(
        shop.api.anonymous().get(&path).await.json()["availability"],
        "out_of_stock"
    );
}
