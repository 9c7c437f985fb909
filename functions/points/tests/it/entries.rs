//! `GET /v1/accounts/me/points/entries`, and the stream that fills them.

use std::convert::Infallible;

use jiff::SignedDuration;
use kernel::{Id, kind};
use serde_json::{Value, json};
use testkit::Client;
use wallet::{Reason, Rules};

use crate::{Points, member};

const ENTRIES: &str = "/v1/accounts/me/points/entries";

async fn all(client: &Client, limit: u32) -> Vec<Value> {
    let mut items = Vec::new();
    let mut path = format!("{ENTRIES}?limit={limit}");
    loop {
        let answer = client.get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let page = answer.json();
        let of_page = page["items"].as_array().unwrap();
        assert!(of_page.len() <= limit as usize);
        items.extend(of_page.iter().cloned());
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("{ENTRIES}?limit={limit}&cursor={cursor}"),
            None => return items,
        }
    }
}

fn sum(entries: &[Value]) -> i64 {
    entries
        .iter()
        .map(|entry| entry["points"].as_i64().unwrap())
        .sum()
}

fn points_of(number: i64) -> kernel::Points {
    kernel::Points::new(number).unwrap()
}

/// A member to whom everything happens that can happen to points.
async fn eventful(points: &Points) -> Id<kind::Account> {
    let fan = member("fan");
    points.listen(fan, &[(24 * 60 + 60, 100), (60, 30)]).await;
    points.listen(fan, &[(60, 50)]).await;
    let now = points.world.clock.now();
    let until = now + SignedDuration::from_hours(1);
    let reason = || Reason::new("vch_test").unwrap();
    let hold = |name: &str| Id::<kind::Hold>::derive(&[name]);
    let wallets = points.wallets();
    let commit = wallets.commit(fan, |wallet| {
        let spent = wallet.spend(points_of(40), reason(), now).unwrap();
        for (name, held) in [("posted", 30), ("voided", 20), ("ended", 10)] {
            wallet
                .hold(hold(name), points_of(held), until, reason(), now)
                .unwrap();
        }
        wallet.post(hold("posted"), points_of(25), now).unwrap();
        wallet.void(hold("voided"), now).unwrap();
        wallet.restore(&spent, reason(), now).unwrap();
        wallet.claw_back(points_of(5), reason(), now);
        wallet
            .credit(points_of(15), &Rules::founding(), reason(), now)
            .unwrap();
        for by in [12, -7] {
            let reason = Reason::new("adj_test").unwrap();
            wallet.adjust(by, &Rules::founding(), reason, now).unwrap();
        }
        Ok::<_, Infallible>(())
    });
    commit.await.unwrap();
    points
        .world
        .clock
        .advance(SignedDuration::from_hours(1))
        .unwrap();
    points
        .world
        .run_schedule(&points.sweeper, "end-lots-and-holds")
        .await;
    fan
}

#[tokio::test]
async fn every_movement_has_its_entry_and_they_sum_to_the_balance() {
    let points = Points::start().await;
    let fan = eventful(&points).await;
    points.world.pump("WalletsTable", &points.journal).await;
    let entries = all(&points.api.caller(fan), 100).await;
    let told: Vec<(&str, i64)> = entries
        .iter()
        .map(|entry| {
            (
                entry["kind"].as_str().unwrap(),
                entry["points"].as_i64().unwrap(),
            )
        })
        .collect();
    let expected = [
        ("voided", 10),
        ("adjusted", -7),
        ("adjusted", 12),
        ("credited", 15),
        ("revoked", -5),
        ("restored", 40),
        ("voided", 20),
        ("posted", 5),
        ("held", -10),
        ("held", -20),
        ("held", -30),
        ("spent", -40),
        ("earned", 20),
        ("earned", 30),
        ("earned", 100),
    ];
    assert_eq!(told, expected);
    assert_eq!(sum(&entries), points.available(fan).await);

    let mut earned = entries[12].clone();
    let id = earned["id"].take();
    assert!(id.as_str().unwrap().parse::<Id<kind::Entry>>().is_ok());
    let expected = json!({
        "id": null,
        "kind": "earned",
        "points": 20,
        "date": "2026-06-01",
        "minutes": 20,
        "rule_version": 1,
        "occurred_at": "2026-06-01T12:00:00Z",
    });
    assert_eq!(earned, expected);
    assert_eq!(entries[11]["reference"], json!("vch_test"));
    assert_eq!(entries[3]["reference"], json!("vch_test"));
    assert_eq!(entries[1]["reference"], json!("adj_test"));
    assert_eq!(entries[7]["hold"], entries[10]["hold"]);
}

#[tokio::test]
async fn a_stream_that_is_replayed_tells_the_same_entries() {
    let points = Points::start().await;
    let fan = eventful(&points).await;
    let client = points.api.caller(fan);
    points.world.pump("WalletsTable", &points.journal).await;
    let once = all(&client, 100).await;
    points.world.pump("WalletsTable", &points.journal).await;
    assert_eq!(all(&client, 100).await, once);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let points = Points::start().await;
    let fan = eventful(&points).await;
    points.world.pump("WalletsTable", &points.journal).await;
    let client = points.api.caller(fan);
    let whole = all(&client, 100).await;
    for limit in [1, 5, 15] {
        assert_eq!(all(&client, limit).await, whole, "in pages of {limit}");
    }
}

#[tokio::test]
async fn a_member_sees_nobody_elses_entries() {
    let points = Points::start().await;
    let fan = eventful(&points).await;
    points.world.pump("WalletsTable", &points.journal).await;
    let first = points
        .api
        .caller(fan)
        .get(&format!("{ENTRIES}?limit=1"))
        .await;
    let cursor = first.json()["next_cursor"].as_str().unwrap().to_owned();
    let other = points.api.caller(member("other"));
    for path in [ENTRIES.to_owned(), format!("{ENTRIES}?cursor={cursor}")] {
        let answer = other.get(&path).await.json();
        assert_eq!(answer, json!({ "items": [], "next_cursor": null }));
    }
}

#[tokio::test]
async fn bad_parameters_are_refused() {
    let points = Points::start().await;
    let client = points.api.caller(member("fan"));
    // The last is a cursor in form, but of another list.
    for query in [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=",
        "cursor=%",
        "page=2",
        "cursor=dmNoXzE",
    ] {
        let answer = client.get(&format!("{ENTRIES}?{query}")).await;
        assert_eq!(answer.status, 422, "{query}: {}", answer.text());
        assert_eq!(answer.problem_code(), "validation_failed");
    }
}

#[tokio::test]
async fn minutes_without_points_are_no_entry() {
    let points = Points::start().await;
    let fan = member("fan");
    points.listen(fan, &[(700, 120)]).await;
    points.listen(fan, &[(300, 60)]).await;
    points.world.pump("WalletsTable", &points.journal).await;
    let entries = all(&points.api.caller(fan), 100).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["points"], json!(120));
}
