use quota::{Claim, HoldError, Quotas};

use platform::table::{Item, TransactError, Transaction};

use crate::fixture::{World, hold_id, quota};

/// Reads the row that a hold would read first, as a caller does together with its own.
async fn see(world: &World, quotas: &Quotas, name: &str) -> Option<Item> {
    let key = quotas.first_read(&quota(), hold_id(name))?;
    world.table.get_item(&key).await.unwrap()
}

async fn hold_seeing(
    world: &World,
    quotas: &Quotas,
    name: &str,
    units: u32,
    seen: Option<&Item>,
) -> Result<Claim, HoldError> {
    let wish = world.wish(name, units);
    let plan = quotas.hold_seeing(&quota(), &wish, seen).await?;
    world
        .aws
        .transact(Transaction::from(plan.writes))
        .await
        .unwrap();
    Ok(plan.claim)
}

#[tokio::test]
async fn a_hold_that_sees_its_first_row_reads_nothing_itself() {
    for shards in [1, 4] {
        let world = World::start().await;
        world.create(40, shards).await;
        for number in 0..8 {
            let name = format!("{number}");
            let seen = see(&world, &world.quotas, &name).await;
            world.forget_counts();
            let held = hold_seeing(&world, &world.quotas, &name, 1, seen.as_ref());
            held.await.unwrap();
            // A process that does not know yet into how many shards the quota is split may have to
            // look at home, once.
            assert!(
                world.reads() <= usize::from(number == 0 && shards > 1),
                "{} reads for hold {number} of {shards} shards",
                world.reads()
            );
            assert_eq!(world.writes(), 1);
        }
        assert_eq!(world.usage().await, (40, 0, 8, 32));
    }
}

#[tokio::test]
async fn where_the_seen_row_has_too_little_the_others_are_read() {
    let world = World::start().await;
    world.create(8, 4).await;
    let elsewhere = world.other_process();
    let seen = see(&world, &elsewhere, "a").await;
    let held = hold_seeing(&world, &elsewhere, "a", 8, seen.as_ref());
    assert_eq!(held.await.unwrap().units(), 8);
    assert_eq!(world.usage().await, (8, 0, 8, 0));
}

#[tokio::test]
async fn a_row_that_was_seen_long_ago_oversells_nothing() {
    let world = World::start().await;
    world.create(2, 1).await;
    let seen = see(&world, &world.quotas, "late").await;
    world.hold("a", 2).await.unwrap();
    let wish = world.wish("late", 1);
    let quota = quota();
    let plan = world.quotas.hold_seeing(&quota, &wish, seen.as_ref());
    let plan = plan.await.unwrap();
    let refused = world.aws.transact(Transaction::from(plan.writes)).await;
    assert!(matches!(refused, Err(TransactError::Cancelled(_))));
    assert!(matches!(
        world.hold("late", 1).await,
        Err(HoldError::SoldOut)
    ));
    assert_eq!(world.usage().await, (2, 0, 2, 0));
}

#[tokio::test]
async fn seeing_another_quotas_row_or_none_is_seeing_nothing() {
    let world = World::start().await;
    world.create(2, 1).await;
    let other = "concert#0".replace('#', ":").parse().unwrap();
    let writes = world.quotas.create(&other, 9, 1).unwrap();
    world.aws.transact(Transaction::from(writes)).await.unwrap();
    let key = world.quotas.first_read(&other, hold_id("a")).unwrap();
    let foreign = world.table.get_item(&key).await.unwrap();
    assert!(foreign.is_some());
    let refused = hold_seeing(&world, &world.quotas, "a", 3, foreign.as_ref());
    assert!(matches!(refused.await, Err(HoldError::SoldOut)));
    hold_seeing(&world, &world.quotas, "b", 2, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn where_all_is_believed_empty_there_is_nothing_to_read() {
    let world = World::start().await;
    world.create(4, 4).await;
    world.take("a", 4).await.unwrap();
    assert!(matches!(world.hold("b", 1).await, Err(HoldError::SoldOut)));
    assert_eq!(world.quotas.first_read(&quota(), hold_id("c")), None);
    world.forget_counts();
    let refused = hold_seeing(&world, &world.quotas, "c", 1, None);
    assert!(matches!(refused.await, Err(HoldError::SoldOut)));
    assert_eq!((world.reads(), world.writes()), (0, 0));
}
