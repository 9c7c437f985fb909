use jiff::SignedDuration;
use quota::{BELIEF_MS, HoldError};

use crate::fixture::{World, place, quota};

#[tokio::test]
async fn the_last_units_are_found_wherever_they_lie() {
    let world = World::start().await;
    world.create(16, 8).await;
    for number in 0..16 {
        world.hold(&format!("{number}"), 1).await.unwrap();
    }
    assert!(matches!(world.hold("16", 1).await, Err(HoldError::SoldOut)));
    assert_eq!(world.usage().await, (16, 0, 16, 0));
}

#[tokio::test]
async fn units_are_taken_from_several_shards_and_resolved_together() {
    let world = World::start().await;
    world.create(16, 8).await;
    let claim = world.hold("a", 15).await.unwrap();
    assert_eq!(claim.units(), 15);
    assert!(matches!(world.hold("b", 2).await, Err(HoldError::SoldOut)));
    world.commit(&claim).await;
    assert_eq!(world.usage().await, (16, 15, 0, 1));
}

#[tokio::test]
async fn after_a_sale_a_process_writes_at_most_once_and_then_asks_nothing() {
    let world = World::start().await;
    world.create(8, 8).await;
    for number in 0..8 {
        world.hold(&format!("{number}"), 1).await.unwrap();
    }
    for process in 0..4 {
        let quotas = world.other_process();
        world.forget_counts();
        let wish = world.wish("first", 1);
        assert!(matches!(
            quotas.hold(&quota(), &wish).await,
            Err(HoldError::SoldOut)
        ));
        assert!(
            world.writes() <= 1,
            "process {process}: {:?}",
            world.writes_by_row()
        );
        // Once one has left its hints, the others need not look at every shard.
        assert!(
            process == 0 || world.reads() <= 3,
            "process {process}: {} reads",
            world.reads()
        );
        world.forget_counts();
        for number in 0..20 {
            let wish = world.wish(&format!("late {number}"), 1);
            assert!(matches!(
                quotas.hold(&quota(), &wish).await,
                Err(HoldError::SoldOut)
            ));
        }
        assert_eq!((world.reads(), world.writes()), (0, 0), "process {process}");
    }
}

#[tokio::test]
async fn what_was_given_back_is_found_once_belief_is_over() {
    let world = World::start().await;
    world.create(8, 8).await;
    let mut claims = Vec::new();
    for number in 0..8 {
        claims.push(world.hold(&format!("{number}"), 1).await.unwrap());
    }
    let elsewhere = world.other_process();
    let wish = world.wish("late", 1);
    assert!(matches!(
        place(&world.aws, &elsewhere, &wish).await,
        Err(HoldError::SoldOut)
    ));
    world.release(&claims[5]).await;
    world
        .clock
        .advance(SignedDuration::from_millis(BELIEF_MS))
        .unwrap();
    place(&world.aws, &elsewhere, &wish).await.unwrap();
    assert_eq!(world.usage().await, (8, 0, 8, 0));
}

#[tokio::test]
async fn a_process_finds_what_it_gave_back_itself_at_once() {
    let world = World::start().await;
    world.create(2, 1).await;
    let claim = world.hold("a", 2).await.unwrap();
    assert!(matches!(world.hold("b", 1).await, Err(HoldError::SoldOut)));
    world.release(&claim).await;
    world.hold("c", 1).await.unwrap();
}

#[tokio::test]
async fn an_expiry_is_never_slept_through() {
    let world = World::start().await;
    world.create(4, 4).await;
    for number in 0..4 {
        world.hold(&format!("{number}"), 1).await.unwrap();
    }
    world
        .clock
        .advance(SignedDuration::from_millis(60_000 - 1))
        .unwrap();
    assert!(matches!(
        world.hold("late", 1).await,
        Err(HoldError::SoldOut)
    ));
    world.clock.advance(SignedDuration::from_millis(1)).unwrap();
    world.hold("in time", 1).await.unwrap();
}
