//! Random commands against the table and against a model that is too simple to be wrong.

use std::{collections::BTreeMap, num::NonZeroU32};

use jiff::SignedDuration;
use platform::table::Transaction;
use proptest::prelude::*;
use quota::{BELIEF_MS, CapacityError, Claim, CommitError, GiveBackError, HoldError};

use crate::fixture::{MINUTE_MS, World, quota};

#[derive(Clone, Debug)]
enum Command {
    Hold { name: u8, units: u32 },
    Commit { name: u8 },
    Release { name: u8 },
    Take { units: u32 },
    GiveBack { units: u32 },
    Wait { ms: i64 },
    Sweep,
    Resize { capacity: u32 },
}

fn command() -> impl Strategy<Value = Command> {
    prop_oneof![
        5 => (0_u8..12, 1_u32..5).prop_map(|(name, units)| Command::Hold { name, units }),
        2 => (0_u8..12).prop_map(|name| Command::Commit { name }),
        2 => (0_u8..12).prop_map(|name| Command::Release { name }),
        2 => (1_u32..5).prop_map(|units| Command::Take { units }),
        2 => (1_u32..5).prop_map(|units| Command::GiveBack { units }),
        2 => prop_oneof![Just(1), Just(BELIEF_MS), Just(MINUTE_MS / 2), Just(MINUTE_MS)]
            .prop_map(|ms| Command::Wait { ms }),
        1 => Just(Command::Sweep),
        1 => (0_u32..20).prop_map(|capacity| Command::Resize { capacity }),
    ]
}

/// What should be true, held in a map.
#[derive(Default)]
struct Model {
    capacity: u32,
    committed: u32,
    holds: BTreeMap<u8, (u32, i64)>,
}

impl Model {
    fn forget_expired(&mut self, now_ms: i64) {
        self.holds
            .retain(|_, (_, expires_at_ms)| *expires_at_ms > now_ms);
    }

    fn held(&self) -> u32 {
        self.holds.values().map(|(units, _)| units).sum()
    }

    fn free(&self) -> u32 {
        self.capacity - self.committed - self.held()
    }
}

async fn agree(shards: u16, capacity: u32, commands: Vec<Command>) {
    let world = World::start().await;
    world.create(capacity, shards).await;
    let mut model = Model {
        capacity,
        ..Model::default()
    };
    let mut claims: BTreeMap<u8, Claim> = BTreeMap::new();
    for (step, command) in commands.into_iter().enumerate() {
        let now_ms = world.clock.now_ms();
        model.forget_expired(now_ms);
        match command {
            Command::Hold { name, units } => {
                // A name is used anew once its hold is over: callers derive new ids.
                if model.holds.contains_key(&name) {
                    continue;
                }
                let wish = format!("{name} {step}");
                let mut outcome = world.hold(&wish, units).await;
                if matches!(outcome, Err(HoldError::SoldOut)) && units <= model.free() {
                    // Only a belief may refuse what is free, and only for its time.
                    world
                        .clock
                        .advance(SignedDuration::from_millis(BELIEF_MS))
                        .unwrap();
                    model.forget_expired(world.clock.now_ms());
                    outcome = world.hold(&wish, units).await;
                }
                match outcome {
                    Ok(claim) => {
                        assert!(units <= model.free(), "oversold at step {step}");
                        model
                            .holds
                            .insert(name, (units, world.clock.now_ms() + MINUTE_MS));
                        claims.insert(name, claim);
                    }
                    Err(HoldError::SoldOut) => {
                        assert!(units > model.free(), "undersold at step {step}")
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            Command::Commit { name } => {
                let Some(claim) = claims.get(&name) else {
                    continue;
                };
                match (world.quotas.commit(claim).await, model.holds.remove(&name)) {
                    (Ok(writes), Some((units, _))) => {
                        world.aws.transact(Transaction::from(writes)).await.unwrap();
                        model.committed += units;
                    }
                    (Err(CommitError::Gone), None) => {}
                    (outcome, expected) => panic!("{outcome:?}, expected {expected:?}"),
                }
            }
            Command::Release { name } => {
                let Some(claim) = claims.get(&name) else {
                    continue;
                };
                let writes = world.quotas.release(claim).await.unwrap();
                assert_eq!(model.holds.remove(&name).is_some(), !writes.is_empty());
                if !writes.is_empty() {
                    world.aws.transact(Transaction::from(writes)).await.unwrap();
                }
            }
            Command::Take { units } => {
                let name = format!("taken {step}");
                let mut outcome = world.take(&name, units).await;
                if matches!(outcome, Err(HoldError::SoldOut)) && units <= model.free() {
                    world
                        .clock
                        .advance(SignedDuration::from_millis(BELIEF_MS))
                        .unwrap();
                    model.forget_expired(world.clock.now_ms());
                    outcome = world.take(&name, units).await;
                }
                match outcome {
                    Ok(claim) => {
                        assert!(units <= model.free(), "oversold at step {step}");
                        assert_eq!(claim.units(), units);
                        model.committed += units;
                    }
                    Err(HoldError::SoldOut) => {
                        assert!(units > model.free(), "undersold at step {step}")
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            Command::GiveBack { units } => {
                let wanted = NonZeroU32::new(units).unwrap();
                match world.quotas.give_back(&quota(), wanted).await {
                    Ok(writes) => {
                        assert!(units <= model.committed);
                        world.aws.transact(Transaction::from(writes)).await.unwrap();
                        model.committed -= units;
                    }
                    Err(GiveBackError::TooMany { committed }) => {
                        assert_eq!(committed, model.committed);
                        assert!(units > committed);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            Command::Wait { ms } => world
                .clock
                .advance(SignedDuration::from_millis(ms))
                .unwrap(),
            Command::Sweep => {
                world.quotas.expire(&quota()).await.unwrap();
            }
            Command::Resize { capacity } => {
                let in_use = model.committed + model.held();
                match world.quotas.set_capacity(&quota(), capacity).await {
                    Ok(writes) => {
                        assert!(capacity >= in_use);
                        if !writes.is_empty() {
                            world.aws.transact(Transaction::from(writes)).await.unwrap();
                        }
                        model.capacity = capacity;
                    }
                    Err(CapacityError::InUse { in_use: said }) => {
                        assert_eq!(said, in_use);
                        assert!(capacity < in_use);
                    }
                    Err(error) => panic!("{error}"),
                }
            }
        }
        model.forget_expired(world.clock.now_ms());
        let expected = (model.capacity, model.committed, model.held(), model.free());
        assert_eq!(world.usage().await, expected, "at step {step}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn a_quota_behaves_like_its_model(
        shards in 1_u16..5,
        capacity in 0_u32..16,
        commands in prop::collection::vec(command(), 1..50),
    ) {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
            .block_on(agree(shards, capacity, commands));
    }
}
