use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use crate::sale::{Sale, refusal, refused, wish};

#[tokio::test]
async fn a_seller_gives_money_back_without_being_asked() {
    let sale = Sale::of(&[("shirt", 2), ("lesson", 1)]).await;
    let body = wish(
        json!([sale.units("shirt", 2), sale.units("lesson", 1)]),
        false,
    );
    for _ in 0..2 {
        let request = sale.done(&sale.seller, "refunds", "k1", body.clone()).await;
        assert_eq!(request["asked_by"], "seller");
        assert_eq!(request["state"], "granted");
    }
    let order = sale.order().await;
    assert_eq!(order["refunds"].as_array().unwrap().len(), 1);
    assert_eq!(order["refunds"][0]["amount_minor"], 49_800);
    assert_eq!(sale.market.stock_of("shirt").await, (0, 0, 10));
    assert_eq!(sale.market.stock_of("lesson").await, (0, 0, 10));
    let again = sale.post(&sale.seller, "refunds", "k2", body).await;
    assert_eq!(refusal(&again), refused(409, "refund_exceeds_paid"));
}

#[tokio::test]
async fn an_order_of_which_all_went_back_is_refunded_once_the_money_is_there() {
    let sale = Sale::of(&[("shirt", 2)]).await;
    for key in ["k1", "k2"] {
        let body = wish(json!([sale.units("shirt", 1)]), false);
        sale.done(&sale.seller, "refunds", key, body).await;
    }
    let order = sale.order().await;
    assert_eq!(order["state"], "paid");
    sale.settle(&order["refunds"][1], "refund.succeeded").await;
    assert_eq!(sale.state().await, "paid");
    sale.settle(&order["refunds"][0], "refund.succeeded").await;
    assert_eq!(sale.state().await, "refunded");
    // It is over: nothing is received, sent, disputed or given back any more.
    for (who, path, body) in [
        (&sale.buyer, "receipt", json!({})),
        (
            &sale.seller,
            "shipments",
            crate::sale::parcel(json!([sale.units("shirt", 1)])),
        ),
        (
            &sale.seller,
            "refunds",
            wish(json!([sale.units("shirt", 1)]), false),
        ),
        (
            &sale.buyer,
            "refund-requests",
            wish(json!([sale.units("shirt", 1)]), false),
        ),
    ] {
        let answer = sale.post(who, path, "k3", body).await;
        assert_eq!(refusal(&answer), refused(409, "state_conflict"), "{path}");
    }
    sale.pass_days(30).await;
    assert_eq!(sale.state().await, "refunded");
}

#[tokio::test]
async fn what_everybody_got_back_is_not_received_by_time() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    sale.ship("shirt", 1).await;
    let body = wish(json!([sale.units("shirt", 1)]), false);
    sale.done(&sale.seller, "refunds", "k1", body).await;
    sale.pass_days(30).await;
    assert_eq!(sale.state().await, "shipped");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_of_everything_raced_64_times_is_paid_once() {
    let sale = Arc::new(Sale::of(&[("shirt", 1)]).await);
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let sale = sale.clone();
        tasks.spawn(async move {
            let body = wish(json!([sale.units("shirt", 1)]), false);
            sale.post(&sale.seller, "refunds", &format!("k{number}"), body)
                .await
        });
    }
    let answers = tasks.join_all().await;
    let (paid, others): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 201);
    assert_eq!(paid.len(), 1);
    for answer in others {
        assert_eq!(refusal(answer), refused(409, "refund_exceeds_paid"));
    }
    let order = sale.order().await;
    assert_eq!(order["refunds"].as_array().unwrap().len(), 1);
    assert_eq!(order["lines"][0]["refunded"]["minor"], 9_900);
    assert_eq!(
        sale.market.told("PaymentsQueue").await["order.refund_due"].len(),
        1
    );
    assert_eq!(sale.market.stock_of("shirt").await, (0, 0, 10));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn different_parts_at_once_never_come_to_more_than_was_paid() {
    let sale = Arc::new(Sale::of(&[("shirt", 3)]).await);
    let mut tasks = JoinSet::new();
    for number in 0_i64..24 {
        let sale = sale.clone();
        tasks.spawn(async move {
            let line = sale.line("shirt");
            let part = match number % 3 {
                0 => json!({ "line": line, "quantity": 1 }),
                1 => json!({ "line": line, "quantity": 2 }),
                _ => json!({ "line": line, "amount_minor": 2_000 + 700 * number }),
            };
            let body = wish(json!([part]), false);
            sale.post(&sale.seller, "refunds", &format!("k{number}"), body)
                .await
                .status
        });
    }
    let statuses = tasks.join_all().await;
    assert!(
        statuses
            .iter()
            .all(|status| [201, 409, 422].contains(status)),
        "{statuses:?}"
    );
    let order = sale.order().await;
    let refunds = order["refunds"].as_array().unwrap();
    let paid: i64 = refunds
        .iter()
        .map(|refund| refund["amount_minor"].as_i64().unwrap())
        .sum();
    assert_eq!(
        refunds.len(),
        statuses.iter().filter(|status| **status == 201).count()
    );
    assert_eq!(order["lines"][0]["refunded"]["minor"], paid);
    assert!((1..=29_700).contains(&paid), "{paid}");
    let back = order["lines"][0]["refunded_quantity"].as_u64().unwrap();
    let (committed, _, _) = sale.market.stock_of("shirt").await;
    assert_eq!(u64::from(committed), 3 - back);
}
