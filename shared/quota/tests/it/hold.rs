use jiff::SignedDuration;
use kernel::Timestamp;
use platform::table::{TransactError, Transaction};
use quota::{CreateError, Hold, HoldError, MAX_SHARDS, QUOTA};

use crate::fixture::{World, quota};

#[tokio::test]
async fn units_are_held_until_none_is_left_and_a_refusal_writes_nothing() {
    let world = World::start().await;
    world.create(3, 1).await;
    world.hold("a", 2).await.unwrap();
    assert!(matches!(world.hold("b", 2).await, Err(HoldError::SoldOut)));
    world.hold("c", 1).await.unwrap();
    world.forget_counts();
    assert!(matches!(world.hold("d", 1).await, Err(HoldError::SoldOut)));
    assert_eq!(world.writes(), 0);
    assert_eq!(world.usage().await, (3, 0, 3, 0));
}

#[tokio::test]
async fn one_hold_costs_one_read_and_one_write() {
    let world = World::start().await;
    world.create(3, 1).await;
    world.forget_counts();
    world.hold("a", 1).await.unwrap();
    assert_eq!((world.reads(), world.writes()), (1, 1));
}

#[tokio::test]
async fn the_same_hold_again_is_in_place_already() {
    for shards in [1, 4] {
        let world = World::start().await;
        world.create(8, shards).await;
        let first = world.hold("a", 5).await.unwrap();
        let plan = world
            .quotas
            .hold(&quota(), &world.wish("a", 5))
            .await
            .unwrap();
        assert!(plan.writes.is_empty());
        assert_eq!(plan.claim, first);
        assert_eq!(world.usage().await, (8, 0, 5, 3));
    }
}

#[tokio::test]
async fn two_tries_of_one_hold_that_were_planned_at_once_take_units_once() {
    let world = World::start().await;
    world.create(8, 1).await;
    let wish = world.wish("a", 5);
    let first = world.quotas.hold(&quota(), &wish).await.unwrap();
    let second = world.quotas.hold(&quota(), &wish).await.unwrap();
    world
        .aws
        .transact(Transaction::from(first.writes))
        .await
        .unwrap();
    let refused = world.aws.transact(Transaction::from(second.writes)).await;
    assert!(matches!(refused, Err(TransactError::Cancelled(cancelled)) if cancelled.names(QUOTA)));
    assert_eq!(world.usage().await, (8, 0, 5, 3));
}

#[tokio::test]
async fn an_id_in_force_goes_with_one_number_of_units_and_one_expiry() {
    let world = World::start().await;
    world.create(8, 1).await;
    world.hold("a", 5).await.unwrap();
    assert!(matches!(world.hold("a", 1).await, Err(HoldError::Reused)));
    world.clock.advance(SignedDuration::from_millis(1)).unwrap();
    assert!(matches!(world.hold("a", 5).await, Err(HoldError::Reused)));
    assert_eq!(world.usage().await, (8, 0, 5, 3));
}

#[tokio::test]
async fn a_hold_that_would_be_over_is_refused() {
    let world = World::start().await;
    world.create(8, 1).await;
    let now = Timestamp::from_millisecond(world.clock.now_ms()).unwrap();
    let wish = Hold {
        expires_at: now,
        ..world.wish("a", 1)
    };
    let refused = world.quotas.hold(&quota(), &wish).await;
    assert!(matches!(refused, Err(HoldError::Expired)));
}

#[tokio::test]
async fn what_was_never_created_is_unknown() {
    let world = World::start().await;
    assert!(matches!(world.hold("a", 1).await, Err(HoldError::Unknown)));
    assert!(world.quotas.usage(&quota()).await.is_err());
    assert!(world.quotas.set_capacity(&quota(), 1).await.is_err());
}

#[tokio::test]
async fn a_quota_is_created_once() {
    let world = World::start().await;
    world.create(8, 2).await;
    world.hold("a", 1).await.unwrap();
    let again = world.quotas.create(&quota(), 9, 2).unwrap();
    let refused = world.aws.transact(Transaction::from(again)).await;
    assert!(matches!(refused, Err(TransactError::Cancelled(cancelled)) if cancelled.names(QUOTA)));
    assert_eq!(world.usage().await, (8, 0, 1, 7));
    for shards in [0, MAX_SHARDS + 1] {
        assert_eq!(
            world.quotas.create(&quota(), 9, shards).unwrap_err(),
            CreateError
        );
    }
}
