use jiff::SignedDuration;
use platform::table::{TransactError, Transaction};
use quota::{CommitError, HoldError, QUOTA};

use crate::fixture::{MINUTE_MS, World, quota};

#[tokio::test]
async fn a_hold_is_free_at_its_very_moment_though_nothing_swept_it() {
    let world = World::start().await;
    world.create(1, 1).await;
    world.hold("a", 1).await.unwrap();
    world
        .clock
        .advance(SignedDuration::from_millis(MINUTE_MS - 1))
        .unwrap();
    assert!(matches!(world.hold("b", 1).await, Err(HoldError::SoldOut)));
    world.clock.advance(SignedDuration::from_millis(1)).unwrap();
    assert_eq!(world.usage().await, (1, 0, 0, 1));
    world.hold("b", 1).await.unwrap();
    assert_eq!(world.usage().await, (1, 0, 1, 0));
}

#[tokio::test]
async fn an_expired_hold_cannot_be_committed_though_nothing_swept_it() {
    let world = World::start().await;
    world.create(1, 1).await;
    let claim = world.hold("a", 1).await.unwrap();
    world
        .clock
        .advance(SignedDuration::from_millis(MINUTE_MS))
        .unwrap();
    assert!(matches!(
        world.quotas.commit(&claim).await,
        Err(CommitError::Gone)
    ));
    assert!(world.quotas.release(&claim).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_hold_that_was_taken_away_cannot_be_committed_by_a_plan_made_before() {
    let world = World::start().await;
    world.create(1, 1).await;
    let claim = world.hold("a", 1).await.unwrap();
    let commit = world.quotas.commit(&claim).await.unwrap();
    world
        .clock
        .advance(SignedDuration::from_millis(MINUTE_MS))
        .unwrap();
    world.hold("b", 1).await.unwrap();
    let refused = world.aws.transact(Transaction::from(commit)).await;
    assert!(matches!(refused, Err(TransactError::Cancelled(cancelled)) if cancelled.names(QUOTA)));
    assert_eq!(world.usage().await, (1, 0, 1, 0));
}

#[tokio::test]
async fn any_number_of_expired_holds_makes_room_for_one_large_one() {
    let world = World::start().await;
    world.create(90, 1).await;
    for number in 0..90 {
        world.hold(&format!("small {number}"), 1).await.unwrap();
    }
    world
        .clock
        .advance(SignedDuration::from_millis(MINUTE_MS))
        .unwrap();
    world.hold("large", 90).await.unwrap();
    assert_eq!(world.usage().await, (90, 0, 90, 0));
}

#[tokio::test]
async fn sweeping_takes_away_what_expired_and_nothing_else() {
    let world = World::start().await;
    world.create(60, 2).await;
    for number in 0..50 {
        world.hold(&format!("early {number}"), 1).await.unwrap();
    }
    world
        .clock
        .advance(SignedDuration::from_millis(MINUTE_MS / 2))
        .unwrap();
    let late = world.hold("late", 3).await.unwrap();
    assert_eq!(world.quotas.expire(&quota()).await.unwrap(), 0);
    world
        .clock
        .advance(SignedDuration::from_millis(MINUTE_MS / 2))
        .unwrap();
    assert_eq!(world.quotas.expire(&quota()).await.unwrap(), 50);
    assert_eq!(world.quotas.expire(&quota()).await.unwrap(), 0);
    world.commit(&late).await;
    assert_eq!(world.usage().await, (60, 3, 0, 57));
}
