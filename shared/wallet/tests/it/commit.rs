//! One read, one conditional write; and what happens when many write at once.

use std::convert::Infallible;

use kernel::Id;
use platform::table::Key;
use wallet::{CommitError, Rules, SpendError, Wallet, Zone};

use crate::{earn, member, play, points, reason, start};

#[tokio::test]
async fn an_account_without_an_item_has_an_empty_wallet() {
    let (world, wallets) = start().await;
    let wallet = wallets.load(member("new")).await.unwrap();
    assert_eq!(wallet, Wallet::empty(member("new")));
    assert_eq!(wallet.version(), 0);
    assert_eq!(wallet.balance(world.clock.now()).available, 0);
}

#[tokio::test]
async fn what_is_committed_is_loaded() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let account = member("listener");
    let zone = Zone::parse("Asia/Shanghai").unwrap();
    let commit = wallets.commit(account, |wallet| {
        wallet.set_time_zone(zone.clone(), 1, now);
        earn(wallet, 100, now);
        let until = now + std::time::Duration::from_secs(60);
        wallet
            .hold(Id::derive(&["hold"]), points(30), until, reason(), now)
            .unwrap();
        wallet.spend(points(20), reason(), now)
    });
    let spent = commit.await.unwrap();
    assert_eq!(spent.points(), points(20));

    let wallet = wallets.load(account).await.unwrap();
    let balance = wallet.balance(now);
    assert_eq!((balance.available, balance.held), (50, points(30)));
    assert_eq!((wallet.version(), wallet.zone()), (1, &zone));
    let later = now + std::time::Duration::from_secs(60);
    assert_eq!(wallet.balance(later).available, 80);
}

#[tokio::test]
async fn a_change_that_changes_nothing_writes_nothing() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let account = member("listener");
    let plays = [play(now, 10, 20)];
    let table = world.table("WalletsTable");
    let key = Key::partition(account.to_string());
    let mut items = Vec::new();
    for _ in 0..3 {
        let commit = wallets.commit(account, |wallet| {
            Ok::<_, Infallible>(wallet.mark(&plays, &Rules::founding(), now))
        });
        commit.await.unwrap();
        // With it the token of the write: an equal item written again would bear another.
        items.push(table.get_item(&key).await.unwrap().unwrap());
    }
    assert_eq!(items[0], items[1]);
    assert_eq!(items[1], items[2]);
}

#[tokio::test]
async fn a_refusal_writes_nothing() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let refused = wallets
        .commit(member("poor"), |wallet| {
            wallet.spend(points(1), reason(), now)
        })
        .await;
    let available = 0;
    assert!(matches!(
        refused,
        Err(CommitError::Refused(SpendError::Insufficient { available: a })) if a == available
    ));
    let wallet = wallets.load(member("poor")).await.unwrap();
    assert_eq!(wallet.version(), 0);
}

#[tokio::test]
async fn thirty_two_commits_at_once_are_all_done() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let account = member("crowd");
    let mut tasks = Vec::new();
    for listened in 0..32 {
        let wallets = wallets.clone();
        tasks.push(tokio::spawn(async move {
            // Each overlaps its neighbours by half: 33 stretches of two minutes in all.
            let plays = [play(now, listened * 2, 4)];
            let commit = wallets.commit(account, |wallet| {
                Ok::<_, Infallible>(wallet.mark(&plays, &Rules::founding(), now))
            });
            commit.await.unwrap().points.get()
        }));
    }
    let mut granted = 0;
    for task in tasks {
        granted += task.await.unwrap();
    }
    let wallet = wallets.load(account).await.unwrap();
    assert_eq!(granted, 66);
    assert_eq!(wallet.balance(now).available, 66);
}

#[tokio::test]
async fn of_many_who_spend_at_once_only_as_many_succeed_as_there_are_points_for() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let account = member("spender");
    let earned = wallets.commit(account, |wallet| {
        earn(wallet, 100, now);
        Ok::<_, Infallible>(())
    });
    earned.await.unwrap();
    let mut tasks = Vec::new();
    for _ in 0..32 {
        let wallets = wallets.clone();
        tasks.push(tokio::spawn(async move {
            wallets
                .commit(account, |wallet| wallet.spend(points(30), reason(), now))
                .await
                .is_ok()
        }));
    }
    let mut done = 0;
    for task in tasks {
        done += u32::from(task.await.unwrap());
    }
    assert_eq!(done, 3);
    let wallet = wallets.load(account).await.unwrap();
    assert_eq!(wallet.balance(now).available, 10);
}

#[tokio::test]
async fn where_it_is_tomorrow_already_points_can_be_spent_today() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let earned = wallets.commit(member("early"), |wallet| {
        let zone = Zone::parse("Pacific/Kiritimati").unwrap();
        wallet.set_time_zone(zone, 1, now);
        Ok::<_, Infallible>(wallet.mark(&[play(now, 10, 10)], &Rules::founding(), now))
    });
    assert_eq!(earned.await.unwrap().points, points(10));
    let balance = wallets.load(member("early")).await.unwrap().balance(now);
    assert_eq!((balance.available, balance.pending), (10, points(0)));
}
