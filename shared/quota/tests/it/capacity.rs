use jiff::SignedDuration;
use platform::table::{TransactError, Transaction};
use quota::{CapacityError, HoldError, QUOTA};

use crate::fixture::{MINUTE_MS, World, quota};

impl World {
    async fn resize(&self, capacity: u32) -> Result<(), CapacityError> {
        let writes = self.quotas.set_capacity(&quota(), capacity).await?;
        if !writes.is_empty() {
            self.aws.transact(Transaction::from(writes)).await.unwrap();
        }
        Ok(())
    }
}

#[tokio::test]
async fn more_capacity_is_there_at_once() {
    for shards in [1, 4] {
        let world = World::start().await;
        world.create(2, shards).await;
        world.hold("a", 2).await.unwrap();
        assert!(matches!(world.hold("b", 1).await, Err(HoldError::SoldOut)));
        world.resize(5).await.unwrap();
        world.hold("c", 3).await.unwrap();
        assert_eq!(world.usage().await, (5, 0, 5, 0));
    }
}

#[tokio::test]
async fn capacity_is_never_lower_than_what_is_in_use() {
    for shards in [1, 4] {
        let world = World::start().await;
        world.create(10, shards).await;
        let claim = world.hold("a", 3).await.unwrap();
        world.commit(&claim).await;
        world.hold("b", 4).await.unwrap();
        assert!(matches!(
            world.resize(6).await,
            Err(CapacityError::InUse { in_use: 7 })
        ));
        world.resize(7).await.unwrap();
        assert_eq!(world.usage().await, (7, 3, 4, 0));
        world
            .clock
            .advance(SignedDuration::from_millis(MINUTE_MS))
            .unwrap();
        world.resize(3).await.unwrap();
        assert_eq!(world.usage().await, (3, 3, 0, 0));
    }
}

#[tokio::test]
async fn a_hold_that_comes_in_between_makes_a_lowering_fail() {
    let world = World::start().await;
    world.create(10, 2).await;
    let lowering = world.quotas.set_capacity(&quota(), 2).await.unwrap();
    world.hold("a", 9).await.unwrap();
    let refused = world.aws.transact(Transaction::from(lowering)).await;
    assert!(matches!(refused, Err(TransactError::Cancelled(cancelled)) if cancelled.names(QUOTA)));
    assert_eq!(world.usage().await, (10, 0, 9, 1));
}

#[tokio::test]
async fn of_two_changes_at_once_one_happens() {
    let world = World::start().await;
    world.create(10, 3).await;
    let more = world.quotas.set_capacity(&quota(), 16).await.unwrap();
    let other = world.quotas.set_capacity(&quota(), 13).await.unwrap();
    world.aws.transact(Transaction::from(more)).await.unwrap();
    assert!(world.aws.transact(Transaction::from(other)).await.is_err());
    assert_eq!(world.usage().await, (16, 0, 0, 16));
}

#[tokio::test]
async fn the_same_capacity_is_no_change() {
    let world = World::start().await;
    world.create(10, 1).await;
    assert!(
        world
            .quotas
            .set_capacity(&quota(), 10)
            .await
            .unwrap()
            .is_empty()
    );
}
