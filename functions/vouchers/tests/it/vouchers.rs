//! `GET /v1/vouchers` and `GET /v1/vouchers/{id}`

use jiff::SignedDuration;
use serde_json::json;

use crate::shop::{Shop, account, redeem};

#[tokio::test]
async fn a_member_sees_their_vouchers_newest_first_in_pages() {
    let shop = Shop::open().await;
    let reward = shop.reward(5, json!({ "price_points": 1 })).await;
    let ada = shop.member("ada", 9).await;
    let ben = shop.member("ben", 9).await;
    redeem(&ben, &reward, "k1").await;
    let mut expected = Vec::new();
    for key in ["k1", "k2", "k3"] {
        expected.insert(0, redeem(&ada, &reward, key).await.json());
        shop.world
            .clock
            .advance(SignedDuration::from_secs(1))
            .unwrap();
    }
    let first = ada.get("/v1/vouchers?limit=2").await.json();
    let next = first["next_cursor"].as_str().unwrap();
    let second = ada
        .get(&format!("/v1/vouchers?limit=2&cursor={next}"))
        .await
        .json();
    let pages = [&first, &second].map(|page| page["items"].as_array().unwrap().clone());
    assert_eq!(pages.concat(), expected);
    assert_eq!(
        ada.get("/v1/vouchers?cursor=eA").await.problem_code(),
        "validation_failed"
    );
}

#[tokio::test]
async fn a_voucher_is_its_holders_alone() {
    let shop = Shop::open().await;
    let reward = shop.reward(2, json!({ "price_points": 1 })).await;
    let ada = shop.member("ada", 9).await;
    let voucher = redeem(&ada, &reward, "k1").await.json();
    let path = format!("/v1/vouchers/{}", voucher["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await.json(), voucher);
    let ben = shop.api.caller(account("ben"));
    assert_eq!(ben.get(&path).await.problem_code(), "not_found");
    assert_eq!(
        shop.api.operator().get(&path).await.problem_code(),
        "not_found"
    );
    assert_eq!(
        shop.api.anonymous().get(&path).await.problem_code(),
        "unauthenticated"
    );
    assert_eq!(
        ben.get("/v1/vouchers").await.json(),
        json!({ "items": [], "next_cursor": null })
    );
    assert_eq!(
        shop.api
            .anonymous()
            .get("/v1/vouchers")
            .await
            .problem_code(),
        "unauthenticated"
    );
}

#[tokio::test]
async fn what_is_no_voucher_is_not_found() {
    let shop = Shop::open().await;
    let ada = shop.api.caller(account("ada"));
    for path in [
        "/v1/vouchers/vch_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "/v1/vouchers/x",
    ] {
        assert_eq!(ada.get(path).await.problem_code(), "not_found");
    }
}
