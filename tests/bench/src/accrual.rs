//! What a play costs on its way to points.
//!
//! Members who already have points listen for two hours a day; their players report it in messages
//! of 30 plays, each batch holding messages of ten members (the dearest way: nothing of one member
//! can be put together). A second delivery of everything is the replay; the first hours of new
//! members, whose wallets enter the index of due times, are counted apart.

use std::sync::Arc;

use engines::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
use kernel::{Event, Id, kind};
use platform::{Aws, Environment};
use serde_json::{Value, json};
use testkit::{App, World};

use crate::meter::{Consumed, Meter};

const MEMBERS: usize = 200;
const DAYS: i64 = 5;
const PLAYS_PER_MESSAGE: usize = 30;
const PLAY_SECONDS: i64 = 240;
const MESSAGES_PER_BATCH: usize = 10;

/// Runs the bench and gives its figures.
pub(crate) async fn run() -> Value {
    let mut world = World::start().await;
    let meter = Meter::new(world.engines.clone());
    let environment: Environment = [
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCESS_KEY_ID),
        ("AWS_SECRET_ACCESS_KEY", SECRET_ACCESS_KEY),
    ]
    .into_iter()
    .collect();
    world.aws = Aws::over(&environment, Arc::new(meter.clone())).expect("credentials are set");
    let worker = world.app("PointsWorker", points::build).await;
    let journal = world.app("PointsStream", points::build).await;
    let members: Vec<Id<kind::Account>> = (0..MEMBERS)
        .map(|index| Id::derive(&["bench", &index.to_string()]))
        .collect();
    let now = world.clock.now_seconds();
    let messages = |days_ago: i64| -> Vec<String> {
        members
            .iter()
            .map(|member| message(*member, now, now - days_ago * 86_400 - 7_200))
            .collect()
    };

    meter.take();
    deliver(&worker, &messages(DAYS)).await;
    let first = meter.take();
    let steady: Vec<String> = (0..DAYS).flat_map(messages).collect();
    deliver(&worker, &steady).await;
    let spent = meter.take();
    deliver(&worker, &steady).await;
    let replay = meter.take();
    let changes = world.pump("WalletsTable", &journal).await;
    let entries = meter.take();

    let plays = steady.len() * PLAYS_PER_MESSAGE;
    let first_plays = members.len() * PLAYS_PER_MESSAGE;
    json!({
        "plays": plays,
        "plays_per_message": PLAYS_PER_MESSAGE,
        "write_units_per_1000_plays": writes(spent, plays),
        "read_units_per_1000_plays": reads(spent, plays),
        "replay_write_units": half(replay.half_write_units),
        "replay_read_units_per_1000_plays": reads(replay, plays),
        "first_message_write_units_per_1000_plays": writes(first, first_plays),
        "journal_write_units_per_1000_plays":
            writes(entries, plays + first_plays),
        "journal_changes": changes,
        "goal_write_units_per_1000_plays": 34,
        "goal_read_units_per_1000_plays": 34,
    })
}

async fn deliver(worker: &App, bodies: &[String]) {
    for batch in bodies.chunks(MESSAGES_PER_BATCH) {
        let records: Vec<Value> = batch
            .iter()
            .enumerate()
            .map(|(index, body)| {
                json!({ "messageId": index.to_string(), "body": body, "eventSource": "aws:sqs" })
            })
            .collect();
        let failed = worker.deliver(&json!({ "Records": records })).await;
        assert!(failed.is_empty(), "messages were not done: {failed:?}");
    }
}

fn message(member: Id<kind::Account>, received_at: i64, first_start: i64) -> String {
    let plays = i64::try_from(PLAYS_PER_MESSAGE).unwrap_or(i64::MAX);
    let listens: Vec<[i64; 2]> = (0..plays)
        .map(|index| first_start + index * PLAY_SECONDS)
        .map(|start| [start, start + PLAY_SECONDS])
        .collect();
    let event = Event::derived(
        "listening.listens_submitted",
        member.to_string(),
        first_start.unsigned_abs(),
        kernel::Timestamp::UNIX_EPOCH,
        json!({ "account": member, "received_at": received_at, "listens": listens }),
    );
    let event = event.expect("the event is JSON");
    serde_json::to_string(&event).expect("the event is JSON")
}

fn writes(consumed: Consumed, plays: usize) -> f64 {
    per_thousand(consumed.half_write_units, plays)
}

fn reads(consumed: Consumed, plays: usize) -> f64 {
    per_thousand(consumed.half_read_units, plays)
}

fn per_thousand(half_units: u64, plays: usize) -> f64 {
    (half(half_units) * 1_000.0 / plays as f64 * 100.0).round() / 100.0
}

fn half(half_units: u64) -> f64 {
    half_units as f64 / 2.0
}
