use alipay::TradeStatus;
use sandbox::Fault;
use serde_json::json;
use tokio::task::JoinSet;

use crate::till::{PRICE, Till, account, group, intent, notify, number};

#[tokio::test]
async fn a_notify_captures_the_payment() {
    let till = Till::open().await;
    till.pay("album").await;
    assert_eq!(till.world.deliver_notifies(&till.api).await, 1);
    assert_eq!(till.state("album").await, "captured");
    let trade = till.world.sandbox.trade(&number("album")).unwrap();
    assert_eq!(
        till.told().await,
        [(
            "payment.captured".to_owned(),
            json!({
                "intent": intent("album"),
                "group": group("album"),
                "account": account("ada"),
                "amount_minor": PRICE,
                "currency": "CNY",
                "captured_at": "2026-06-01T12:00:00Z",
                "provider": "alipay",
                "trade_no": trade.trade_no.as_str(),
            })
        )]
    );
    // It was taken, so that it never comes again.
    till.advance(24 * 60);
    assert_eq!(till.world.deliver_notifies(&till.api).await, 0);
}

#[tokio::test]
async fn a_notify_that_comes_again_is_a_success_without_an_effect() {
    let till = Till::open().await;
    till.pay("album").await;
    let body = till.notifies().remove(0);
    assert_eq!(till.notify(body.clone()).await, "success");
    let captured = till.row("album").await;
    for _ in 0..7 {
        till.advance(10);
        assert_eq!(till.notify(body.clone()).await, "success");
    }
    assert_eq!(till.row("album").await, captured);
    assert_eq!(till.told_kinds().await, ["payment.captured"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_notifies_at_once_all_succeed_and_one_has_an_effect() {
    let till = Till::open().await;
    till.pay("album").await;
    let body = till.notifies().remove(0);
    let mut tasks = JoinSet::new();
    for _ in 0..64 {
        let (api, body) = (till.api.clone(), body.clone());
        tasks.spawn(async move { notify(&api, body).await });
    }
    for word in tasks.join_all().await {
        assert_eq!(word, "success");
    }
    let row = till.row("album").await.unwrap();
    assert_eq!(row.number("version"), Some(2));
    assert_eq!(till.told_kinds().await, ["payment.captured"]);
}

#[tokio::test]
async fn paid_told_again_after_a_partial_refund_is_no_second_payment() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "first", 300).await;
    let before = till.row("album").await;
    // The refund made the provider tell the trade as paid once more.
    let again = till.notifies();
    assert_eq!(again.len(), 1);
    assert!(again[0].contains("TRADE_SUCCESS") && again[0].contains("refund_fee=3.00"));
    assert_eq!(till.notify(again[0].clone()).await, "success");
    assert_eq!(till.row("album").await, before);
    assert_eq!(
        till.told_kinds().await,
        ["payment.captured", "refund.succeeded"]
    );
}

#[tokio::test]
async fn a_refund_whose_outcome_is_unknown_is_resolved_by_its_notify() {
    let till = Till::open().await;
    till.captured("album").await;
    till.world.sandbox.fail_next(Fault::TimeoutAfter);
    till.refund("album", "first", 300).await;
    assert_eq!(till.refund_state("album", "first").await, "unknown");
    assert_eq!(till.world.deliver_notifies(&till.api).await, 1);
    assert_eq!(till.refund_state("album", "first").await, "succeeded");
    assert_eq!(till.state("album").await, "partially_refunded");
    till.minutes(5).await;
    assert_eq!(till.given_back("album"), 300);
}

#[tokio::test]
async fn closed_told_after_everything_went_back_ends_no_payment() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "all", PRICE).await;
    let trade = till.world.sandbox.trade(&number("album")).unwrap();
    assert_eq!(trade.status, TradeStatus::Closed);
    assert_eq!(till.world.deliver_notifies(&till.api).await, 1);
    assert_eq!(till.state("album").await, "refunded");
    assert_eq!(
        till.told_kinds().await,
        ["payment.captured", "refund.succeeded"]
    );
}

#[tokio::test]
async fn what_the_buyer_cancels_at_the_provider_has_failed() {
    let till = Till::open().await;
    till.open_page("album").await;
    till.world.sandbox.cancel(&number("album")).unwrap();
    assert_eq!(till.world.deliver_notifies(&till.api).await, 1);
    assert_eq!(till.state("album").await, "failed");
    let told = till.told().await;
    assert_eq!(told[0].0, "payment.closed");
    assert_eq!(told[0].1["reason"], "failed");
}

#[tokio::test]
async fn money_that_comes_after_the_end_is_captured_all_the_same() {
    let till = Till::open().await;
    let url = till.create("album").await.json()["action"]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = format!("/v1/payment-intents/{}/cancel", intent("album"));
    assert_eq!(till.ada().post(&path, json!({})).await.status, 200);
    till.world.sandbox.open_page(&url).unwrap();
    till.world.sandbox.pay(&number("album")).unwrap();
    // Whether it is still so is asked first; without an answer the notify has to come again.
    till.world.sandbox.fail_next(Fault::TimeoutBefore);
    till.world.deliver_notifies(&till.api).await;
    assert_eq!(till.state("album").await, "cancelled");
    till.advance(4);
    till.world.deliver_notifies(&till.api).await;
    assert_eq!(till.state("album").await, "captured");
    assert_eq!(
        till.told_kinds().await,
        ["payment.closed", "payment.captured"]
    );
}

#[tokio::test]
async fn an_old_notify_of_money_that_went_back_since_captures_nothing() {
    let till = Till::open().await;
    till.pay("album").await;
    let paid = till.notifies().remove(0);
    // Somebody gives it all back in the provider's console, and that is told first.
    let all = alipay::Refund {
        out_trade_no: number("album"),
        out_request_no: "by_hand".parse().unwrap(),
        amount: alipay::Fen::new(PRICE).unwrap(),
        reason: None,
    };
    alipay::Gateway::refund(&till.world.sandbox, &all)
        .await
        .unwrap();
    let closed = till.notifies().remove(0);
    assert_eq!(till.notify(closed).await, "success");
    assert_eq!(till.state("album").await, "failed");
    assert_eq!(till.notify(paid).await, "success");
    assert_eq!(till.state("album").await, "failed");
    assert_eq!(till.told_kinds().await, ["payment.closed"]);
}
