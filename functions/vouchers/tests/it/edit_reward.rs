use serde_json::{Value, json};

use crate::shop::{Shop, account};

#[tokio::test]
async fn what_is_absent_stays_and_null_empties() {
    let shop = Shop::open().await;
    let reward = shop
        .draft(json!({ "terms": "Before ten.", "limit_per_member": 1 }))
        .await;
    let path = format!("/v1/rewards/{reward}");
    let operator = shop.api.operator();
    let answer = operator
        .patch(&path, json!({ "name": "Supper", "terms": null }))
        .await;
    assert_eq!((answer.status, answer.header("etag")), (200, Some("\"2\"")));
    let edited = answer.json();
    assert_eq!(edited["name"], "Supper");
    assert_eq!(edited["terms"], Value::Null);
    assert_eq!(edited["limit_per_member"], 1);
    let patch = json!({
        "limit_per_member": null, "price_points": 9, "voucher_valid_days": 1, "description": "Late.",
    });
    let edited = operator.patch(&path, patch).await.json();
    assert_eq!(edited["limit_per_member"], Value::Null);
    assert_eq!(
        (&edited["price_points"], &edited["voucher_valid_days"]),
        (&json!(9), &json!(1))
    );
}

#[tokio::test]
async fn a_status_moves_as_it_may() {
    let shop = Shop::open().await;
    let reward = shop.draft(json!({})).await;
    let path = format!("/v1/rewards/{reward}");
    let operator = shop.api.operator();
    for (status, expected) in [
        ("paused", 409),
        ("draft", 200),
        ("published", 200),
        ("draft", 409),
        ("paused", 200),
        ("published", 200),
    ] {
        let answer = operator.patch(&path, json!({ "status": status })).await;
        assert_eq!(answer.status, expected, "{status}: {}", answer.text());
    }
}

#[tokio::test]
async fn an_edit_of_another_version_is_refused() {
    let shop = Shop::open().await;
    let path = format!("/v1/rewards/{}", shop.draft(json!({})).await);
    let operator = shop.api.operator();
    let edit = |version: &'static str| {
        let request = operator.request("PATCH", &path).header("if-match", version);
        request.json(json!({ "price_points": 7 })).send()
    };
    assert_eq!(edit("\"1\"").await.status, 200);
    assert_eq!(edit("\"1\"").await.problem_code(), "precondition_failed");
    assert_eq!(edit("\"2\"").await.status, 200);
}

#[tokio::test]
async fn of_edits_at_once_none_is_lost_in_silence() {
    let shop = Shop::open().await;
    let path = format!("/v1/rewards/{}", shop.draft(json!({})).await);
    let operator = shop.api.operator();
    let edits = (1..=8).map(|price| {
        let (operator, path) = (operator.clone(), path.clone());
        async move {
            operator
                .patch(&path, json!({ "price_points": price }))
                .await
                .status
        }
    });
    let statuses = futures_util::future::join_all(edits).await;
    let done = statuses.iter().filter(|status| **status == 200).count();
    assert!(
        statuses.iter().all(|status| [200, 412].contains(status)),
        "{statuses:?}"
    );
    let answer = operator.patch(&path, json!({})).await;
    assert_eq!(
        answer.header("etag"),
        Some(format!("\"{}\"", done + 2).as_str())
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_its_field() {
    let shop = Shop::open().await;
    let path = format!("/v1/rewards/{}", shop.draft(json!({})).await);
    for (field, value) in [
        ("name", json!(null)),
        ("price_points", json!(null)),
        ("price_points", json!(0)),
        ("status", json!("gone")),
        ("status", json!(null)),
        ("partner_id", json!("prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    ] {
        let answer = shop
            .api
            .operator()
            .patch(&path, json!({ field: value }))
            .await;
        assert_eq!(
            answer.problem_code(),
            "validation_failed",
            "{field}: {value}"
        );
        assert_eq!(answer.json()["errors"][0]["pointer"], format!("/{field}"));
    }
}

#[tokio::test]
async fn rewards_are_edited_by_operators_alone() {
    let shop = Shop::open().await;
    let path = format!("/v1/rewards/{}", shop.draft(json!({})).await);
    let member = shop.api.caller(account("ada"));
    assert_eq!(
        member.patch(&path, json!({})).await.problem_code(),
        "forbidden"
    );
    let anonymous = shop.api.anonymous();
    assert_eq!(
        anonymous.patch(&path, json!({})).await.problem_code(),
        "unauthenticated"
    );
    let absent = "/v1/rewards/rwd_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    let answer = shop.api.operator().patch(absent, json!({})).await;
    assert_eq!(answer.problem_code(), "not_found");
}
