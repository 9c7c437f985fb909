//! `GET /v1/orders/{id}` and `GET /v1/order-groups/{id}`

use serde_json::json;

use crate::market::{Market, account, organization};

#[tokio::test]
async fn buyer_seller_and_operators_see_an_order_and_only_the_buyer_no_commission() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    let order = &group["orders"][0];
    let path = format!("/v1/orders/{}", order["id"].as_str().unwrap());
    assert_eq!(market.buyer("ada").get(&path).await.json(), *order);
    let mut sold = market.seller("records").get(&path).await.json();
    assert_eq!(sold["lines"][0]["commission_bp"], 500);
    assert_eq!(market.api.operator().get(&path).await.json(), sold);
    sold["lines"][0]
        .as_object_mut()
        .unwrap()
        .remove("commission_bp");
    assert_eq!(sold, *order);
}

#[tokio::test]
async fn to_everybody_else_it_does_not_exist() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    let order = format!("/v1/orders/{}", group["orders"][0]["id"].as_str().unwrap());
    let groups = format!("/v1/order-groups/{}", group["id"].as_str().unwrap());
    let without_scope =
        market
            .api
            .member(account("clerk"), organization("records"), &["catalogue"]);
    let absent = [
        "/v1/orders/ord_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
        "/v1/orders/nonsense",
        "/v1/order-groups/grp_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
    ];
    for path in absent {
        assert_eq!(
            market.buyer("ada").get(path).await.problem_code(),
            "not_found"
        );
    }
    for path in [&order, &groups] {
        assert_eq!(market.api.anonymous().get(path).await.status, 401);
        for client in [
            market.buyer("ben"),
            market.seller("label"),
            without_scope.clone(),
        ] {
            let answer = client.get(path).await;
            assert_eq!(
                (answer.status, answer.problem_code().as_str()),
                (404, "not_found")
            );
        }
    }
    // A group is its buyer's alone: it may hold orders of other shops.
    assert_eq!(market.seller("records").get(&groups).await.status, 404);
}

#[tokio::test]
async fn a_group_can_be_paid_from_what_it_shows_while_it_is_unpaid() {
    let market = Market::with_shirts().await;
    let group = market.order_shirt("ada").await;
    assert_eq!(market.group("ada", &group).await, group);
    market.pass_minutes(15);
    let late = market.group("ada", &group).await;
    assert_eq!(late["payment_claim"], json!(null));
}
