//! What the sandbox tells by itself, and how often.

use std::sync::{Arc, Mutex};

use alipay::{Gateway, Notify, TradeStatus};
use bytes::Bytes;
use jiff::SignedDuration;
use sandbox::{Fault, Sandbox};

use crate::{World, fen, refund};

/// A merchant who answers all the same, and remembers what he was told.
#[derive(Clone)]
struct Shop {
    sandbox: Sandbox,
    reply: Option<&'static [u8]>,
    told: Arc<Mutex<Vec<(String, Notify)>>>,
}

impl Shop {
    fn answering(world: &World, reply: Option<&'static [u8]>) -> Shop {
        Shop {
            sandbox: world.sandbox.clone(),
            reply,
            told: Arc::default(),
        }
    }

    async fn hears(&self) -> usize {
        let notifier = |url: String, body: String| {
            let shop = self.clone();
            async move {
                let notify = Notify::verify(body.as_bytes(), shop.sandbox.merchant());
                shop.told
                    .lock()
                    .unwrap()
                    .push((url, notify.expect("a genuine notify")));
                shop.reply.map(Bytes::from_static)
            }
        };
        self.sandbox.deliver_due(&notifier).await
    }

    fn told(&self) -> Vec<Notify> {
        let told = std::mem::take(&mut *self.told.lock().unwrap());
        told.into_iter().map(|(_, notify)| notify).collect()
    }
}

#[tokio::test]
async fn a_payment_is_told_once_to_a_merchant_who_takes_it() {
    let world = World::new();
    let shop = Shop::answering(&world, Some(b"success"));
    let number = world.paid();
    assert_eq!(shop.hears().await, 1);
    let (url, notify) = shop.told.lock().unwrap().remove(0);
    assert_eq!(url, "http://shop.test/notify");
    let expected = world.sandbox.merchant().expects(number, fen(10_000));
    assert_eq!(notify.concerns(&expected), Ok(()));
    assert_eq!(notify.status, TradeStatus::Success);
    assert_eq!(notify.paid_at, Some(world.clock.now()));

    world.pass(SignedDuration::from_hours(48));
    assert_eq!(shop.hears().await, 0);
}

#[tokio::test]
async fn anything_but_the_seven_bytes_is_told_again_eight_times_in_all() {
    let replies: [Option<&'static [u8]>; 7] = [
        None,
        Some(b""),
        Some(b"fail"),
        Some(b"SUCCESS"),
        Some(b"success\n"),
        Some(b"\"success\""),
        Some(b"<html>success</html>"),
    ];
    for reply in replies {
        let world = World::new();
        let shop = Shop::answering(&world, reply);
        world.paid();
        let mut minutes_after_payment = Vec::new();
        for minute in 0..48 * 60 {
            for _ in 0..shop.hears().await {
                minutes_after_payment.push(minute);
            }
            world.pass(SignedDuration::from_mins(1));
        }
        let expected = [0, 4, 14, 24, 84, 204, 564, 1_464];
        assert_eq!(minutes_after_payment, expected, "{reply:?}");
        let ids: Vec<_> = shop
            .told()
            .into_iter()
            .map(|notify| notify.notify_id)
            .collect();
        assert!(
            ids.iter().all(|id| *id == ids[0]),
            "one notify keeps its number: {ids:?}"
        );
    }
}

#[tokio::test]
async fn a_partial_refund_is_told_as_paid_again_with_the_refund_in_it() {
    let world = World::new();
    let shop = Shop::answering(&world, Some(b"success"));
    let number = world.paid();
    shop.hears().await;
    let first = shop.told().remove(0);

    world
        .sandbox
        .refund(&refund(&number, "rfd_1", 2_500))
        .await
        .unwrap();
    world
        .sandbox
        .refund(&refund(&number, "rfd_2", 500))
        .await
        .unwrap();
    assert_eq!(shop.hears().await, 2);
    let told = shop.told();
    assert_eq!(told[1].status, TradeStatus::Success);
    let refund = told[1].refund.clone().unwrap();
    assert_eq!(refund.refunded_total, fen(3_000));
    assert_eq!(refund.out_request_no.unwrap().as_str(), "rfd_2");
    assert_ne!(told[1].notify_id, first.notify_id);
}

#[tokio::test]
async fn a_repeated_refund_is_not_told_again() {
    let world = World::new();
    let shop = Shop::answering(&world, Some(b"success"));
    let number = world.paid();
    for _ in 0..3 {
        world
            .sandbox
            .refund(&refund(&number, "rfd_1", 2_500))
            .await
            .unwrap();
    }
    assert_eq!(shop.hears().await, 2);
}

#[tokio::test]
async fn a_full_refund_is_told_as_closed() {
    let world = World::new();
    let shop = Shop::answering(&world, Some(b"success"));
    let number = world.paid();
    world
        .sandbox
        .refund(&refund(&number, "rfd_1", 10_000))
        .await
        .unwrap();
    shop.hears().await;
    let last = shop.told().pop().unwrap();
    assert_eq!(last.status, TradeStatus::Closed);
    assert_eq!(last.refund.unwrap().refunded_total, fen(10_000));
}

#[tokio::test]
async fn an_order_that_expires_is_told_as_closed_though_nobody_asks() {
    let world = World::new();
    let shop = Shop::answering(&world, Some(b"success"));
    let opened_at = world.clock.now();
    world.opened();
    assert_eq!(shop.hears().await, 0);
    let expires_at = opened_at + SignedDuration::from_mins(15);
    assert_eq!(world.sandbox.next_due_at(), Some(expires_at));
    world.clock.set(expires_at).unwrap();
    assert_eq!(shop.hears().await, 1);
    let told = shop.told();
    assert_eq!(
        (told[0].status, told[0].paid_at),
        (TradeStatus::Closed, None)
    );
    assert_eq!(world.sandbox.next_due_at(), None);
}

#[tokio::test]
async fn a_notify_that_got_lost_never_comes_and_the_next_one_does() {
    let world = World::new();
    let shop = Shop::answering(&world, Some(b"success"));
    world.sandbox.fail_next(Fault::DropNotifies);
    let number = world.paid();
    world.pass(SignedDuration::from_hours(30));
    assert_eq!(shop.hears().await, 0);
    world
        .sandbox
        .refund(&refund(&number, "rfd_1", 1))
        .await
        .unwrap();
    assert_eq!(shop.hears().await, 1);
}

#[tokio::test]
async fn an_attempt_is_handed_out_once_however_many_drive() {
    let world = World::new();
    world.paid();
    let now = world.clock.now();
    assert_eq!(world.sandbox.due(now).len(), 1);
    assert_eq!(world.sandbox.due(now).len(), 0);
}
