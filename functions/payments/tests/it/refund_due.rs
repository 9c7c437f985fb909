use kernel::{Event, Timestamp};
use sandbox::Fault;
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::till::{PRICE, Till, group, intent, number, refund_due, refund_id};

#[tokio::test]
async fn money_goes_back_in_parts_until_nothing_is_left() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "first", 300).await;
    assert_eq!(till.state("album").await, "partially_refunded");
    till.refund("album", "second", PRICE - 300).await;
    assert_eq!(till.state("album").await, "refunded");
    assert_eq!(till.given_back("album"), PRICE);
    let told = till.told().await;
    assert_eq!(
        told[1],
        (
            "refund.succeeded".to_owned(),
            json!({
                "refund": refund_id("first"),
                "intent": intent("album"),
                "group": group("album"),
                "order": kernel::Id::<kernel::kind::Order>::derive(&["album"]),
                "amount_minor": 300,
                "currency": "CNY",
            })
        )
    );
    assert_eq!(told.len(), 3);
}

#[tokio::test]
async fn a_refund_asked_for_again_is_made_once() {
    let till = Till::open().await;
    till.captured("album").await;
    for _ in 0..3 {
        till.refund("album", "first", 300).await;
    }
    assert_eq!(till.given_back("album"), 300);
    assert_eq!(
        till.told_kinds().await,
        ["payment.captured", "refund.succeeded"]
    );
}

#[tokio::test]
async fn more_than_was_paid_never_goes_back() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "first", 300).await;
    till.refund("album", "too much", PRICE - 299).await;
    assert_eq!(till.refund_state("album", "too much").await, "failed");
    assert_eq!(till.given_back("album"), 300);
    let told = till.told().await;
    assert_eq!(told[2].0, "refund.failed");
    assert_eq!(
        told[2].1["reason"],
        "more would be paid back than the CNY 120.00 that are left"
    );
}

#[tokio::test]
async fn what_was_not_paid_does_not_go_back() {
    let till = Till::open().await;
    till.open_page("album").await;
    till.refund("album", "first", 300).await;
    assert_eq!(till.refund_state("album", "first").await, "failed");
    assert_eq!(till.told_kinds().await, ["refund.failed"]);
    assert_eq!(till.state("album").await, "requires_action");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_64_refunds_at_once_as_many_are_made_as_were_paid_for() {
    let till = Till::open().await;
    till.captured("album").await;
    // Of 64 refunds of a twentieth each, twenty are made.
    let part = PRICE / 20;
    assert_eq!(part * 20, PRICE);
    let mut tasks = JoinSet::new();
    for refund in 0..64 {
        let due = refund_due("album", &refund.to_string(), part);
        let worker = till.worker.clone();
        tasks.spawn(async move { worker.deliver(&batch(&due)).await });
    }
    for failed in tasks.join_all().await {
        assert!(failed.is_empty());
    }
    assert_eq!(till.given_back("album"), PRICE);
    assert_eq!(till.state("album").await, "refunded");
    let refunds = till.refunds("album").await;
    let made = refunds
        .values()
        .filter(|refund| refund["state"] == "succeeded");
    assert_eq!((made.count(), refunds.len()), (20, 64));
    let told = till.told_kinds().await;
    let of_kind = |kind: &str| told.iter().filter(|told| *told == kind).count();
    assert_eq!(of_kind("refund.succeeded"), 20);
    assert_eq!(of_kind("refund.failed"), 44);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_refund_asked_for_64_times_at_once_is_made_once() {
    let till = Till::open().await;
    till.captured("album").await;
    let mut tasks = JoinSet::new();
    for _ in 0..64 {
        let due = refund_due("album", "first", 300);
        let worker = till.worker.clone();
        tasks.spawn(async move { worker.deliver(&batch(&due)).await });
    }
    for failed in tasks.join_all().await {
        assert!(failed.is_empty());
    }
    assert_eq!(till.given_back("album"), 300);
    assert_eq!(till.intent("album").await["refunded"]["minor"], 300);
    assert_eq!(
        till.told_kinds().await,
        ["payment.captured", "refund.succeeded"]
    );
}

#[tokio::test]
async fn an_unknown_refund_that_was_made_is_found_out_by_asking() {
    let till = Till::open().await;
    till.captured("album").await;
    till.world.sandbox.fail_next(Fault::TimeoutAfter);
    till.refund("album", "first", 300).await;
    assert_eq!(till.refund_state("album", "first").await, "unknown");
    // While it is unknown, nobody else can have its money.
    till.refund("album", "all", PRICE).await;
    assert_eq!(till.refund_state("album", "all").await, "failed");
    till.minutes(1).await;
    assert_eq!(till.refund_state("album", "first").await, "succeeded");
    assert_eq!(till.given_back("album"), 300);
}

#[tokio::test]
async fn an_unknown_refund_that_was_not_made_is_submitted_again_under_its_number() {
    let till = Till::open().await;
    till.captured("album").await;
    for fault in [
        Fault::TimeoutBefore,
        Fault::ServerError,
        Fault::TimeoutBefore,
    ] {
        till.world.sandbox.fail_next(fault);
    }
    till.refund("album", "first", 300).await;
    assert_eq!(till.refund_state("album", "first").await, "unknown");
    assert_eq!(till.given_back("album"), 0);
    till.minutes(7).await;
    assert_eq!(till.refund_state("album", "first").await, "succeeded");
    let trade = till.world.sandbox.trade(&number("album")).unwrap();
    let numbers: Vec<_> = trade
        .refunds
        .iter()
        .map(|made| made.out_request_no.as_str())
        .collect();
    assert_eq!(numbers, [refund_id("first").to_string()]);
}

#[tokio::test]
async fn an_answer_that_nobody_signed_is_no_answer() {
    let till = Till::open().await;
    till.captured("album").await;
    till.world.sandbox.fail_next(Fault::BadSignature);
    till.refund("album", "first", 300).await;
    assert_eq!(till.refund_state("album", "first").await, "unknown");
    till.minutes(1).await;
    assert_eq!(till.refund_state("album", "first").await, "succeeded");
    assert_eq!(till.given_back("album"), 300);
}

#[tokio::test]
async fn what_the_provider_refuses_for_good_has_failed_and_its_money_is_free_again() {
    let till = Till::open().await;
    till.captured("album").await;
    // After 90 days the provider gives nothing back.
    till.advance(91 * 24 * 60);
    till.refund("album", "first", PRICE).await;
    assert_eq!(till.refund_state("album", "first").await, "failed");
    let told = till.told().await;
    assert_eq!(told[1].1["reason"], "ACQ.TRADE_HAS_FINISHED");
    assert_eq!(till.state("album").await, "captured");
    // Nothing is set aside any more: the same amount is refused by the provider, not by us.
    till.refund("album", "second", PRICE).await;
    assert_eq!(till.told().await[2].1["reason"], "ACQ.TRADE_HAS_FINISHED");
}

#[tokio::test]
async fn a_refund_that_contradicts_itself_or_nothing_we_know_is_laid_aside() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "first", 300).await;
    till.refund("album", "first", 301).await;
    till.refund("absent", "second", 300).await;
    let no_amount = with(refund_due("album", "third", 1), "amount_minor", json!(1.5));
    till.world.send("PaymentsQueue", no_amount).await;
    let other_group = with(
        refund_due("album", "fourth", 1),
        "group",
        json!(group("shirt")),
    );
    till.world.send("PaymentsQueue", other_group).await;
    till.work().await;
    assert_eq!(till.world.depth("PaymentsQueueDead").await, 4);
    assert_eq!(till.given_back("album"), 300);
    assert_eq!(till.refunds("album").await.len(), 1);
}

#[tokio::test]
async fn nothing_and_less_and_other_money_do_not_go_back() {
    let till = Till::open().await;
    till.captured("album").await;
    till.refund("album", "nothing", 0).await;
    till.refund("album", "less", -1).await;
    let yen = with(refund_due("album", "yen", 1), "currency", json!("JPY"));
    till.world.send("PaymentsQueue", yen).await;
    till.work().await;
    for refund in ["nothing", "less", "yen"] {
        assert_eq!(till.refund_state("album", refund).await, "failed");
    }
    assert_eq!(till.given_back("album"), 0);
}

fn with(event: Event, member: &str, value: Value) -> String {
    let mut data = event.data.clone();
    data[member] = value;
    let event = Event::derived(event.kind, event.subject, 1, Timestamp::UNIX_EPOCH, data);
    serde_json::to_string(&event.unwrap()).unwrap()
}

/// A batch with one event, as the queue delivers it.
pub(crate) fn batch(event: &Event) -> Value {
    let body = serde_json::to_string(event).unwrap();
    json!({ "Records": [{ "messageId": "m", "body": body, "eventSource": "aws:sqs" }] })
}
