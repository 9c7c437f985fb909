use kernel::{Id, kind};
use serde_json::json;

use crate::shop::{PRICE, Shop, account, redeem, redeem_for};

#[tokio::test]
async fn points_become_a_voucher() {
    let shop = Shop::open().await;
    let reward = shop.reward(1, json!({})).await;
    let ada = shop.member("ada", 80).await;
    let answer = redeem(&ada, &reward, "k1").await;
    let voucher = answer.json();
    assert_eq!(answer.status, 201, "{voucher}");
    let id = voucher["id"].as_str().unwrap();
    assert_eq!(
        answer.header("location"),
        Some(format!("/v1/vouchers/{id}").as_str())
    );
    assert_eq!(answer.header("idempotent-replayed"), None);
    assert_eq!(
        voucher,
        json!({
            "id": id,
            "reward": { "id": reward, "name": "Breakfast voucher" },
            "partner": { "id": voucher["partner"]["id"], "name": "Golden Rooster" },
            "code": "BREAKFAST-00000",
            "status": "issued",
            "points_spent": PRICE,
            "issued_at": "2026-06-01T12:00:00Z",
            "expires_at": "2026-07-01T12:00:00Z",
        })
    );
    assert_eq!(shop.points("ada").await, 80 - PRICE);
}

#[tokio::test]
async fn the_same_key_redeems_once_and_answers_alike() {
    let shop = Shop::open().await;
    let reward = shop.reward(5, json!({})).await;
    let ada = shop.member("ada", 2 * PRICE).await;
    let first = redeem(&ada, &reward, "k1").await;
    // Whatever changes meanwhile, the answer stays.
    shop.patch(
        &reward,
        json!({ "name": "Supper", "price_points": 1, "status": "paused" }),
    )
    .await;
    let again = redeem(&ada, &reward, "k1").await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, Some("true"))
    );
    assert_eq!(again.body, first.body);
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(shop.points("ada").await, PRICE);
}

#[tokio::test]
async fn a_key_is_one_callers_for_one_request() {
    let shop = Shop::open().await;
    let reward = shop.reward(5, json!({})).await;
    let ada = shop.member("ada", 2 * PRICE).await;
    let ben = shop.member("ben", 2 * PRICE).await;
    let first = redeem(&ada, &reward, "k1").await.json();
    let other = redeem(&ben, &reward, "k1").await.json();
    assert_ne!(first["code"], other["code"]);
    let reused = redeem_for(&ada, &reward, "k1", json!({ "price_points": PRICE })).await;
    assert_eq!(
        (reused.status, reused.problem_code().as_str()),
        (422, "idempotency_key_reused")
    );
}

#[tokio::test]
async fn too_few_points_buy_nothing_until_there_are_enough() {
    let shop = Shop::open().await;
    let reward = shop.reward(1, json!({})).await;
    let ada = shop.member("ada", PRICE - 1).await;
    let answer = redeem(&ada, &reward, "k1").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "insufficient_points")
    );
    assert_eq!(
        answer.json()["detail"],
        "the reward costs 50 points and 49 are available"
    );
    assert_eq!(shop.points("ada").await, PRICE - 1);
    // A refusal is not remembered: the same request goes through once its reason is gone.
    shop.patch(&reward, json!({ "price_points": PRICE - 1 }))
        .await;
    assert_eq!(redeem(&ada, &reward, "k1").await.status, 201);
    assert_eq!(shop.points("ada").await, 0);
}

#[tokio::test]
async fn a_member_without_a_wallet_has_too_few_points() {
    let shop = Shop::open().await;
    let reward = shop.reward(1, json!({})).await;
    let ada = shop.api.caller(account("ada"));
    assert_eq!(
        redeem(&ada, &reward, "k1").await.problem_code(),
        "insufficient_points"
    );
}

#[tokio::test]
async fn a_reward_without_codes_is_out_of_stock_and_costs_nothing() {
    let shop = Shop::open().await;
    let reward = shop.reward(0, json!({})).await;
    let ada = shop.member("ada", PRICE).await;
    let answer = redeem(&ada, &reward, "k1").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "out_of_stock")
    );
    assert_eq!(shop.points("ada").await, PRICE);
}

#[tokio::test]
async fn one_member_redeems_as_often_as_one_may() {
    let shop = Shop::open().await;
    let reward = shop
        .reward(5, json!({ "limit_per_member": 2, "price_points": 1 }))
        .await;
    let ada = shop.member("ada", 9).await;
    for key in ["k1", "k2"] {
        assert_eq!(redeem(&ada, &reward, key).await.status, 201);
    }
    let answer = redeem(&ada, &reward, "k3").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "redemption_limit_reached")
    );
    assert_eq!(shop.points("ada").await, 7);
    let ben = shop.member("ben", 1).await;
    assert_eq!(redeem(&ben, &reward, "k1").await.status, 201);
}

#[tokio::test]
async fn a_price_that_was_not_seen_is_not_paid() {
    let shop = Shop::open().await;
    let reward = shop.reward(2, json!({})).await;
    let ada = shop.member("ada", 2 * PRICE).await;
    shop.patch(&reward, json!({ "price_points": PRICE + 1 }))
        .await;
    let answer = redeem_for(&ada, &reward, "k1", json!({ "price_points": PRICE })).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(answer.json()["detail"], "the reward costs 51 points now");
    assert_eq!(shop.points("ada").await, 2 * PRICE);
    let answer = redeem_for(&ada, &reward, "k2", json!({ "price_points": PRICE + 1 })).await;
    assert_eq!(answer.json()["points_spent"], PRICE + 1);
}

#[tokio::test]
async fn only_what_is_published_can_be_redeemed() {
    let shop = Shop::open().await;
    let ada = shop.member("ada", PRICE).await;
    let draft = shop.draft(json!({})).await;
    let absent = Id::<kind::Reward>::derive(&["absent"]).to_string();
    for reward in [&draft, &absent, "x"] {
        assert_eq!(redeem(&ada, reward, "k1").await.problem_code(), "not_found");
    }
    let paused = shop.reward(1, json!({})).await;
    shop.patch(&paused, json!({ "status": "paused" })).await;
    assert_eq!(
        redeem(&ada, &paused, "k2").await.problem_code(),
        "state_conflict"
    );
    assert_eq!(shop.points("ada").await, PRICE);
}

#[tokio::test]
async fn a_redemption_needs_a_caller_a_key_and_a_sound_body() {
    let shop = Shop::open().await;
    let reward = shop.reward(1, json!({})).await;
    let ada = shop.member("ada", PRICE).await;
    let path = format!("/v1/rewards/{reward}/redemptions");
    let anonymous = shop.api.anonymous();
    assert_eq!(
        redeem(&anonymous, &reward, "k1").await.problem_code(),
        "unauthenticated"
    );
    assert_eq!(
        ada.post(&path, json!({})).await.problem_code(),
        "idempotency_key_missing"
    );
    for body in [
        json!({ "price_points": null }),
        json!({ "price_points": 1.5 }),
        json!({ "price_points": -1 }),
        json!({ "price_points": "50" }),
        json!({ "voucher": "x" }),
        json!([]),
    ] {
        let answer = redeem_for(&ada, &reward, "k1", body.clone()).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{body}");
    }
    assert_eq!(shop.points("ada").await, PRICE);
    let empty = ada.request("POST", &path).header("idempotency-key", "k1");
    assert_eq!(empty.send().await.status, 201);
}

#[tokio::test]
async fn nothing_is_redeemed_of_a_partner_that_is_suspended() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let reward = shop.reward(1, json!({ "partner_id": partner })).await;
    let ada = shop.member("ada", PRICE).await;
    let path = format!("/v1/partners/{partner}");
    let operator = shop.api.operator();
    operator.post(&format!("{path}/suspend"), json!({})).await;
    let refused = redeem(&ada, &reward, "k1").await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(shop.points("ada").await, PRICE);
    operator.post(&format!("{path}/reinstate"), json!({})).await;
    assert_eq!(redeem(&ada, &reward, "k1").await.status, 201);
}
