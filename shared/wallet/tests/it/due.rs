//! Wallets in which time has something to do.

use std::{collections::BTreeSet, convert::Infallible};

use jiff::SignedDuration;
use kernel::Id;

use crate::{earn, member, points, reason, start};

#[tokio::test]
async fn a_wallet_is_due_when_its_first_hold_or_lot_ends_and_until_that_is_booked() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let account = member("holder");
    let commit = wallets.commit(account, |wallet| {
        earn(wallet, 50, now);
        let until = now + SignedDuration::from_mins(10);
        wallet.hold(Id::derive(&["hold"]), points(20), until, reason(), now)
    });
    commit.await.unwrap();
    let due = async || wallets.due(100).await.unwrap();
    assert_eq!(due().await, []);

    world.clock.advance(SignedDuration::from_mins(10)).unwrap();
    assert_eq!(due().await, [account]);

    let settle = async || {
        let now = world.clock.now();
        let settled = wallets.commit(account, |wallet| {
            wallet.settle(now);
            Ok::<_, Infallible>(wallet.balance(now).available)
        });
        settled.await.unwrap()
    };
    assert_eq!(settle().await, 50);
    assert_eq!(due().await, []);

    world
        .clock
        .advance(SignedDuration::from_hours(24 * 400))
        .unwrap();
    assert_eq!(due().await, [account]);
    assert_eq!(settle().await, 0);
    assert_eq!(due().await, []);
}

#[tokio::test]
async fn the_wallets_of_all_shards_are_found() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let mut accounts = BTreeSet::new();
    for number in 0..40 {
        let account = member(&number.to_string());
        accounts.insert(account);
        let commit = wallets.commit(account, |wallet| {
            earn(wallet, 1, now);
            Ok::<_, Infallible>(())
        });
        commit.await.unwrap();
    }
    world
        .clock
        .advance(SignedDuration::from_hours(24 * 400))
        .unwrap();
    let due = wallets.due(1_000).await.unwrap();
    assert_eq!(BTreeSet::from_iter(due), accounts);
    assert!(wallets.due(8).await.unwrap().len() <= 8);
}
