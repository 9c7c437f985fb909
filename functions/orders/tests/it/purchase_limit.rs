//! How many tickets one account may buy: at most four of these seats.

use std::ops::Range;

use serde_json::{Value, json};
use testkit::Answer;
use tokio::task::JoinSet;

use crate::{
    faults::{MANY, mortal},
    market::{Goods, Market, account, captured, checkout, place},
};

const QUOTA: &str = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
const PRICE: i64 = 28_000;

/// A seat that costs so much, of which one account may buy so many.
fn seat(name: &'static str, price_minor: i64, limit: Option<u32>, version: u64) -> Goods {
    Goods {
        name,
        price_minor,
        fulfilment: "ticket",
        components: Some(vec![(format!("tickets:{QUOTA}").parse().unwrap(), 1)]),
        sku_fields: json!({ "tickets": {
            "concert": "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            "ticket_quota": QUOTA,
            "per_unit": 1,
            "days": ["2026-07-01"],
            "per_buyer_limit": limit,
        }}),
        version,
        ..Goods::default()
    }
}

/// A hall that sells so many seats, four to each account.
async fn hall(seats: u32) -> Market {
    let market = Market::open().await;
    market.shop("hall").await;
    market.quota(&format!("tickets:{QUOTA}"), seats, 1).await;
    market.sell("hall", seat("seat", PRICE, Some(4), 1)).await;
    market
}

async fn order(market: &Market, key: &str, quantity: u32) -> Answer {
    let body = checkout(&[("hall", &[("seat", quantity, PRICE)])]);
    place(&market.buyer("ada"), key, body).await
}

async fn ordered(market: &Market, key: &str, quantity: u32) -> Value {
    let answer = order(market, key, quantity).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}

/// How many seats Ada can buy besides: each is tried by itself.
async fn room(market: &Market, keys: Range<u32>) -> usize {
    let mut room = 0;
    for number in keys {
        let answer = order(market, &format!("room-{number}"), 1).await;
        match answer.status {
            201 => room += 1,
            _ => {
                assert_eq!(answer.problem_code(), "purchase_limit_reached");
                return room;
            }
        }
    }
    room
}

/// What the row says that counts Ada's seats.
async fn counted(market: &Market) -> i64 {
    let key = platform::table::Key::sorted(
        format!("ACCOUNT#{}", account("ada")),
        format!("TICKETS#{QUOTA}"),
    );
    let row: Option<Value> = market.world.table("OrdersTable").get(&key).await.unwrap();
    row.map_or(0, |row| row["units"].as_i64().unwrap())
}

async fn cancel(market: &Market, group: &Value) {
    let path = format!("/v1/order-groups/{}/cancel", group["id"].as_str().unwrap());
    let answer = market.buyer("ada").post(&path, json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// Events says what became of the seats of a paid group.
async fn tell_of_tickets(market: &Market, kind: &str, group: &Value, fields: Value) {
    let order = &group["orders"][0];
    let mut data = json!({ "order": order["id"], "line": order["lines"][0]["id"], "version": 1 });
    for (name, value) in fields.as_object().unwrap() {
        data[name] = value.clone();
    }
    let subject = order["lines"][0]["id"].as_str().unwrap();
    market.tell(kind, subject, 1, data).await;
}

#[tokio::test]
async fn one_account_buys_so_many_tickets_and_no_more_over_all_its_orders() {
    let market = hall(100).await;
    let first = ordered(&market, "k1", 3).await;
    market.pay("ada", &first).await;
    let refused = order(&market, "k2", 2).await;
    assert_eq!(
        (refused.status, refused.problem_code().as_str()),
        (409, "purchase_limit_reached")
    );
    let detail = refused.json()["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("may buy 4 tickets"), "{detail}");
    assert!(detail.contains("3 are bought"), "{detail}");
    ordered(&market, "k2", 1).await;
    assert_eq!(order(&market, "k3", 1).await.status, 409);
    // Others have their own.
    let body = checkout(&[("hall", &[("seat", 4, PRICE)])]);
    assert_eq!(place(&market.buyer("ben"), "k1", body).await.status, 201);
    assert_eq!(counted(&market).await, 4);
}

#[tokio::test]
async fn more_than_the_limit_at_once_holds_nothing() {
    let market = hall(100).await;
    let refused = order(&market, "k1", 5).await;
    assert_eq!(refused.problem_code(), "purchase_limit_reached");
    let seats = format!("tickets:{QUOTA}").parse().unwrap();
    assert_eq!(market.usage(&seats).await.available, 100);
    assert_eq!(counted(&market).await, 0);
}

#[tokio::test]
async fn all_offers_of_a_quota_count_together() {
    let market = hall(100).await;
    market.sell("hall", seat("early", 9_900, Some(4), 1)).await;
    let both: &[_] = &[("seat", 3, PRICE), ("early", 2, 9_900)];
    let refused = place(&market.buyer("ada"), "k1", checkout(&[("hall", both)])).await;
    assert_eq!(refused.problem_code(), "purchase_limit_reached");
    let both: &[_] = &[("seat", 2, PRICE), ("early", 2, 9_900)];
    let placed = place(&market.buyer("ada"), "k2", checkout(&[("hall", both)])).await;
    assert_eq!(placed.status, 201, "{}", placed.text());
    assert_eq!(counted(&market).await, 4);
    cancel(&market, &placed.json()).await;
    assert_eq!(counted(&market).await, 0);
}

#[tokio::test]
async fn free_tickets_are_limited_too() {
    let market = hall(100).await;
    market.sell("hall", seat("guest", 0, Some(4), 1)).await;
    let body = |quantity| checkout(&[("hall", &[("guest", quantity, 0)])]);
    let placed = place(&market.buyer("ada"), "k1", body(4)).await;
    assert_eq!(placed.json()["orders"][0]["state"], "paid");
    let refused = place(&market.buyer("ada"), "k2", body(1)).await;
    assert_eq!(refused.problem_code(), "purchase_limit_reached");
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_before_though_the_limit_is_reached() {
    let market = hall(100).await;
    let first = order(&market, "k1", 4).await;
    let again = order(&market, "k1", 4).await;
    assert_eq!((again.status, again.body.clone()), (201, first.body));
    assert_eq!(again.header("idempotent-replayed"), Some("true"));
    assert_eq!(counted(&market).await, 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixteen_checkouts_at_once_never_pass_the_limit() {
    let market = hall(100).await;
    let mut tasks = JoinSet::new();
    for number in 0..16 {
        for _twin in 0..2 {
            let buyer = market.buyer("ada");
            tasks.spawn(async move {
                let body = checkout(&[("hall", &[("seat", 1, PRICE)])]);
                let key = format!("k{number}");
                let answer = place(&buyer, &key, body).await;
                (key, answer)
            });
        }
    }
    let mut answers = std::collections::BTreeMap::<_, Vec<_>>::new();
    while let Some(done) = tasks.join_next().await {
        let (key, answer) = done.unwrap();
        if answer.status != 201 {
            assert_eq!(answer.problem_code(), "purchase_limit_reached");
        }
        answers.entry(key).or_default().push(answer.status);
    }
    assert!(answers.values().all(|twins| twins[0] == twins[1]));
    let placed = answers.values().filter(|twins| twins[0] == 201);
    assert_eq!(placed.count(), 4);
    assert_eq!(counted(&market).await, 4);
}

#[tokio::test]
async fn what_ends_unpaid_frees_its_tickets_once() {
    let market = hall(100).await;
    let cancelled = ordered(&market, "k1", 4).await;
    for _ in 0..2 {
        cancel(&market, &cancelled).await;
    }
    assert_eq!(counted(&market).await, 0);
    ordered(&market, "k2", 4).await;
    market.pass_minutes(21);
    for _ in 0..2 {
        market.sweep().await;
    }
    assert_eq!(counted(&market).await, 0);
    let closed = ordered(&market, "k3", 4).await;
    for _ in 0..2 {
        market.close_payment(&closed).await;
    }
    assert_eq!(counted(&market).await, 0);
    assert_eq!(room(&market, 0..9).await, 4);
}

#[tokio::test]
async fn money_that_comes_late_finds_its_tickets_only_within_the_limit() {
    for (others, state, count) in [(1, "paid", 4), (2, "expired", 2)] {
        let market = hall(100).await;
        let late = ordered(&market, "k1", 3).await;
        market.pass_minutes(21);
        market.sweep().await;
        let other = ordered(&market, "k2", others).await;
        for _ in 0..2 {
            market.pay("ada", &late).await;
        }
        assert_eq!(market.states("ada", &late).await, [state]);
        assert_eq!(counted(&market).await, count);
        let due = &market.told("PaymentsQueue").await;
        let due = due.get("order.refund_due").map_or(0, Vec::len);
        assert_eq!(due, usize::from(state == "expired"));
        cancel(&market, &other).await;
        assert_eq!(counted(&market).await, count - i64::from(others));
    }
}

#[tokio::test]
async fn an_order_that_is_paid_late_and_sold_out_frees_its_tickets() {
    let market = hall(4).await;
    let late = ordered(&market, "k1", 4).await;
    market.pass_minutes(21);
    let body = checkout(&[("hall", &[("seat", 4, PRICE)])]);
    assert_eq!(place(&market.buyer("ben"), "k1", body).await.status, 201);
    assert_eq!(counted(&market).await, 4);
    for _ in 0..2 {
        market.pay("ada", &late).await;
    }
    assert_eq!(market.states("ada", &late).await, ["expired"]);
    assert_eq!(counted(&market).await, 0);
}

#[tokio::test]
async fn tickets_that_are_given_back_can_be_bought_again() {
    let market = hall(100).await;
    let group = ordered(&market, "k1", 4).await;
    market.pay("ada", &group).await;
    let tickets: Vec<_> = (0..4)
        .map(|number: u32| kernel::Id::<kernel::kind::Ticket>::derive(&[&number.to_string()]))
        .collect();
    tell_of_tickets(
        &market,
        "tickets.issued",
        &group,
        json!({ "tickets": tickets }),
    )
    .await;
    let order = &group["orders"][0];
    let path = format!("/v1/orders/{}/refunds", order["id"].as_str().unwrap());
    let body = json!({
        "lines": [{ "line": order["lines"][0]["id"], "quantity": 1 }],
        "reason": "It does not suit me.", "return_goods": false,
    });
    let seller = market.seller("hall");
    let request = seller.request("POST", &path);
    let asked = request.header("idempotency-key", "k1").json(body).send();
    let asked = asked.await.json();
    // It is still with its holder.
    assert_eq!(counted(&market).await, 4);
    for _ in 0..2 {
        let fields = json!({ "refund_request": asked["id"], "quantity": 1 });
        tell_of_tickets(&market, "tickets.recalled", &group, fields).await;
    }
    assert_eq!(counted(&market).await, 3);
    for _ in 0..2 {
        let fields = json!({ "quantity": 3, "reason": "concert_cancelled" });
        tell_of_tickets(&market, "tickets.voided", &group, fields).await;
    }
    assert_eq!(counted(&market).await, 0);
}

#[tokio::test]
async fn a_changed_limit_holds_for_what_is_ordered_from_then_on() {
    let market = hall(100).await;
    market.sell("hall", seat("seat", PRICE, None, 2)).await;
    ordered(&market, "unlimited", 9).await;
    assert_eq!(counted(&market).await, 0);
    market.sell("hall", seat("seat", PRICE, Some(2), 3)).await;
    let limited = ordered(&market, "limited", 2).await;
    assert_eq!(room(&market, 0..1).await, 0);
    market.sell("hall", seat("seat", PRICE, None, 4)).await;
    ordered(&market, "unlimited-again", 9).await;
    // It was counted when it was placed, whatever the offer says by now.
    cancel(&market, &limited).await;
    assert_eq!(counted(&market).await, 0);
}

#[tokio::test]
async fn a_checkout_that_dies_anywhere_counts_its_tickets_once() {
    for calls in 0..MANY {
        let mut market = hall(100).await;
        let alive = market.api.clone();
        let (line, api) = mortal(&market, "OrdersApi").await;
        market.api = api;
        line.die_after(calls);
        order(&market, "k1", 3).await;
        market.api = alive;
        let group = ordered(&market, "k1", 3).await;
        assert_eq!(counted(&market).await, 3, "after {calls} calls");
        let died = line.is_dead();
        let (line, api) = mortal(&market, "OrdersApi").await;
        let alive = std::mem::replace(&mut market.api, api);
        line.die_after(calls);
        let path = format!("/v1/order-groups/{}/cancel", group["id"].as_str().unwrap());
        market.buyer("ada").post(&path, json!({})).await;
        market.api = alive;
        cancel(&market, &group).await;
        assert_eq!(counted(&market).await, 0, "after {calls} calls");
        if !died && !line.is_dead() {
            return;
        }
    }
    panic!("it never lived");
}

#[tokio::test]
async fn a_late_payment_whose_worker_dies_anywhere_counts_its_tickets_once() {
    for (others, count) in [(1, 4), (2, 2)] {
        for calls in 0..MANY {
            let market = hall(100).await;
            let late = ordered(&market, "k1", 3).await;
            market.pass_minutes(21);
            market.sweep().await;
            ordered(&market, "k2", others).await;
            let (line, worker) = mortal(&market, "OrdersWorker").await;
            line.die_after(calls);
            let subject = late["payment_intent"].as_str().unwrap();
            let data = captured("ada", &late);
            market.send("payment.captured", subject, 1, data).await;
            market.world.drain("OrdersQueue", &worker).await;
            let data = captured("ada", &late);
            market.send("payment.captured", subject, 1, data).await;
            market.world.drain("OrdersQueue", &market.worker).await;
            assert_eq!(counted(&market).await, count, "after {calls} calls");
            if !line.is_dead() {
                break;
            }
        }
    }
}
