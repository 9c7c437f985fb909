//! Replies that get lost, and functions that die between any two calls.

use platform::transport::Transport;
use serde_json::json;
use testkit::App;

use crate::{
    line::{Line, line},
    market::{Goods, Market, captured, checkout, place},
};

/// More calls than any of these functions makes.
pub(crate) const MANY: usize = 60;

/// A function of the market that can lose replies and die.
pub(crate) async fn mortal(
    market: &Market,
    function: &str,
) -> (std::sync::Arc<Line<impl Transport + use<>>>, App) {
    let (line, aws) = line(&market.world, function);
    let environment = market.world.environment(function);
    let clock = market.world.clock.clone();
    let app = market
        .world
        .app(function, |_, _, _| orders::build(environment, aws, clock))
        .await;
    (line, app)
}

#[tokio::test]
async fn an_unknown_outcome_is_told_as_such_and_the_same_key_finds_out() {
    let mut market = Market::with_shirts().await;
    let (line, api) = mortal(&market, "OrdersApi").await;
    market.api = api;
    line.lose(1);
    let body = checkout(&[("records", &[("shirt", 1, 9_900)])]);
    let answer = place(&market.buyer("ada"), "k1", body.clone()).await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (503, "unavailable")
    );
    assert_eq!(answer.json()["retryable"], true);
    let again = place(&market.buyer("ada"), "k1", body).await;
    assert_eq!(
        (again.status, again.header("idempotent-replayed")),
        (201, Some("true"))
    );
    assert_eq!(market.stock_of("shirt").await, (0, 1, 9));
}

#[tokio::test]
async fn a_checkout_that_dies_anywhere_is_done_once_by_the_same_key() {
    for calls in 0..MANY {
        let mut market = Market::with_shirts().await;
        let alive = market.api.clone();
        let (line, api) = mortal(&market, "OrdersApi").await;
        market.api = api;
        line.die_after(calls);
        let body = checkout(&[("records", &[("shirt", 2, 9_900)])]);
        let answer = place(&market.buyer("ada"), "k1", body.clone()).await;
        let died = line.is_dead() && answer.status != 201;
        market.api = alive;
        let again = place(&market.buyer("ada"), "k1", body).await;
        assert_eq!(again.status, 201, "after {calls} calls: {}", again.text());
        assert_eq!(
            market.stock_of("shirt").await,
            (0, 2, 8),
            "after {calls} calls"
        );
        if !died {
            return;
        }
    }
    panic!("it never lived");
}

/// Tells of a payment while the worker dies after so many calls or loses a reply, then again to one
/// that lives. Whether the first one died.
async fn pay_dying(market: &Market, group: &serde_json::Value, calls: Option<usize>) -> bool {
    let (line, worker) = mortal(market, "OrdersWorker").await;
    match calls {
        Some(calls) => line.die_after(calls),
        None => line.lose(1),
    }
    let subject = group["payment_intent"].as_str().unwrap();
    let data = captured("ada", group);
    market.send("payment.captured", subject, 1, data).await;
    market.world.drain("OrdersQueue", &worker).await;
    let died = market.world.depth("OrdersQueueDead").await > 0;
    let data = captured("ada", group);
    market.send("payment.captured", subject, 1, data).await;
    market.world.drain("OrdersQueue", &market.worker).await;
    died
}

#[tokio::test]
async fn a_payment_whose_worker_dies_anywhere_ends_with_the_goods_once() {
    for late in [false, true] {
        for calls in (0..MANY).map(Some) {
            let market = two_orders().await;
            let group = place_both(&market).await;
            if late {
                market.pass_minutes(60);
            }
            let died = pay_dying(&market, &group, calls).await;
            assert_eq!(market.states("ada", &group).await, ["paid"; 2], "{calls:?}");
            assert_eq!(market.stock_of("shirt").await, (1, 0, 0), "{calls:?}");
            assert_eq!(market.stock_of("poster").await, (2, 0, 3), "{calls:?}");
            if !died {
                break;
            }
        }
        let market = two_orders().await;
        let group = place_both(&market).await;
        if late {
            market.pass_minutes(60);
        }
        pay_dying(&market, &group, None).await;
        assert_eq!(market.states("ada", &group).await, ["paid"; 2]);
        assert_eq!(market.stock_of("shirt").await, (1, 0, 0));
    }
}

#[tokio::test]
async fn a_late_payment_whose_worker_dies_anywhere_goes_back_once_where_the_goods_are_gone() {
    for calls in 0..MANY {
        let market = two_orders().await;
        let group = place_both(&market).await;
        market.pass_minutes(60);
        market.order_shirt("ben").await;
        let died = pay_dying(&market, &group, Some(calls)).await;
        assert_eq!(
            market.states("ada", &group).await,
            ["expired", "paid"],
            "{calls}"
        );
        let told = market.told("PaymentsQueue").await;
        assert_eq!(told["order.refund_due"].len(), 1, "{calls}");
        assert_eq!(market.stock_of("poster").await, (2, 0, 3), "{calls}");
        if !died {
            return;
        }
    }
    panic!("it never lived");
}

#[tokio::test]
async fn an_order_that_its_payment_forgot_is_found_by_the_sweeper() {
    for (late, first) in [(false, "paid"), (true, "expired")] {
        let mut found = 0;
        for calls in 0..MANY {
            let market = two_orders().await;
            let group = place_both(&market).await;
            if late {
                market.pass_minutes(60);
                market.order_shirt("ben").await;
            }
            let (line, worker) = mortal(&market, "OrdersWorker").await;
            line.die_after(calls);
            let subject = group["payment_intent"].as_str().unwrap();
            let data = captured("ada", &group);
            market.send("payment.captured", subject, 1, data).await;
            market.world.drain("OrdersQueue", &worker).await;
            if market.states("ada", &group).await == [first, "awaiting_payment"] {
                found += 1;
                market.pass_minutes(19);
                market.sweep().await;
                market.pass_minutes(2);
                market.sweep().await;
                assert_eq!(market.states("ada", &group).await, [first, "paid"]);
                assert_eq!(market.stock_of("poster").await, (2, 0, 3));
            }
            if !line.is_dead() {
                break;
            }
        }
        assert!(found > 0, "it never stopped between two orders");
    }
}

#[tokio::test]
async fn cancelling_and_sweeping_that_die_anywhere_free_the_goods_once() {
    for sweeps in [false, true] {
        for calls in 0..MANY {
            let mut market = two_orders().await;
            let group = place_both(&market).await;
            let path = format!("/v1/order-groups/{}/cancel", group["id"].as_str().unwrap());
            let (alive, alive_sweeper) = (market.api.clone(), market.sweeper.clone());
            let function = if sweeps { "OrdersSweeper" } else { "OrdersApi" };
            let (line, dying) = mortal(&market, function).await;
            line.die_after(calls);
            if sweeps {
                market.pass_minutes(30);
                let event = json!({ "schedule": "end-orders" }).to_string();
                let invocation = platform::serve::Invocation::default();
                // Dead or alive, the next run goes on.
                let _ = dying.function().invoke(&event, &invocation).await;
                market.sweeper = alive_sweeper;
                market.sweep().await;
            } else {
                market.api = dying;
                market.buyer("ada").post(&path, json!({})).await;
                market.api = alive;
                let again = market.buyer("ada").post(&path, json!({})).await;
                assert_eq!(again.status, 200, "{calls}: {}", again.text());
            }
            let state = if sweeps { "expired" } else { "cancelled" };
            assert_eq!(market.states("ada", &group).await, [state; 2], "{calls}");
            assert_eq!(market.stock_of("shirt").await, (0, 0, 1), "{calls}");
            assert_eq!(market.stock_of("poster").await, (0, 0, 5), "{calls}");
            if !line.is_dead() {
                break;
            }
        }
    }
}

/// A market with the last shirt of one shop and five posters of another.
async fn two_orders() -> Market {
    let market = Market::open().await;
    market.shop("records").await;
    market.stock("shirt", 1).await;
    market.sell("records", Goods::default()).await;
    market.shop("label").await;
    market.stock("poster", 5).await;
    let poster = Goods {
        name: "poster",
        ..Goods::default()
    };
    market.sell("label", poster).await;
    market
}

async fn place_both(market: &Market) -> serde_json::Value {
    let orders: [(&str, &[_]); 2] = [
        ("records", &[("shirt", 1, 9_900)]),
        ("label", &[("poster", 2, 9_900)]),
    ];
    let answer = place(&market.buyer("ada"), "k1", checkout(&orders)).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json()
}
