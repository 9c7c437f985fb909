use alipay::TradeStatus;
use sandbox::Fault;
use serde_json::json;
use testkit::{Answer, Client};

use crate::till::{PRICE, Till, account, intent, number};

async fn cancel(client: &Client, name: &str) -> Answer {
    let path = format!("/v1/payment-intents/{}/cancel", intent(name));
    client.post(&path, json!({})).await
}

#[tokio::test]
async fn giving_up_closes_the_trade_at_the_provider() {
    let till = Till::open().await;
    till.open_page("album").await;
    for _ in 0..2 {
        let answer = cancel(&till.ada(), "album").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.json()["state"], "cancelled");
    }
    let trade = till.world.sandbox.trade(&number("album")).unwrap();
    assert_eq!(trade.status, TradeStatus::Closed);
    let told = till.told().await;
    let [(kind, data)] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(
        (kind.as_str(), &data["reason"]),
        ("payment.closed", &json!("cancelled"))
    );
}

#[tokio::test]
async fn what_turns_out_to_be_paid_is_captured_instead() {
    let till = Till::open().await;
    till.pay("album").await;
    let answer = cancel(&till.ada(), "album").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(till.state("album").await, "captured");
    assert_eq!(till.told_kinds().await, ["payment.captured"]);
    assert_eq!(cancel(&till.ada(), "album").await.status, 409);
}

#[tokio::test]
async fn without_the_provider_nothing_is_given_up() {
    let till = Till::open().await;
    till.open_page("album").await;
    let before = till.row("album").await;
    till.world.sandbox.fail_next(Fault::TimeoutAfter);
    let answer = cancel(&till.ada(), "album").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (503, "provider_unavailable")
    );
    assert_eq!(till.row("album").await, before);
    // It was closed at the provider after all, and the next try learns it.
    let again = cancel(&till.ada(), "album").await;
    assert_eq!(again.json()["state"], "cancelled");
}

#[tokio::test]
async fn a_page_opened_after_all_is_closed_and_money_that_came_is_taken() {
    let till = Till::open().await;
    for name in ["looked at", "paid"] {
        let url = till.create(name).await.json()["action"]["url"]
            .as_str()
            .unwrap()
            .to_owned();
        // The provider has never heard of the trade, so there is nothing to close.
        assert_eq!(cancel(&till.ada(), name).await.status, 200);
        till.world.sandbox.open_page(&url).unwrap();
    }
    till.world.sandbox.pay(&number("paid")).unwrap();
    till.minutes(10).await;
    let looked_at = till.world.sandbox.trade(&number("looked at")).unwrap();
    assert_eq!(looked_at.status, TradeStatus::Closed);
    assert_eq!(till.state("looked at").await, "cancelled");
    assert_eq!(till.state("paid").await, "captured");
    assert_eq!(till.world.sandbox.captured_fen(), PRICE);
    assert_eq!(
        till.told_kinds().await,
        ["payment.closed", "payment.closed", "payment.captured"]
    );
}

#[tokio::test]
async fn nobody_gives_up_what_is_somebody_elses() {
    let till = Till::open().await;
    till.create("album").await;
    let eve = till.api.caller(account("eve"));
    for client in [eve, till.api.operator()] {
        assert_eq!(cancel(&client, "album").await.problem_code(), "not_found");
    }
    assert_eq!(
        cancel(&till.ada(), "absent").await.problem_code(),
        "not_found"
    );
    let anonymous = cancel(&till.api.anonymous(), "album").await;
    assert_eq!(anonymous.problem_code(), "unauthenticated");
    assert_eq!(till.state("album").await, "requires_action");
}

#[tokio::test]
async fn what_has_expired_was_not_given_up() {
    let till = Till::open().await;
    till.create("album").await;
    till.minutes(17).await;
    let answer = cancel(&till.ada(), "album").await;
    assert_eq!(answer.problem_code(), "state_conflict");
    assert_eq!(till.state("album").await, "expired");
}
