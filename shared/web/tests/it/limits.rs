//! A limit holds over all who count.

use testkit::World;
use web::{Limit, RateLimits};

const LIMIT: Limit = Limit {
    name: "tries",
    max: 5,
    window_s: 900,
};

#[tokio::test]
async fn sixty_four_at_once_never_exceed_it() {
    let world = World::start().await;
    let limits = RateLimits::new(world.table("RequestsTable"), world.clock.clone());
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let limits = limits.clone();
            tokio::spawn(async move { limits.take(&LIMIT, "someone").await.unwrap().allowed })
        })
        .collect();
    let mut allowed = 0;
    for task in tasks {
        allowed += u32::from(task.await.unwrap());
    }
    assert_eq!(allowed, LIMIT.max);
    assert!(limits.take(&LIMIT, "someone else").await.unwrap().allowed);
}

#[tokio::test]
async fn a_new_window_begins_anew_and_a_use_can_be_given_back() {
    let world = World::start().await;
    let limits = RateLimits::new(world.table("RequestsTable"), world.clock.clone());
    let taken = limits.require(&LIMIT, "a").await.unwrap();
    for remaining in (0..4).rev() {
        assert_eq!(limits.take(&LIMIT, "a").await.unwrap().remaining, remaining);
    }
    let refused = limits.require(&LIMIT, "a").await.unwrap_err();
    assert_eq!(refused.code(), web::Code::RateLimited);
    limits.give_back(taken).await.unwrap();
    assert!(limits.take(&LIMIT, "a").await.unwrap().allowed);
    let reset = limits.take(&LIMIT, "a").await.unwrap().reset_in_s;
    world
        .clock
        .advance(jiff::SignedDuration::from_secs(reset))
        .unwrap();
    assert_eq!(limits.take(&LIMIT, "a").await.unwrap().remaining, 4);
}

#[tokio::test]
async fn a_use_goes_back_to_the_window_it_was_taken_from() {
    let world = World::start().await;
    let limits = RateLimits::new(world.table("RequestsTable"), world.clock.clone());
    let early = limits.require(&LIMIT, "a").await.unwrap();
    let reset = limits.take(&LIMIT, "a").await.unwrap().reset_in_s;
    world
        .clock
        .advance(jiff::SignedDuration::from_secs(reset))
        .unwrap();
    assert_eq!(limits.take(&LIMIT, "a").await.unwrap().remaining, 4);
    limits.give_back(early).await.unwrap();
    assert_eq!(limits.take(&LIMIT, "a").await.unwrap().remaining, 3);
}
