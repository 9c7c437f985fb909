//! What is told by nobody is asked for.

use alipay::TradeStatus;
use sandbox::Fault;

use crate::till::{MINUTES_TO_PAY, PRICE, Till, number};

#[tokio::test]
async fn a_payment_is_known_within_ten_minutes_even_if_every_notify_is_lost() {
    for paid_after_minutes in 0..MINUTES_TO_PAY {
        let till = Till::open().await;
        till.open_page("album").await;
        till.minutes(usize::try_from(paid_after_minutes).unwrap())
            .await;
        till.world.sandbox.fail_next(Fault::DropNotifies);
        till.world.sandbox.pay(&number("album")).unwrap();
        till.minutes(10).await;
        assert!(till.notifies().is_empty());
        assert_eq!(
            till.state("album").await,
            "captured",
            "paid after {paid_after_minutes} minutes"
        );
        assert_eq!(till.told_kinds().await, ["payment.captured"]);
    }
}

#[tokio::test]
async fn what_nobody_pays_expires_and_is_closed_at_the_provider() {
    let till = Till::open().await;
    till.open_page("album").await;
    till.create("never opened").await;
    till.minutes(16).await;
    for name in ["album", "never opened"] {
        assert_eq!(till.state(name).await, "expired");
    }
    let trade = till.world.sandbox.trade(&number("album")).unwrap();
    assert_eq!(trade.status, TradeStatus::Closed);
    let told = till.told().await;
    assert_eq!(told.len(), 2);
    assert!(
        told.iter()
            .all(|(kind, data)| kind == "payment.closed" && data["reason"] == "expired")
    );
}

#[tokio::test]
async fn in_the_end_nothing_is_asked_for_any_more() {
    let till = Till::open().await;
    till.open_page("album").await;
    till.create("never opened").await;
    till.pay("paid").await;
    till.minutes(60).await;
    for name in ["album", "never opened", "paid"] {
        let row = till.row(name).await.unwrap();
        assert_eq!(
            (row.text("due_shard"), row.number("due_at")),
            (None, None),
            "{name}"
        );
    }
}

#[tokio::test]
async fn while_the_provider_is_silent_nothing_is_decided() {
    let till = Till::open().await;
    till.open_page("album").await;
    for _ in 0..40 {
        till.world.sandbox.fail_next(Fault::TimeoutBefore);
    }
    till.minutes(20).await;
    assert_eq!(till.state("album").await, "requires_action");
    assert!(till.told().await.is_empty());
}

#[tokio::test]
async fn a_closing_without_an_answer_is_asked_about() {
    let till = Till::open().await;
    till.pay("album").await;
    till.world.sandbox.fail_next(Fault::TimeoutAfter);
    till.world.sandbox.fail_next(Fault::ServerError);
    till.minutes(10).await;
    assert_eq!(till.state("album").await, "captured");
    assert_eq!(till.world.sandbox.captured_fen(), PRICE);
}

#[tokio::test]
async fn another_amount_than_ours_is_taken_by_nobody_and_left_to_people() {
    let till = Till::open().await;
    till.create("album").await;
    // A trade under our number that somebody made with our key elsewhere.
    let payment = alipay::Payment {
        out_trade_no: number("album"),
        total: alipay::Fen::new(PRICE - 1).unwrap(),
        subject: alipay::Subject::of("An album"),
        expires_at: till.claim("album").expires_at,
        notify_url: "http://planet.test/v1/payments/notify/alipay".to_owned(),
        return_url: None,
    };
    let url = alipay::Gateway::page_pay(&till.world.sandbox, &payment).unwrap();
    till.world.sandbox.open_page(&url).unwrap();
    till.world.sandbox.pay(&number("album")).unwrap();
    till.world.deliver_notifies(&till.api).await;
    assert_eq!(till.state("album").await, "requires_action");
    till.minutes(2).await;
    assert_eq!(till.state("album").await, "conflicted");
    let told = till.told().await;
    assert_eq!(
        (told.len(), &told[0].1["reason"]),
        (1, &"conflicted".into())
    );
    till.minutes(30).await;
    assert_eq!(till.state("album").await, "conflicted");
}

#[tokio::test]
async fn two_sweepers_at_once_do_what_one_does() {
    let till = Till::open().await;
    for name in ["a", "b", "c", "d"] {
        till.pay(name).await;
    }
    till.open_page("e").await;
    till.advance(1);
    tokio::join!(till.sweep(), till.sweep(), till.sweep());
    for name in ["a", "b", "c", "d"] {
        assert_eq!(till.state(name).await, "captured");
        assert_eq!(till.row(name).await.unwrap().number("version"), Some(2));
    }
    assert_eq!(till.told_kinds().await.len(), 4);
}

#[tokio::test]
async fn many_are_asked_for_in_one_run() {
    let till = Till::open().await;
    let names: Vec<_> = (0..250).map(|number| number.to_string()).collect();
    for name in &names {
        till.pay(name).await;
    }
    till.minutes(1).await;
    for name in &names {
        assert_eq!(till.state(name).await, "captured");
    }
}
