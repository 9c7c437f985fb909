use std::num::NonZeroU32;

use jiff::SignedDuration;
use platform::table::{TransactError, Transaction};
use quota::{CommitError, GiveBackError, HoldError, QUOTA};
use tokio::task::JoinSet;

use crate::fixture::{MINUTE_MS, World, hold_id, quota};

fn units(units: u32) -> NonZeroU32 {
    NonZeroU32::new(units).unwrap()
}

#[tokio::test]
async fn what_is_taken_is_given_for_good_and_a_refusal_writes_nothing() {
    let world = World::start().await;
    world.create(5, 1).await;
    world.take("a", 4).await.unwrap();
    assert_eq!(world.usage().await, (5, 4, 0, 1));
    world.forget_counts();
    assert!(matches!(world.take("b", 2).await, Err(HoldError::SoldOut)));
    assert_eq!(world.writes(), 0);
    world.clock.advance(SignedDuration::from_hours(1)).unwrap();
    assert_eq!(world.usage().await, (5, 4, 0, 1));
}

#[tokio::test]
async fn taking_costs_one_read_and_one_write() {
    let world = World::start().await;
    world.create(5, 1).await;
    world.forget_counts();
    world.take("a", 2).await.unwrap();
    assert_eq!((world.reads(), world.writes()), (1, 1));
}

#[tokio::test]
async fn what_others_hold_cannot_be_taken_until_time_frees_it() {
    let world = World::start().await;
    world.create(4, 2).await;
    world.hold("a", 3).await.unwrap();
    assert!(matches!(world.take("b", 2).await, Err(HoldError::SoldOut)));
    world
        .clock
        .advance(SignedDuration::from_millis(MINUTE_MS))
        .unwrap();
    world.take("b", 4).await.unwrap();
    assert_eq!(world.usage().await, (4, 4, 0, 0));
}

#[tokio::test]
async fn an_id_whose_hold_is_in_force_takes_nothing_beside_it() {
    let world = World::start().await;
    world.create(5, 1).await;
    world.hold("a", 2).await.unwrap();
    assert!(matches!(world.take("a", 2).await, Err(HoldError::Reused)));
    world
        .clock
        .advance(SignedDuration::from_millis(MINUTE_MS))
        .unwrap();
    world.take("a", 2).await.unwrap();
    assert_eq!(world.usage().await, (5, 2, 0, 3));
}

#[tokio::test]
async fn the_claim_on_what_was_taken_has_nothing_left_to_commit_or_release() {
    let world = World::start().await;
    world.create(9, 3).await;
    let claim = world.take("a", 5).await.unwrap();
    assert_eq!((claim.units(), claim.hold()), (5, hold_id("a")));
    let commit = world.quotas.commit(&claim).await;
    assert!(matches!(commit, Err(CommitError::Gone)));
    assert!(world.quotas.release(&claim).await.unwrap().is_empty());
    assert_eq!(world.usage().await, (9, 5, 0, 4));
}

#[tokio::test]
async fn what_comes_back_is_free_again_wherever_it_was_taken() {
    let world = World::start().await;
    world.create(8, 4).await;
    let held = world.hold("a", 3).await.unwrap();
    world.commit(&held).await;
    world.take("b", 5).await.unwrap();
    assert!(matches!(world.hold("c", 1).await, Err(HoldError::SoldOut)));
    world.give_back(7).await.unwrap();
    assert_eq!(world.usage().await, (8, 1, 0, 7));
    // A process finds what it gave back itself at once.
    world.hold("c", 7).await.unwrap();
}

#[tokio::test]
async fn no_more_comes_back_than_was_given() {
    let world = World::start().await;
    world.create(8, 4).await;
    world.take("a", 3).await.unwrap();
    world.hold("b", 3).await.unwrap();
    let refused = world.give_back(4).await;
    assert!(matches!(
        refused,
        Err(GiveBackError::TooMany { committed: 3 })
    ));
    assert_eq!(world.usage().await, (8, 3, 3, 2));
}

#[tokio::test]
async fn of_two_returns_of_the_same_units_planned_at_once_one_happens() {
    let world = World::start().await;
    world.create(3, 1).await;
    world.take("a", 3).await.unwrap();
    let first = world.quotas.give_back(&quota(), units(3)).await.unwrap();
    let second = world.quotas.give_back(&quota(), units(3)).await.unwrap();
    world.aws.transact(Transaction::from(first)).await.unwrap();
    let refused = world.aws.transact(Transaction::from(second)).await;
    assert!(matches!(refused, Err(TransactError::Cancelled(cancelled)) if cancelled.names(QUOTA)));
    assert_eq!(world.usage().await, (3, 0, 0, 3));
}

#[tokio::test]
async fn what_was_never_created_is_unknown() {
    let world = World::start().await;
    assert!(matches!(world.take("a", 1).await, Err(HoldError::Unknown)));
    let refused = world.give_back(1).await;
    assert!(matches!(refused, Err(GiveBackError::Unknown)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn takers_holders_and_returns_at_once_never_oversell_and_lose_no_unit() {
    let world = World::start().await;
    world.create(40, 4).await;
    world.take("first", 20).await.unwrap();
    let mut callers = JoinSet::new();
    for number in 0..60 {
        let world = world.clone();
        callers.spawn(async move {
            let name = format!("{number}");
            match number % 3 {
                0 => world.take(&name, 1).await.map_or((0, 0, 0), |_| (1, 0, 0)),
                1 => world.hold(&name, 1).await.map_or((0, 0, 0), |_| (0, 1, 0)),
                _ => world.give_back(1).await.map_or((0, 0, 0), |()| (0, 0, 1)),
            }
        });
    }
    let (mut taken, mut held, mut back) = (20, 0, 0);
    while let Some(outcome) = callers.join_next().await {
        let outcome = outcome.unwrap();
        taken += outcome.0;
        held += outcome.1;
        back += outcome.2;
    }
    let committed = taken - back;
    let expected = (40, committed, held, 40 - committed - held);
    assert_eq!(world.usage().await, expected);
}
