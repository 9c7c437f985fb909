use serde_json::{Value, json};

use crate::sale::{Sale, wish};

async fn recall_told(sale: &Sale, request: &Value, kind: &str) {
    let data = json!({
        "refund_request": request["id"],
        "order": sale.id,
        "line": sale.line("seat"),
        "quantity": request["lines"][0]["quantity"],
        "tickets": [],
        "reason": "too_few_unused",
    });
    let subject = request["id"].as_str().unwrap();
    sale.market.tell(kind, subject, 1, data).await;
}

async fn voided(sale: &Sale, quantity: u32) {
    let line = sale.line("seat");
    let data = json!({
        "order": sale.id, "line": line, "quantity": quantity, "reason": "concert_cancelled",
    });
    sale.market
        .tell("tickets.voided", &line.to_string(), 3, data)
        .await;
}

async fn refunded_minor(sale: &Sale) -> i64 {
    let order = sale.order().await;
    let refunds = order["refunds"].as_array().unwrap().iter();
    refunds
        .map(|refund| refund["amount_minor"].as_i64().unwrap())
        .sum()
}

#[tokio::test]
async fn tickets_that_are_issued_hand_the_line_over_however_often_it_is_told() {
    let sale = Sale::of(&[("seat", 2)]).await;
    sale.issue_tickets("seat", 2).await;
    let order = sale.order().await;
    assert_eq!(
        (&order["state"], &order["lines"][0]["fulfilled_quantity"]),
        (&json!("shipped"), &json!(2))
    );
    sale.issue_tickets("seat", 2).await;
    // What was true earlier is heard later.
    sale.issue_tickets("seat", 1).await;
    assert_eq!(sale.order().await, order);
}

#[tokio::test]
async fn tickets_for_what_was_not_paid_are_a_contradiction() {
    let sale = Sale::unpaid(&[("seat", 1)]).await;
    let line = sale.line("seat");
    let data = json!({ "order": sale.id, "line": line, "tickets": [], "version": 1 });
    sale.market
        .send("tickets.issued", &line.to_string(), 1, data)
        .await;
    sale.market
        .world
        .drain("OrdersQueue", &sale.market.worker)
        .await;
    assert_eq!(sale.market.world.depth("OrdersQueueDead").await, 1);
}

#[tokio::test]
async fn tickets_are_asked_back_before_their_money_goes_back() {
    let sale = Sale::of(&[("seat", 2)]).await;
    sale.issue_tickets("seat", 2).await;
    let request = sale
        .approved("k1", json!([sale.units("seat", 1)]), false)
        .await;
    assert_eq!(request["state"], "awaiting_recall");
    assert_eq!(refunded_minor(&sale).await, 0);
    let told = sale.market.told("EventsQueue").await;
    let asked = &told["tickets.recall_asked"];
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0]["data"]["refund_request"], request["id"]);
    assert_eq!(asked[0]["data"]["quantity"], 1);
    for _ in 0..2 {
        recall_told(&sale, &request, "tickets.recalled").await;
    }
    // A refusal that is heard of later is of no account.
    recall_told(&sale, &request, "tickets.recall_refused").await;
    let order = sale.order().await;
    assert_eq!(order["refund_requests"][0]["state"], "granted");
    assert_eq!(refunded_minor(&sale).await, 28_000);
    assert_eq!(sale.market.stock_of("seat").await, (1, 0, 9));
}

#[tokio::test]
async fn the_money_for_a_used_ticket_stays() {
    let sale = Sale::of(&[("seat", 1)]).await;
    sale.issue_tickets("seat", 1).await;
    let body = wish(json!([sale.units("seat", 1)]), false);
    let request = sale.done(&sale.seller, "refunds", "k1", body).await;
    assert_eq!(request["state"], "awaiting_recall");
    for _ in 0..2 {
        recall_told(&sale, &request, "tickets.recall_refused").await;
    }
    let order = sale.order().await;
    assert_eq!(order["refund_requests"][0]["state"], "rejected");
    assert_eq!(order["refund_requests"][0]["rejection"], "too_few_unused");
    assert_eq!(order["lines"][0]["refunded_quantity"], 0);
    assert_eq!(sale.market.stock_of("seat").await, (1, 0, 9));
}

#[tokio::test]
async fn void_tickets_are_paid_back_by_themselves_and_once() {
    let sale = Sale::of(&[("seat", 2), ("shirt", 1)]).await;
    sale.issue_tickets("seat", 2).await;
    for _ in 0..2 {
        voided(&sale, 2).await;
    }
    let order = sale.order().await;
    assert_eq!(order["refunds"].as_array().unwrap().len(), 1);
    assert_eq!(order["refunds"][0]["cause"], "tickets_voided");
    assert_eq!(order["refunds"][0]["amount_minor"], 56_000);
    assert_eq!(order["state"], "fulfilling");
    // There is no concert for which the seats could be sold again.
    assert_eq!(sale.market.stock_of("seat").await, (2, 0, 8));
}

#[tokio::test]
async fn tickets_that_are_asked_back_when_the_concert_is_cancelled_are_paid_back_once() {
    for order in [["void", "refuse"], ["refuse", "void"]] {
        let sale = Sale::of(&[("seat", 2)]).await;
        sale.issue_tickets("seat", 2).await;
        let request = sale
            .approved("k1", json!([sale.units("seat", 1)]), false)
            .await;
        for event in order {
            match event {
                "void" => voided(&sale, 2).await,
                _ => recall_told(&sale, &request, "tickets.recall_refused").await,
            }
        }
        assert_eq!(refunded_minor(&sale).await, 56_000, "{order:?}");
    }
    // A ticket that had been given back before is not among the void ones.
    for order in [["void", "recall"], ["recall", "void"]] {
        let sale = Sale::of(&[("seat", 2)]).await;
        sale.issue_tickets("seat", 2).await;
        let request = sale
            .approved("k1", json!([sale.units("seat", 1)]), false)
            .await;
        for event in order {
            match event {
                "void" => voided(&sale, 1).await,
                _ => recall_told(&sale, &request, "tickets.recalled").await,
            }
        }
        assert_eq!(refunded_minor(&sale).await, 56_000, "{order:?}");
    }
}
