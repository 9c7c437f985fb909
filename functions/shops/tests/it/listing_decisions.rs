//! What operators decide about a listing.

use serde_json::{Value, json};
use testkit::Answer;

use crate::market::{Market, ok};

async fn decide(market: &Market, listing: &str, step: &str, body: Value) -> Answer {
    let path = format!("/v1/listings/{listing}/{step}");
    market.api.operator().post(&path, body).await
}

#[tokio::test]
async fn what_needs_a_review_waits_for_it() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let waiting = || async {
        let answer = market
            .api
            .operator()
            .get("/v1/shops/reviews/listings")
            .await;
        answer.json()["items"].clone()
    };
    ok(&stall.do_to(&listing, "submit").await);
    assert_eq!(waiting().await[0]["id"], listing.as_str());
    let path = format!("/v1/listings/{listing}");
    let locked = stall
        .client
        .patch(&path, json!({ "title": "Poster" }))
        .await;
    assert_eq!(locked.problem_code(), "state_conflict");
    ok(&decide(
        &market,
        &listing,
        "reject",
        json!({ "reason": "No picture." }),
    )
    .await);
    let seen = stall.see(&listing).await;
    assert_eq!(seen["management"]["state"], "draft");
    assert_eq!(seen["management"]["rejection"], "No picture.");
    assert_eq!(waiting().await, json!([]));
    ok(&stall.do_to(&listing, "submit").await);
    ok(&decide(&market, &listing, "approve", json!({})).await);
    assert_eq!(stall.state(&listing).await, "approved");
    ok(&stall
        .client
        .patch(&path, json!({ "title": "Something else" }))
        .await);
    assert_eq!(stall.state(&listing).await, "draft");
}

#[tokio::test]
async fn a_suspended_listing_is_found_nowhere_and_comes_back_if_it_is_fit() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.service(&market, json!({})).await;
    let body = json!({ "reason": "Look at this." });
    ok(&decide(&market, &listing, "suspend", body.clone()).await);
    let path = format!("/v1/listings/{listing}");
    let anonymous = market.api.anonymous();
    assert_eq!(anonymous.get(&path).await.problem_code(), "not_found");
    assert_eq!(
        anonymous.get("/v1/listings").await.json()["items"],
        json!([])
    );
    let seen = stall.see(&listing).await;
    let suspension = &seen["management"]["suspension"];
    assert_eq!(suspension["cause"], "policy");
    assert_eq!(suspension["reason"], "Look at this.");
    assert_eq!(
        stall.do_to(&listing, "publish").await.problem_code(),
        "state_conflict"
    );
    let leave = format!("/v1/shops/{}/leave", stall.shop);
    ok(&stall.client.post(&leave, json!({})).await);
    let unfit = decide(&market, &listing, "reinstate", json!({})).await;
    assert_eq!(unfit.problem_code(), "shop_unavailable");
    let back = format!("/v1/shops/{}/return", stall.shop);
    ok(&stall.client.post(&back, json!({})).await);
    ok(&decide(&market, &listing, "reinstate", json!({})).await);
    ok(&anonymous.get(&path).await);
    ok(&decide(&market, &listing, "suspend", body).await);
    ok(&decide(&market, &listing, "takedown", json!({})).await);
    assert_eq!(stall.state(&listing).await, "removed");
    let over = decide(&market, &listing, "reinstate", json!({})).await;
    assert_eq!(over.problem_code(), "state_conflict");
}

#[tokio::test]
async fn an_operator_names_no_cause_since_rights_are_for_cases() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.service(&market, json!({})).await;
    for cause in ["rights", "policy"] {
        let answer = decide(&market, &listing, "suspend", json!({ "cause": cause })).await;
        assert_eq!(answer.problem_code(), "validation_failed", "{cause}");
    }
    assert_eq!(stall.state(&listing).await, "published");
}

#[tokio::test]
async fn operators_decide_and_nobody_else() {
    let market = Market::open().await;
    let stall = market.stall("stars").await;
    let listing = stall.draft(json!({})).await;
    let body = json!({ "reason": "Because." });
    for step in ["approve", "reject", "suspend", "reinstate", "takedown"] {
        let path = format!("/v1/listings/{listing}/{step}");
        let own = stall.client.post(&path, body.clone()).await;
        assert_eq!(own.problem_code(), "forbidden", "{step}");
        let anonymous = market.api.anonymous().post(&path, body.clone()).await;
        assert_eq!(anonymous.problem_code(), "unauthenticated", "{step}");
    }
    let reviews = stall.client.get("/v1/shops/reviews/listings").await;
    assert_eq!(reviews.problem_code(), "forbidden");
    for step in ["approve", "reinstate", "takedown"] {
        let answer = decide(&market, &listing, step, json!({})).await;
        assert_eq!(answer.problem_code(), "state_conflict", "{step}");
    }
    let absent = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    assert_eq!(
        decide(&market, absent, "approve", json!({}))
            .await
            .problem_code(),
        "not_found"
    );
}
