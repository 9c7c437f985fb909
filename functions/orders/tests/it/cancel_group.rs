//! `POST /v1/order-groups/{id}/cancel`

use serde_json::json;

use crate::market::{Goods, Market, checkout, place};

fn path(group: &serde_json::Value) -> String {
    format!("/v1/order-groups/{}/cancel", group["id"].as_str().unwrap())
}

#[tokio::test]
async fn a_cancelled_group_frees_its_goods_at_once() {
    let market = Market::with_shirts().await;
    market.shop("label").await;
    market.stock("poster", 5).await;
    let poster = Goods {
        name: "poster",
        ..Goods::default()
    };
    market.sell("label", poster).await;
    let orders: [(&str, &[_]); 2] = [
        ("records", &[("shirt", 1, 9_900)]),
        ("label", &[("poster", 2, 9_900)]),
    ];
    let group = place(&market.buyer("ada"), "k1", checkout(&orders))
        .await
        .json();
    let answer = market.buyer("ada").post(&path(&group), json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(market.states("ada", &group).await, ["cancelled"; 2]);
    assert!(answer.json()["payment_claim"].is_null());
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
    assert_eq!(market.stock_of("poster").await, (0, 0, 5));
    // Again, it answers the same and frees nothing more.
    let again = market.buyer("ada").post(&path(&group), json!({})).await;
    assert_eq!((again.status, again.json()), (200, answer.json()));
    assert_eq!(market.stock_of("shirt").await, (0, 0, 10));
    let told = market.told("PaymentsQueue").await;
    assert_eq!(told["order_group.closed"].len(), 1);
    assert_eq!(told["order_group.closed"][0]["data"]["reason"], "cancelled");
}

#[tokio::test]
async fn what_is_paid_or_expired_cannot_be_cancelled() {
    let market = Market::with_shirts().await;
    let paid = market.order_shirt("ada").await;
    market.pay("ada", &paid).await;
    let answer = market.buyer("ada").post(&path(&paid), json!({})).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(market.states("ada", &paid).await, ["paid"]);
    let expired = market.order_shirt("ben").await;
    market.close_payment(&expired).await;
    let answer = market.buyer("ben").post(&path(&expired), json!({})).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(market.stock_of("shirt").await, (1, 0, 9));
}

#[tokio::test]
async fn nobody_else_can_cancel_it() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    let answer = market.api.anonymous().post(&path(&group), json!({})).await;
    assert_eq!(answer.status, 401);
    for client in [
        market.buyer("ben"),
        market.seller("records"),
        market.api.operator(),
    ] {
        let answer = client.post(&path(&group), json!({})).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (404, "not_found")
        );
    }
    let unknown = "/v1/order-groups/grp_01J8Z3K4M5N6P7Q8R9S0T1V2W3/cancel";
    assert_eq!(
        market.buyer("ada").post(unknown, json!({})).await.status,
        404
    );
    assert_eq!(market.states("ada", &group).await, ["awaiting_payment"]);
}
