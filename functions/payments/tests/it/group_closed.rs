use alipay::TradeStatus;
use kernel::{Event, Timestamp};
use sandbox::Fault;
use serde_json::json;

use crate::till::{Till, create, group, intent, number};

impl Till {
    /// Tells that a group was closed, as orders does.
    async fn close_group(&self, name: &str, reason: &str) {
        let data = json!({ "group": group(name), "intent": intent(name), "reason": reason });
        let subject = group(name).to_string();
        let event = Event::derived(
            "order_group.closed",
            subject,
            2,
            Timestamp::UNIX_EPOCH,
            data,
        );
        let body = serde_json::to_string(&event.unwrap()).unwrap();
        self.world.send("PaymentsQueue", body).await;
        self.work().await;
    }
}

#[tokio::test]
async fn a_closed_group_is_not_paid_any_more() {
    let till = Till::open().await;
    for (name, reason) in [("album", "cancelled"), ("shirt", "expired")] {
        till.open_page(name).await;
        for _ in 0..2 {
            till.close_group(name, reason).await;
        }
        assert_eq!(till.state(name).await, reason);
        let trade = till.world.sandbox.trade(&number(name)).unwrap();
        assert_eq!(trade.status, TradeStatus::Closed);
    }
    let told = till.told().await;
    let reasons: Vec<_> = told
        .iter()
        .map(|(_, data)| data["reason"].clone())
        .collect();
    assert_eq!(reasons, ["cancelled", "expired"]);
}

#[tokio::test]
async fn a_closed_group_that_turns_out_to_be_paid_is_captured() {
    let till = Till::open().await;
    till.pay("album").await;
    till.close_group("album", "expired").await;
    assert_eq!(till.state("album").await, "captured");
    till.close_group("album", "expired").await;
    assert_eq!(till.told_kinds().await, ["payment.captured"]);
}

#[tokio::test]
async fn a_group_that_was_closed_before_anybody_paid_is_never_paid_for() {
    let till = Till::open().await;
    for _ in 0..2 {
        till.close_group("album", "cancelled").await;
    }
    let claim = till.sign(&till.claim("album"));
    let answer = create(&till.ada(), &claim, "page", "k1").await;
    assert_eq!(
        (answer.status, answer.problem_code().as_str()),
        (409, "state_conflict")
    );
    assert_eq!(till.state("album").await, "absent");
    assert!(till.told().await.is_empty());
}

#[tokio::test]
async fn without_the_provider_a_group_is_closed_when_the_message_comes_again() {
    let till = Till::open().await;
    till.open_page("album").await;
    till.world.sandbox.fail_next(Fault::TimeoutAfter);
    till.world.sandbox.fail_next(Fault::ServerError);
    till.close_group("album", "cancelled").await;
    assert_eq!(till.state("album").await, "cancelled");
    assert_eq!(till.world.depth("PaymentsQueueDead").await, 0);
}

#[tokio::test]
async fn what_nobody_understands_is_laid_aside_and_the_rest_is_done() {
    let till = Till::open().await;
    till.open_page("album").await;
    for body in [
        "no json".to_owned(),
        json!({ "type": "order_group.closed" }).to_string(),
        serde_json::to_string(
            &Event::derived("order.sung", "x", 1, Timestamp::UNIX_EPOCH, json!({})).unwrap(),
        )
        .unwrap(),
        serde_json::to_string(
            &Event::derived(
                "order_group.closed",
                "x",
                1,
                Timestamp::UNIX_EPOCH,
                json!({ "intent": "pay_1" }),
            )
            .unwrap(),
        )
        .unwrap(),
    ] {
        till.world.send("PaymentsQueue", body).await;
    }
    till.close_group("album", "cancelled").await;
    assert_eq!(till.state("album").await, "cancelled");
    assert_eq!(till.world.depth("PaymentsQueueDead").await, 4);
}
