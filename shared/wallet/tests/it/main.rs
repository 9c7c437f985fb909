//! Wallets over the embedded engine.

#![expect(
    clippy::unwrap_used,
    reason = "a panic is how a test fails, in its helpers too"
)]

mod commit;
mod due;
mod item;
mod transaction;

use kernel::{Id, Points, Timestamp, kind};
use testkit::World;
use wallet::{Play, Reason, Rules, Wallet, Wallets};

/// A world and its wallets.
async fn start() -> (World, Wallets) {
    let world = World::start().await;
    let wallets = Wallets::new(world.table("WalletsTable"), world.clock.clone());
    (world, wallets)
}

fn member(name: &str) -> Id<kind::Account> {
    Id::derive(&[name])
}

fn points(number: i64) -> Points {
    Points::new(number).unwrap()
}

fn reason() -> Reason {
    Reason::new("test").unwrap()
}

/// A play that ended so many minutes ago and sounded in so many whole minutes.
fn play(now: Timestamp, ended_minutes_ago: i64, minutes: i64) -> Play {
    let end_s = now.as_second() - ended_minutes_ago * 60;
    Play {
        start_s: end_s - minutes * 60,
        end_s,
    }
}

/// Earns so many points, at most 120, by listening until now.
fn earn(wallet: &mut Wallet, points: i64, now: Timestamp) {
    let accrued = wallet.mark(&[play(now, 0, points)], &Rules::founding(), now);
    assert_eq!(accrued.points.get(), points);
}
