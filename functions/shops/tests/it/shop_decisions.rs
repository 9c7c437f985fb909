//! The moves of a shop, by its people and by operators.

use kernel::Id;
use serde_json::json;

use crate::market::{Market, ok};

#[tokio::test]
async fn a_shop_goes_its_way_through_all_states() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let (seller, operator) = (market.seller("stars"), market.api.operator());
    let why = json!({ "reason": "Because." });
    for (client, step, body, state) in [
        (&seller, "submit", json!({}), "pending_approval"),
        (&operator, "reject", why.clone(), "draft"),
        (&seller, "submit", json!({}), "pending_approval"),
        (&operator, "approve", json!({}), "open"),
        (&seller, "leave", json!({}), "on_leave"),
        (&seller, "return", json!({}), "open"),
        (&operator, "suspend", why.clone(), "suspended"),
        (&operator, "reinstate", json!({}), "open"),
        (&operator, "suspend", why.clone(), "suspended"),
        (&operator, "terminate", why.clone(), "terminated"),
    ] {
        let answer = client.post(&format!("/v1/shops/{shop}/{step}"), body).await;
        ok(&answer);
        assert_eq!(answer.json()["state"], state, "{step}");
    }
    let again = seller
        .post(&format!("/v1/shops/{shop}/submit"), json!({}))
        .await;
    assert_eq!(again.problem_code(), "state_conflict");
    let edit = seller.patch(&format!("/v1/shops/{shop}"), json!({})).await;
    assert_eq!(edit.problem_code(), "state_conflict");
}

#[tokio::test]
async fn a_move_that_is_not_allowed_changes_nothing() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let why = json!({ "reason": "Because." });
    for step in ["approve", "reject", "suspend", "reinstate", "terminate"] {
        let path = format!("/v1/shops/{shop}/{step}");
        let answer = market.api.operator().post(&path, why.clone()).await;
        assert_eq!(answer.problem_code(), "state_conflict", "{step}");
    }
    let path = format!("/v1/shops/{shop}/management");
    let answer = market.seller("stars").get(&path).await;
    assert_eq!(answer.header("etag"), Some("\"1\""));
}

#[tokio::test]
async fn operators_decide_and_nobody_else() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let body = json!({ "reason": "Because." });
    for step in ["approve", "reject", "suspend", "reinstate", "terminate"] {
        let path = format!("/v1/shops/{shop}/{step}");
        let own = market.seller("stars").post(&path, body.clone()).await;
        assert_eq!(own.problem_code(), "forbidden", "{step}");
        let anonymous = market.api.anonymous().post(&path, body.clone()).await;
        assert_eq!(anonymous.problem_code(), "unauthenticated", "{step}");
        let absent = format!("/v1/shops/shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3/{step}");
        let absent = market.api.operator().post(&absent, body.clone()).await;
        assert_eq!(absent.problem_code(), "not_found", "{step}");
    }
    for step in ["submit", "leave", "return"] {
        let path = format!("/v1/shops/{shop}/{step}");
        let other = market.seller("moons").post(&path, json!({})).await;
        assert_eq!(other.problem_code(), "not_found", "{step}");
        let fan = market.api.caller(Id::derive(&["fan"]));
        let fan = fan.post(&path, json!({})).await;
        assert_eq!(fan.problem_code(), "organization_required", "{step}");
    }
}

#[tokio::test]
async fn operators_find_the_shops_that_wait() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    market.draft_shop("moons", json!({})).await;
    let operator = market.api.operator();
    let waiting =
        || async { operator.get("/v1/shops/reviews/shops").await.json()["items"].clone() };
    assert_eq!(waiting().await, json!([]));
    let submit = format!("/v1/shops/{shop}/submit");
    ok(&market.seller("stars").post(&submit, json!({})).await);
    assert_eq!(waiting().await[0]["id"], shop.as_str());
    ok(&operator
        .post(&format!("/v1/shops/{shop}/approve"), json!({}))
        .await);
    assert_eq!(waiting().await, json!([]));
    let seller = market.seller("stars").get("/v1/shops/reviews/shops").await;
    assert_eq!(seller.problem_code(), "forbidden");
}

#[tokio::test]
async fn an_operator_sets_the_commission_within_its_bounds() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let path = format!("/v1/shops/{}/commission", stall.shop);
    let operator = market.api.operator();
    for (commission, expected) in [
        (json!(99), 422),
        (json!(1000), 422),
        (json!(100.0), 422),
        (json!("100"), 422),
        (json!(100), 200),
        (json!(999), 200),
    ] {
        let body = json!({ "commission_bp": commission });
        let answer = operator.request("PUT", &path).json(body).send().await;
        assert_eq!(answer.status, expected, "{commission}: {}", answer.text());
    }
    let shop = format!("/v1/shops/{}/management", stall.shop);
    let shop = stall.client.get(&shop).await.json();
    assert_eq!(shop["management"]["commission_bp"], 999);
    let body = json!({ "commission_bp": 100 });
    let own = stall
        .client
        .request("PUT", &path)
        .json(body.clone())
        .send()
        .await;
    assert_eq!(own.problem_code(), "forbidden");
    let stale = operator.request("PUT", &path).header("if-match", "\"1\"");
    let stale = stale.json(body).send().await;
    assert_eq!(stale.problem_code(), "precondition_failed");
}

#[tokio::test]
async fn of_two_decisions_at_once_one_is_made() {
    let market = Market::open().await;
    let shop = market.draft_shop("stars", json!({})).await;
    let submit = format!("/v1/shops/{shop}/submit");
    ok(&market.seller("stars").post(&submit, json!({})).await);
    let operator = market.api.operator();
    let (approve, reject) = (
        format!("/v1/shops/{shop}/approve"),
        format!("/v1/shops/{shop}/reject"),
    );
    let (approved, rejected) = tokio::join!(
        operator.post(&approve, json!({})),
        operator.post(&reject, json!({ "reason": "Because." }))
    );
    let mut statuses = [approved.status, rejected.status];
    statuses.sort_unstable();
    assert!(
        statuses == [200, 409] || statuses == [200, 412],
        "{statuses:?}"
    );
}
