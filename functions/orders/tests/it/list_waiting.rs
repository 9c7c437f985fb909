//! `GET /v1/orders/waiting`

use serde_json::{Value, json};
use testkit::Client;

use crate::{
    market::{checkout, place},
    sale::{Sale, parcel, post, quarrel, refusal, refused, wish},
};

const PATH: &str = "/v1/orders/waiting";

async fn waiting(operator: &Client) -> Vec<Value> {
    let answer = operator.get(PATH).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    answer.json()["items"].as_array().unwrap().clone()
}

/// Somebody else buys a shirt and disputes the order, once it is shipped; answers its id.
async fn disputed_by(sale: &Sale, buyer: &str) -> String {
    let client = sale.market.buyer(buyer);
    let body = checkout(&[("records", &[("shirt", 1, 9_900)])]);
    let group = place(&client, "k1", body).await.json();
    sale.market.pay(buyer, &group).await;
    let order = &group["orders"][0];
    let id = order["id"].as_str().unwrap();
    let shirt = json!([{ "line": order["lines"][0]["id"], "quantity": 1 }]);
    let path = format!("/v1/orders/{id}/shipments");
    let shipped = post(&sale.seller, &path, buyer, parcel(shirt)).await;
    assert_eq!(shipped.status, 201, "{}", shipped.text());
    let disputed = post(&client, "/v1/disputes", "dispute", quarrel(id)).await;
    assert_eq!(disputed.status, 201, "{}", disputed.text());
    id.to_owned()
}

#[tokio::test]
async fn a_dispute_waits_until_it_is_ruled() {
    let sale = Sale::of(&[("shirt", 2)]).await;
    sale.ship("shirt", 2).await;
    let operator = sale.market.api.operator();
    assert_eq!(waiting(&operator).await, [] as [Value; 0]);
    let dispute = sale.dispute().await;
    let items = waiting(&operator).await;
    let [item] = items.as_slice() else {
        panic!("{items:?}");
    };
    assert_eq!(item["id"], json!(sale.id));
    assert_eq!(item["dispute"], operator.get(&dispute).await.json());
    assert_eq!(item["waiting_since"], item["dispute"]["opened_at"]);
    assert_eq!(item["failed_refunds"], json!([]));
    let path = format!("{dispute}/ruling");
    let ruling = post(&operator, &path, "k1", json!({ "decision": "release" }));
    assert_eq!(ruling.await.status, 200);
    assert_eq!(waiting(&operator).await, [] as [Value; 0]);
}

#[tokio::test]
async fn a_refund_that_failed_waits_until_it_is_tried_again_or_succeeds_after_all() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    let operator = sale.market.api.operator();
    let body = wish(json!([sale.units("shirt", 1)]), false);
    sale.done(&sale.seller, "refunds", "k1", body).await;
    let refund = |number: usize| {
        let sale = &sale;
        async move { sale.order().await["refunds"][number].clone() }
    };
    assert_eq!(waiting(&operator).await, [] as [Value; 0], "it is only due");

    let first = refund(0).await;
    sale.settle(&first, "refund.failed").await;
    let items = waiting(&operator).await;
    assert_eq!(items.len(), 1);
    assert_eq!(items[0]["failed_refunds"], json!([refund(0).await]));
    assert_eq!(items[0]["waiting_since"], refund(0).await["ended_at"]);
    assert_eq!(items[0]["dispute"], json!(null));
    assert_eq!(items[0]["currency"], "CNY");

    let path = format!("refunds/{}/retry", first["id"].as_str().unwrap());
    sale.done(&operator, &path, "k2", json!({})).await;
    assert_eq!(waiting(&operator).await, [] as [Value; 0]);

    let second = refund(1).await;
    sale.settle(&second, "refund.failed").await;
    assert_eq!(waiting(&operator).await.len(), 1);
    sale.settle(&second, "refund.succeeded").await;
    assert_eq!(waiting(&operator).await, [] as [Value; 0]);
}

#[tokio::test]
async fn those_come_first_that_have_waited_longest_in_pages() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    let mut disputed = vec![sale.id.clone()];
    sale.dispute().await;
    for buyer in ["ben", "cai"] {
        sale.market.pass_minutes(1);
        disputed.push(disputed_by(&sale, buyer).await);
    }
    let operator = sale.market.api.operator();
    let mut listed = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = operator.get(&format!("{PATH}?limit=1{cursor}")).await;
        assert_eq!(page.status, 200, "{}", page.text());
        let page = page.json();
        for item in page["items"].as_array().unwrap() {
            listed.push(item["id"].as_str().unwrap().to_owned());
        }
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(listed, disputed);
}

#[tokio::test]
async fn only_operators_see_what_waits() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    for who in [&sale.buyer, &sale.seller] {
        assert_eq!(refusal(&who.get(PATH).await), refused(403, "forbidden"));
    }
    let anonymous = sale.market.api.anonymous().get(PATH).await;
    assert_eq!(refusal(&anonymous), refused(401, "unauthenticated"));
    let operator = sale.market.api.operator();
    for query in ["limit=0", "cursor=!", "cursor=aGVsbG8", "state=open"] {
        let answer = operator.get(&format!("{PATH}?{query}")).await;
        assert_eq!(
            refusal(&answer),
            refused(422, "validation_failed"),
            "{query}"
        );
    }
}
