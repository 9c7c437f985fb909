//! Listens and accounts' news, from their queues.

use jiff::SignedDuration;
use serde_json::json;
use wallet::HORIZON_DAYS;

use crate::{Points, member};

#[tokio::test]
async fn a_minute_earns_once_however_it_is_reported() {
    let points = Points::start().await;
    let fan = member("fan");
    // Two phones at once, and one that reports again in other pieces.
    points.listen(fan, &[(100, 30)]).await;
    points.listen(fan, &[(90, 30), (100, 30)]).await;
    points
        .listen(fan, &[(100, 10), (90, 10), (80, 10), (70, 10)])
        .await;
    assert_eq!(points.available(fan).await, 40);
    let version = points.balance(fan).await["version"].clone();
    assert_eq!(version, json!(2), "a report of nothing new is not written");
}

#[tokio::test]
async fn a_day_earns_no_more_than_its_cap() {
    let points = Points::start().await;
    let fan = member("fan");
    points.listen(fan, &[(700, 115)]).await;
    points.listen(fan, &[(500, 115)]).await;
    points.listen(fan, &[(24 * 60 + 700, 50)]).await;
    let balance = points.balance(fan).await;
    assert_eq!(balance["available"], json!(170));
    assert_eq!(balance["today"]["minutes"], json!(230));
    assert_eq!(balance["today"]["points"], json!(120));
}

#[tokio::test]
async fn days_are_the_members_own() {
    let points = Points::start().await;
    let fan = member("fan");
    let body = points.account("account.registered", fan, 1, "Asia/Shanghai");
    points.world.send("PointsQueue", body).await;
    points.world.drain("PointsQueue", &points.worker).await;
    // From 14:30 to 17:30 UTC on the day before: 22:30 to 01:30 in Shanghai.
    points.listen(fan, &[(21 * 60 + 30, 180)]).await;
    let balance = points.balance(fan).await;
    assert_eq!(balance["available"], json!(180));
    assert_eq!(balance["time_zone"], json!("Asia/Shanghai"));
    assert_eq!(balance["today"]["date"], json!("2026-06-01"));
    assert_eq!(balance["today"]["minutes"], json!(90));
}

#[tokio::test]
async fn of_an_accounts_news_the_latest_counts_in_whatever_order_it_comes() {
    let points = Points::start().await;
    let fan = member("fan");
    let zone = async |version: u64, zone: &str| {
        let body = points.account("account.updated", fan, version, zone);
        points.world.send("PointsQueue", body).await;
        points.world.drain("PointsQueue", &points.worker).await;
        points.balance(fan).await["time_zone"].clone()
    };
    assert_eq!(zone(2, "Asia/Kathmandu").await, json!("Asia/Kathmandu"));
    assert_eq!(zone(1, "Europe/Berlin").await, json!("Asia/Kathmandu"));
    assert_eq!(zone(2, "Asia/Kathmandu").await, json!("Asia/Kathmandu"));
    assert_eq!(zone(4, "Asia/Kathmandu").await, json!("Asia/Kathmandu"));
    assert_eq!(zone(3, "America/New_York").await, json!("Asia/Kathmandu"));
    // In one batch too.
    for (version, zone) in [(7, "UTC"), (6, "America/New_York")] {
        let body = points.account("account.updated", fan, version, zone);
        points.world.send("PointsQueue", body).await;
    }
    points.world.drain("PointsQueue", &points.worker).await;
    assert_eq!(points.balance(fan).await["time_zone"], json!("UTC"));
}

#[tokio::test]
async fn poison_is_reported_alone() {
    let points = Points::start().await;
    let (fan, other) = (member("fan"), member("other"));
    for body in [
        points.listens(fan, &[(60, 20)]),
        "not even JSON".to_owned(),
        points.listens(other, &[(60, 30)]),
        json!({ "type": "listening.listens_submitted" }).to_string(),
        points.event("voucher.issued", fan, 1, json!({ "account": fan })),
        points.account("account.updated", fan, 1, "Mars/Olympus"),
        points.listens(fan, &[(30, 10)]),
    ] {
        points.world.send("ListensQueue", body).await;
    }
    points.world.drain("ListensQueue", &points.worker).await;
    assert_eq!(points.available(fan).await, 30);
    assert_eq!(points.available(other).await, 30);
    assert_eq!(points.world.depth("ListensQueueDead").await, 4);
}

#[tokio::test]
async fn a_wallet_that_cannot_be_written_fails_its_own_messages_alone() {
    let points = Points::start().await;
    let (fan, broken) = (member("fan"), member("broken"));
    let table = points.world.table("WalletsTable");
    let garbage = json!({ "pk": broken, "v": "garbage" });
    let write = platform::table::Write::put(&table, &garbage);
    table.write(write).await.unwrap();

    for account in [broken, fan, broken] {
        let body = points.listens(account, &[(60, 20)]);
        points.world.send("ListensQueue", body).await;
    }
    points.world.drain("ListensQueue", &points.worker).await;
    assert_eq!(points.available(fan).await, 20);
    assert_eq!(points.world.depth("ListensQueueDead").await, 2);
}

#[tokio::test]
async fn what_was_forgotten_cannot_be_earned_again() {
    let points = Points::start().await;
    let fan = member("fan");
    let old = points.listens(fan, &[(60, 20)]);
    points.world.send("ListensQueue", old.clone()).await;
    points.world.drain("ListensQueue", &points.worker).await;
    for days in [1, 13, 14, 1, 40] {
        points
            .world
            .clock
            .advance(SignedDuration::from_hours(24 * days))
            .unwrap();
        points.world.send("ListensQueue", old.clone()).await;
        points.world.drain("ListensQueue", &points.worker).await;
        assert_eq!(points.available(fan).await, 20);
    }
    let hours = i64::from(HORIZON_DAYS) * 24;
    points
        .listen(fan, &[((hours + 48) * 60, 100), ((hours - 1) * 60, 7)])
        .await;
    assert_eq!(
        points.available(fan).await,
        27,
        "only what is within the horizon"
    );
}

#[tokio::test]
async fn what_has_not_happened_yet_earns_nothing() {
    let points = Points::start().await;
    let fan = member("fan");
    points.listen(fan, &[(-60, 30), (-24 * 60, 30)]).await;
    assert_eq!(points.available(fan).await, 0);
}
