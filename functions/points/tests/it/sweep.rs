//! What time does to wallets.

use std::convert::Infallible;

use jiff::SignedDuration;
use kernel::{Id, kind};
use serde_json::json;
use wallet::Reason;

use crate::{Points, member};

const SCHEDULE: &str = "end-lots-and-holds";

#[tokio::test]
async fn lots_that_ended_are_booked_and_told() {
    let points = Points::start().await;
    let members: Vec<Id<kind::Account>> =
        (0..30).map(|number| member(&number.to_string())).collect();
    for member in &members {
        points.listen(*member, &[(60, 20)]).await;
    }
    points.world.run_schedule(&points.sweeper, SCHEDULE).await;
    assert_eq!(points.balance(members[0]).await["version"], json!(1));

    points
        .world
        .clock
        .set("2027-07-01T00:00:00Z".parse().unwrap())
        .unwrap();
    points.world.run_schedule(&points.sweeper, SCHEDULE).await;
    points.world.run_schedule(&points.sweeper, SCHEDULE).await;
    points.world.pump("WalletsTable", &points.journal).await;
    for member in &members {
        let balance = points.balance(*member).await;
        assert_eq!(
            (&balance["available"], &balance["version"]),
            (&json!(0), &json!(2))
        );
        let entries = points
            .api
            .caller(*member)
            .get("/v1/accounts/me/points/entries")
            .await;
        let latest = &entries.json()["items"][0];
        assert_eq!(
            (&latest["kind"], &latest["points"]),
            (&json!("expired"), &json!(-20))
        );
    }
}

#[tokio::test]
async fn holds_that_ended_give_their_points_back() {
    let points = Points::start().await;
    let fan = member("fan");
    points.listen(fan, &[(60, 20)]).await;
    let now = points.world.clock.now();
    let wallets = points.wallets();
    let hold = wallets.commit(fan, |wallet| {
        let until = now + SignedDuration::from_mins(10);
        let reason = Reason::new("test").unwrap();
        let held = kernel::Points::new(15).unwrap();
        wallet.hold(Id::derive(&["hold"]), held, until, reason, now)
    });
    hold.await.unwrap();
    let balance = points.balance(fan).await;
    assert_eq!(
        (&balance["available"], &balance["held"]),
        (&json!(5), &json!(15))
    );
    points
        .world
        .clock
        .advance(SignedDuration::from_mins(10))
        .unwrap();
    points.world.run_schedule(&points.sweeper, SCHEDULE).await;
    let balance = points.balance(fan).await;
    assert_eq!(
        (&balance["available"], &balance["held"]),
        (&json!(20), &json!(0))
    );
    assert_eq!(balance["version"], json!(3));
}

#[tokio::test]
async fn a_wallet_that_cannot_be_booked_keeps_no_other_from_it() {
    let points = Points::start().await;
    let (fan, broken) = (member("fan"), member("broken"));
    points.listen(fan, &[(60, 20)]).await;
    let wallets = points.wallets();
    let now = points.world.clock.now();
    let earn = wallets.commit(broken, |wallet| {
        let end_s = now.as_second();
        let play = wallet::Play {
            start_s: end_s - 600,
            end_s,
        };
        wallet.mark(&[play], &wallet::Rules::founding(), now);
        Ok::<_, Infallible>(())
    });
    earn.await.unwrap();
    let table = points.world.table("WalletsTable");
    let key = platform::table::Key::partition(broken.to_string());
    let update = platform::table::Write::update(&table, key, "SET #issued = :wrong");
    table.write(update.bind(":wrong", 7)).await.unwrap();

    points
        .world
        .clock
        .set("2027-07-01T00:00:00Z".parse().unwrap())
        .unwrap();
    points.world.run_schedule(&points.sweeper, SCHEDULE).await;
    assert_eq!(points.balance(fan).await["version"], json!(2));
}
