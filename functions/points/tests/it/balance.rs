//! `GET /v1/accounts/me/points`

use jiff::SignedDuration;
use serde_json::json;

use crate::{Points, member};

#[tokio::test]
async fn a_member_who_has_earned_nothing_has_nothing() {
    let points = Points::start().await;
    let balance = points.balance(member("new")).await;
    let expected = json!({
        "available": 0,
        "pending": 0,
        "held": 0,
        "expiring": [],
        "today": { "date": "2026-06-01", "minutes": 0, "points": 0, "daily_cap": 120 },
        "time_zone": "UTC",
        "version": 0,
    });
    assert_eq!(balance, expected);
}

#[tokio::test]
async fn the_balance_shows_what_was_earned_and_when_it_expires() {
    let points = Points::start().await;
    let fan = member("fan");
    points.listen(fan, &[(90, 60), (60, 45)]).await;
    let expected = json!({
        "available": 75,
        "pending": 0,
        "held": 0,
        "expiring": [{ "expires_at": "2027-07-01T00:00:00Z", "points": 75 }],
        "today": { "date": "2026-06-01", "minutes": 75, "points": 75, "daily_cap": 120 },
        "time_zone": "UTC",
        "version": 1,
    });
    assert_eq!(points.balance(fan).await, expected);
}

#[tokio::test]
async fn what_has_expired_is_not_available_even_if_nobody_booked_it() {
    let points = Points::start().await;
    let fan = member("fan");
    points.listen(fan, &[(60, 60)]).await;
    let last_moment = "2027-06-30T23:59:59Z".parse().unwrap();
    points.world.clock.set(last_moment).unwrap();
    assert_eq!(points.available(fan).await, 60);
    points
        .world
        .clock
        .advance(SignedDuration::from_secs(1))
        .unwrap();
    assert_eq!(points.available(fan).await, 0);
}

#[tokio::test]
async fn a_member_sees_nobody_elses_points() {
    let points = Points::start().await;
    points.listen(member("fan"), &[(60, 60)]).await;
    assert_eq!(points.available(member("other")).await, 0);
}

#[tokio::test]
async fn without_an_account_there_is_no_balance() {
    let points = Points::start().await;
    for path in ["/v1/accounts/me/points", "/v1/accounts/me/points/entries"] {
        let answer = points.api.anonymous().get(path).await;
        assert_eq!(
            (answer.status, answer.problem_code().as_str()),
            (401, "unauthenticated")
        );
    }
}
