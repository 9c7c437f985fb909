//! Refunds whose replies get lost, and workers that die while they hear of void tickets.

use serde_json::{Value, json};

use crate::{
    line::line,
    sale::{Sale, post, refusal, refused, wish},
};

/// More calls than any of these functions makes.
const MANY: usize = 60;

fn paid(order: &Value) -> Vec<i64> {
    let refunds = order["refunds"].as_array().unwrap().iter();
    refunds
        .map(|refund| refund["amount_minor"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_refund_whose_reply_is_lost_is_paid_once_and_the_same_key_finds_out() {
    let sale = Sale::of(&[("shirt", 2)]).await;
    let (line, aws) = line(&sale.market.world, "OrdersApi");
    let environment = sale.market.world.environment("OrdersApi");
    let clock = sale.market.world.clock.clone();
    let built = |_, _, _| orders::build(environment, aws, clock);
    let api = sale.market.world.app("OrdersApi", built).await;
    let organization = crate::market::organization("records");
    let seller = api.member(crate::market::account("seller"), organization, &["orders"]);

    line.lose(1);
    let body = wish(json!([sale.units("shirt", 1)]), false);
    let path = format!("/v1/orders/{}/refunds", sale.id);
    let unknown = post(&seller, &path, "k1", body.clone()).await;
    assert_eq!(refusal(&unknown), refused(503, "unavailable"));
    let known = post(&seller, &path, "k1", body).await;
    assert_eq!(known.status, 201, "{}", known.text());
    assert_eq!(known.header("idempotent-replayed"), Some("true"));
    assert_eq!(paid(&sale.order().await), [9_900]);
    assert_eq!(sale.market.stock_of("shirt").await, (1, 0, 9));
}

#[tokio::test]
async fn a_worker_may_die_anywhere_and_void_tickets_are_paid_back_once() {
    for calls in 0..MANY {
        let sale = Sale::of(&[("seat", 2)]).await;
        sale.issue_tickets("seat", 2).await;
        let (line, aws) = line(&sale.market.world, "OrdersWorker");
        let environment = sale.market.world.environment("OrdersWorker");
        let clock = sale.market.world.clock.clone();
        let built = |_, _, _| orders::build(environment, aws, clock);
        let worker = sale.market.world.app("OrdersWorker", built).await;
        let id = sale.line("seat");
        let data = json!({ "order": sale.id, "line": id, "quantity": 2, "reason": "" });
        let subject = id.to_string();
        sale.market.send("tickets.voided", &subject, 3, data).await;

        line.die_after(calls);
        sale.market.world.drain("OrdersQueue", &worker).await;
        let has_died = line.is_dead();
        // Whoever looks into the dead-letter queue sends it again.
        for event in sale.market.world.messages("OrdersQueueDead").await {
            let data = event["data"].clone();
            sale.market.tell("tickets.voided", &subject, 3, data).await;
        }
        let order = sale.order().await;
        assert_eq!(paid(&order), [56_000], "after {calls} calls");
        if !has_died {
            return;
        }
    }
    panic!("a worker makes more than {MANY} calls for one event");
}
