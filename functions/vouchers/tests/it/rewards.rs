//! `POST /v1/rewards`

use serde_json::json;

use crate::shop::{Shop, account};

#[tokio::test]
async fn a_new_reward_is_a_draft_that_nobody_sees() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let wanted = json!({
        "partner_id": partner,
        "name": "Breakfast voucher",
        "description": "A breakfast set.",
        "terms": "Before ten.",
        "price_points": 50,
        "limit_per_member": 2,
        "voucher_valid_days": 30,
    });
    let answer = shop.api.operator().post("/v1/rewards", wanted).await;
    let reward = answer.json();
    assert_eq!(answer.status, 201);
    assert_eq!(answer.header("etag"), Some("\"1\""));
    assert_eq!(
        reward,
        json!({
            "id": reward["id"],
            "name": "Breakfast voucher",
            "description": "A breakfast set.",
            "terms": "Before ten.",
            "partner": { "id": partner, "name": "Golden Rooster" },
            "price_points": 50,
            "limit_per_member": 2,
            "voucher_valid_days": 30,
            "status": "draft",
            "availability": "out_of_stock",
        })
    );
    let path = format!("/v1/rewards/{}", reward["id"].as_str().unwrap());
    assert_eq!(
        shop.api.anonymous().get(&path).await.problem_code(),
        "not_found"
    );
    let page = shop.api.anonymous().get("/v1/rewards").await.json();
    assert_eq!(page, json!({ "items": [], "next_cursor": null }));
}

#[tokio::test]
async fn rewards_are_made_by_operators_alone() {
    let shop = Shop::open().await;
    let member = shop.api.caller(account("ada"));
    assert_eq!(
        member.post("/v1/rewards", json!({})).await.problem_code(),
        "forbidden"
    );
    let anonymous = shop.api.anonymous();
    assert_eq!(
        anonymous
            .post("/v1/rewards", json!({}))
            .await
            .problem_code(),
        "unauthenticated"
    );
}

#[tokio::test]
async fn what_is_no_reward_is_refused_with_its_field() {
    let shop = Shop::open().await;
    let partner = shop.partner().await;
    let long = "x".repeat(4_001);
    for (field, value) in [
        ("partner_id", json!("prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
        ("partner_id", json!("rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
        ("name", json!("")),
        ("description", json!(long)),
        ("terms", json!("")),
        ("terms", json!(null)),
        ("price_points", json!(0)),
        ("price_points", json!(-5)),
        ("price_points", json!(1.0)),
        ("price_points", json!("5")),
        ("price_points", json!(1_000_000_001)),
        ("limit_per_member", json!(0)),
        ("limit_per_member", json!(-1)),
        ("voucher_valid_days", json!(0)),
        ("voucher_valid_days", json!(3_651)),
        ("status", json!("published")),
    ] {
        let mut wanted = json!({
            "partner_id": partner,
            "name": "Breakfast voucher",
            "description": "A breakfast set.",
            "price_points": 50,
            "voucher_valid_days": 30,
        });
        wanted[field] = value.clone();
        let answer = shop.api.operator().post("/v1/rewards", wanted).await;
        assert_eq!(
            answer.problem_code(),
            "validation_failed",
            "{field}: {value}"
        );
        assert_eq!(
            answer.json()["errors"][0]["pointer"],
            format!("/{field}"),
            "{value}"
        );
    }
}
