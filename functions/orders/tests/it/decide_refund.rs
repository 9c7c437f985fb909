use std::sync::Arc;

use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::sale::{Sale, refusal, refused};

async fn decide(sale: &Sale, id: &str, verb: &str, key: &str) -> testkit::Answer {
    let (who, body) = match verb {
        "cancel" => (&sale.buyer, json!({})),
        "reject" => (&sale.seller, json!({ "reason": "It was worn." })),
        _ => (&sale.seller, json!({})),
    };
    let path = format!("refund-requests/{id}/{verb}");
    sale.post(who, &path, key, body).await
}

fn due(order: &Value) -> Vec<i64> {
    let refunds = order["refunds"].as_array().unwrap().iter();
    refunds
        .map(|refund| refund["amount_minor"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn what_was_not_sent_goes_back_at_once_with_its_stock() {
    let sale = Sale::of(&[("shirt", 3)]).await;
    assert_eq!(sale.market.stock_of("shirt").await, (3, 0, 7));
    let request = sale
        .approved("k1", json!([sale.units("shirt", 2)]), false)
        .await;
    assert_eq!(request["state"], "granted");
    assert_eq!(request["lines"][0]["amount_minor"], 19_800);
    assert_eq!(sale.market.stock_of("shirt").await, (1, 0, 9));
    let order = sale.order().await;
    assert_eq!(order["refunds"][0]["id"], request["refund"]);
    assert_eq!(order["refunds"][0]["state"], "due");
    assert_eq!(
        (order["state"].as_str(), due(&order)),
        (Some("paid"), vec![19_800])
    );
    let told = sale.market.told("PaymentsQueue").await;
    let told = &told["order.refund_due"];
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["subject"], request["refund"]);
    assert_eq!(told[0]["data"]["amount_minor"], 19_800);
    assert_eq!(told[0]["data"]["order"], json!(sale.id));
}

#[tokio::test]
async fn goods_that_are_returned_are_awaited_first() {
    let sale = Sale::of(&[("shirt", 2)]).await;
    sale.ship("shirt", 2).await;
    let request = sale
        .approved("k1", json!([sale.units("shirt", 1)]), true)
        .await;
    assert_eq!(request["state"], "awaiting_return");
    assert_eq!(sale.market.stock_of("shirt").await, (2, 0, 8));
    let order = sale.order().await;
    assert_eq!(
        (order["state"].as_str(), due(&order)),
        (Some("shipped"), vec![])
    );
    assert_eq!(order["lines"][0]["refunded_quantity"], 1);
    // What never comes back is not paid, and can be asked for anew.
    let id = request["id"].as_str().unwrap();
    assert_eq!(
        decide(&sale, id, "reject", "k2").await.json()["state"],
        "rejected"
    );
    assert_eq!(sale.order().await["lines"][0]["refunded_quantity"], 0);
    sale.ask("k3", json!([sale.units("shirt", 2)]), true).await;
}

#[tokio::test]
async fn a_part_of_the_price_leaves_everything_as_it_is() {
    let sale = Sale::of(&[("shirt", 2)]).await;
    let part = json!([{ "line": sale.line("shirt"), "amount_minor": 1_000 }]);
    sale.approved("k1", part, false).await;
    assert_eq!(sale.market.stock_of("shirt").await, (2, 0, 8));
    assert_eq!(sale.ship("shirt", 2).await["state"], "shipped");
    // The last unit gets the rest.
    sale.approved("k2", json!([sale.units("shirt", 1)]), false)
        .await;
    sale.approved("k3", json!([sale.units("shirt", 1)]), false)
        .await;
    assert_eq!(due(&sale.order().await), [1_000, 9_900, 8_900]);
}

#[tokio::test]
async fn a_request_is_decided_once() {
    for first in ["approve", "reject", "cancel"] {
        let sale = Sale::of(&[("shirt", 1)]).await;
        let id = sale.ask("k1", json!([sale.units("shirt", 1)]), false).await;
        let done = decide(&sale, &id, first, "d1").await;
        assert_eq!(done.status, 200, "{}", done.text());
        let again = decide(&sale, &id, first, "d1").await;
        assert_eq!((again.status, &again.body), (200, &done.body));
        let before = sale.order().await;
        for verb in ["approve", "reject", "cancel"] {
            let answer = decide(&sale, &id, verb, "d2").await;
            assert_eq!(
                refusal(&answer),
                refused(409, "state_conflict"),
                "{first} {verb}"
            );
        }
        assert_eq!(sale.order().await, before);
    }
}

#[tokio::test]
async fn nobody_decides_on_what_was_not_asked() {
    let sale = Sale::of(&[("shirt", 1)]).await;
    for verb in ["approve", "reject", "cancel"] {
        for id in ["rrq_01J8Z3K4M5N6P7Q8R9S0T1V2W3", "x"] {
            let answer = decide(&sale, id, verb, "k1").await;
            assert_eq!(refusal(&answer), refused(404, "not_found"), "{verb} {id}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_is_approved_64_times_at_once_is_paid_once() {
    let sale = Arc::new(Sale::of(&[("shirt", 1)]).await);
    let id = sale.ask("k1", json!([sale.units("shirt", 1)]), false).await;
    let mut tasks = JoinSet::new();
    for number in 0..64 {
        let (sale, id) = (sale.clone(), id.clone());
        tasks.spawn(async move {
            // Half of them are repetitions of one request.
            let key = format!("k{}", number / 2);
            decide(&sale, &id, "approve", &key).await.status
        });
    }
    let statuses = tasks.join_all().await;
    assert!(
        statuses.iter().all(|status| [200, 409].contains(status)),
        "{statuses:?}"
    );
    assert!((1..=2).contains(&statuses.iter().filter(|status| **status == 200).count()));
    let order = sale.order().await;
    assert_eq!(due(&order), [9_900]);
    assert_eq!(sale.market.stock_of("shirt").await, (0, 0, 10));
    assert_eq!(
        sale.market.told("PaymentsQueue").await["order.refund_due"].len(),
        1
    );
}
