use platform::table::{TransactError, Transaction};
use quota::{CommitError, QUOTA};

use crate::fixture::World;

#[tokio::test]
async fn a_committed_hold_is_given_for_good() {
    let world = World::start().await;
    world.create(5, 1).await;
    let claim = world.hold("a", 2).await.unwrap();
    world.commit(&claim).await;
    assert_eq!(world.usage().await, (5, 2, 0, 3));
}

#[tokio::test]
async fn a_released_hold_is_free_again() {
    let world = World::start().await;
    world.create(5, 1).await;
    let claim = world.hold("a", 5).await.unwrap();
    world.release(&claim).await;
    assert_eq!(world.usage().await, (5, 0, 0, 5));
    world.hold("b", 5).await.unwrap();
}

#[tokio::test]
async fn a_hold_ends_once() {
    let world = World::start().await;
    world.create(5, 1).await;
    let committed = world.hold("a", 2).await.unwrap();
    world.commit(&committed).await;
    let released = world.hold("b", 2).await.unwrap();
    world.release(&released).await;
    for over in [committed, released] {
        assert!(matches!(
            world.quotas.commit(&over).await,
            Err(CommitError::Gone)
        ));
        assert!(world.quotas.release(&over).await.unwrap().is_empty());
    }
    assert_eq!(world.usage().await, (5, 2, 0, 3));
}

#[tokio::test]
async fn of_a_commit_and_a_release_planned_at_once_one_happens() {
    let world = World::start().await;
    world.create(5, 1).await;
    let claim = world.hold("a", 2).await.unwrap();
    let commit = world.quotas.commit(&claim).await.unwrap();
    let again = world.quotas.commit(&claim).await.unwrap();
    let release = world.quotas.release(&claim).await.unwrap();
    world.aws.transact(Transaction::from(commit)).await.unwrap();
    for late in [again, release] {
        let refused = world.aws.transact(Transaction::from(late)).await;
        assert!(
            matches!(refused, Err(TransactError::Cancelled(cancelled)) if cancelled.names(QUOTA))
        );
    }
    assert_eq!(world.usage().await, (5, 2, 0, 3));
}

#[tokio::test]
async fn a_claim_can_be_stored_and_read_again() {
    let world = World::start().await;
    world.create(5, 2).await;
    let claim = world.hold("a", 4).await.unwrap();
    let text = serde_json::to_string(&claim).unwrap();
    let read = serde_json::from_str(&text).unwrap();
    assert_eq!(claim, read);
    assert_eq!((read.units(), read.hold()), (4, world.wish("a", 4).id));
    world.commit(&read).await;
    assert_eq!(world.usage().await, (5, 4, 0, 1));
}
