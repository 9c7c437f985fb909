//! A wallet in the caller's transaction.

use std::convert::Infallible;

use platform::table::{TransactError, Transaction};
use wallet::WALLET;

use crate::{earn, member, points, reason, start};

#[tokio::test]
async fn a_transaction_that_lost_its_race_decides_again_from_what_it_found() {
    let (world, wallets) = start().await;
    let now = world.clock.now();
    let account = member("racer");
    let mut stale = wallets.load(account).await.unwrap();
    earn(&mut stale, 10, now);
    let commit = wallets.commit(account, |wallet| {
        earn(wallet, 100, now);
        Ok::<_, Infallible>(())
    });
    commit.await.unwrap();

    let transaction = Transaction::new().and(wallets.save(stale));
    let Err(TransactError::Cancelled(cancelled)) = world.aws.transact(transaction).await else {
        panic!("the wallet had been changed");
    };
    assert!(cancelled.names(WALLET));

    let existing = cancelled.existing(WALLET).cloned();
    let mut wallet = wallets.found(account, existing).unwrap();
    wallet.spend(points(60), reason(), now).unwrap();
    let transaction = Transaction::new().and(wallets.save(wallet));
    world.aws.transact(transaction).await.unwrap();
    let wallet = wallets.load(account).await.unwrap();
    assert_eq!((wallet.version(), wallet.balance(now).available), (2, 40));
}
