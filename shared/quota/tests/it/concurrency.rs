use quota::HoldError;
use tokio::task::JoinSet;

use crate::fixture::{World, place};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_200_callers_for_20_units_exactly_20_get_one() {
    let world = World::start().await;
    world.create(20, 4).await;
    let mut callers = JoinSet::new();
    for number in 0..200 {
        let (aws, quotas) = (world.aws.clone(), world.quotas.clone());
        let wish = world.wish(&format!("{number}"), 1);
        callers.spawn(async move { place(&aws, &quotas, &wish).await });
    }
    let mut held = 0;
    while let Some(outcome) = callers.join_next().await {
        match outcome.unwrap() {
            Ok(_) => held += 1,
            Err(HoldError::SoldOut) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(held, 20);
    assert_eq!(world.usage().await, (20, 0, 20, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sale_is_spread_evenly_over_the_shards() {
    const SHARDS: u16 = 8;
    let world = World::start().await;
    world.create(800, SHARDS).await;
    world.forget_counts();
    let mut callers = JoinSet::new();
    for process in 0..10 {
        let quotas = world.other_process();
        for number in 0..100 {
            let (aws, quotas) = (world.aws.clone(), quotas.clone());
            let wish = world.wish(&format!("{process} {number}"), 1);
            callers.spawn(async move { place(&aws, &quotas, &wish).await });
        }
    }
    let held = callers
        .join_all()
        .await
        .into_iter()
        .filter(Result::is_ok)
        .count();
    assert_eq!(held, 800);
    let writes = world.writes_by_row();
    let all: usize = writes.values().sum();
    let busiest = writes.values().max().unwrap();
    assert!(busiest * usize::from(SHARDS) * 10 <= all * 12, "{writes:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_hold_asked_for_sixteen_times_at_once_is_placed_once() {
    let world = World::start().await;
    world.create(100, 4).await;
    let mut callers = JoinSet::new();
    for _ in 0..16 {
        let (aws, quotas) = (world.aws.clone(), world.quotas.clone());
        let wish = world.wish("a", 3);
        callers.spawn(async move { place(&aws, &quotas, &wish).await });
    }
    let claims: Vec<_> = callers
        .join_all()
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    assert!(claims.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(world.usage().await, (100, 0, 3, 97));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_a_sale_callers_at_once_in_one_process_write_once_together() {
    const PROCESSES: usize = 5;
    let world = World::start().await;
    world.create(8, 8).await;
    for number in 0..8 {
        world.hold(&format!("{number}"), 1).await.unwrap();
    }
    world.forget_counts();
    let mut callers = JoinSet::new();
    for process in 0..PROCESSES {
        let quotas = world.other_process();
        for number in 0..40 {
            let (aws, quotas) = (world.aws.clone(), quotas.clone());
            let wish = world.wish(&format!("late {process} {number}"), 1);
            callers.spawn(async move { place(&aws, &quotas, &wish).await });
        }
    }
    for outcome in callers.join_all().await {
        assert!(matches!(outcome, Err(HoldError::SoldOut)));
    }
    assert!(world.writes() <= PROCESSES, "{:?}", world.writes_by_row());
}
