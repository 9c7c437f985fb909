//! 100,000 plays over a bad network, with poison among them: every balance is exact.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use kernel::{Event, Id, kind};
use points::build;
use serde_json::{Value, json};
use testkit::World;

const PLAYS: usize = 100_000;
const MEMBERS: usize = 200;
const PLAYS_PER_MESSAGE: usize = 25;
const POISON: usize = 20;
const DAY: i64 = 86_400;
/// The founding rule: a point a minute, at most this many a day.
const DAILY_CAP: usize = 120;

/// A small generator of its own (SplitMix64), so that a failure can be played again by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % sides as u64).unwrap()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.roll(index + 1));
        }
    }
}

fn member(index: usize) -> Id<kind::Account> {
    Id::derive(&["plays", &index.to_string()])
}

fn message(account: Id<kind::Account>, number: usize, now: i64, plays: &[(i64, i64)]) -> String {
    let listens: Vec<[i64; 2]> = plays.iter().map(|(start, end)| [*start, *end]).collect();
    let event = Event::derived(
        "listening.listens_submitted",
        account.to_string(),
        number as u64,
        kernel::Timestamp::from_second(now).unwrap(),
        json!({ "account": account, "received_at": now, "listens": listens }),
    );
    serde_json::to_string(&event.unwrap()).unwrap()
}

/// The recount, from what was generated and not from what was stored: the minutes of each UTC day
/// in which something sounded, a point each, up to the cap.
fn expected(plays: &BTreeMap<usize, Vec<(i64, i64)>>) -> BTreeMap<usize, i64> {
    let mut balances = BTreeMap::new();
    for (member, plays) in plays {
        let mut days: BTreeMap<i64, BTreeSet<i64>> = BTreeMap::new();
        for (start, end) in plays {
            for minute in start.div_euclid(60)..=(end - 1).div_euclid(60) {
                days.entry(minute.div_euclid(1_440))
                    .or_default()
                    .insert(minute);
            }
        }
        let points = days.values().map(|minutes| minutes.len().min(DAILY_CAP));
        balances.insert(*member, i64::try_from(points.sum::<usize>()).unwrap());
    }
    balances
}

#[tokio::test]
async fn a_hundred_thousand_plays_give_exact_balances_and_poison_hurts_nobody() {
    let world = World::start().await;
    let worker = world.app("PointsWorker", build).await;
    let queue = world.engines.queue("ListensQueue").unwrap();
    let dead = world.engines.queue("ListensQueueDead").unwrap();
    let now = world.clock.now_seconds();
    let mut dice = Dice(20_261_122);

    let mut plays: BTreeMap<usize, Vec<(i64, i64)>> = BTreeMap::new();
    let mut messages = Vec::new();
    for number in 0..PLAYS / PLAYS_PER_MESSAGE {
        let member_index = dice.roll(MEMBERS);
        let mut batch = Vec::new();
        // A player reports half a day, up to thirteen days back; plays overlap and cross midnight.
        let evening = now - 600 - i64::try_from(dice.roll(12 * 86_400)).unwrap();
        for _ in 0..PLAYS_PER_MESSAGE {
            let start = evening - i64::try_from(dice.roll(12 * 3_600)).unwrap();
            let length = 30 + i64::try_from(dice.roll(570)).unwrap();
            batch.push((start, start + length));
        }
        let body = message(member(member_index), number, now, &batch);
        plays.entry(member_index).or_default().extend(batch);
        // A standard queue delivers at least once.
        for _ in 0..=dice.roll(5) {
            messages.push(body.clone());
        }
    }
    let poison: Vec<String> = (0..POISON)
        .map(|index| match index % 5 {
            0 => format!("{{\"no\": \"event {index}\"}}"),
            1 => format!("not even JSON {index}"),
            2 => format!("{{\"id\":\"evt_{index}"),
            3 => json!({ "id": Id::<kind::Event>::derive(&["poison", &index.to_string()]), "type": "listening.listens_submitted", "subject": "acct_x", "version": 1, "occurred_at": "2026-06-01T12:00:00Z", "data": { "account": "nobody", "received_at": now, "listens": [[index, "x"]] } }).to_string(),
            _ => json!({ "id": Id::<kind::Event>::derive(&["poison", &index.to_string()]), "type": "listening.unheard_of", "subject": "acct_x", "version": 1, "occurred_at": "2026-06-01T12:00:00Z", "data": { "n": index } }).to_string(),
        })
        .collect();
    messages.extend(poison.iter().cloned());
    dice.shuffle(&mut messages);
    for body in messages {
        queue.send(body).await.unwrap();
    }

    world.drain("ListensQueue", &worker).await;
    for _ in 0..2 {
        // A redrive sends the same bodies as new messages, with new ids.
        let moved = dead.redrive(&queue).await.unwrap();
        assert_eq!(moved, POISON);
        world.drain("ListensQueue", &worker).await;
    }

    assert_eq!(
        world.depth("ListensQueue").await,
        0,
        "nothing is left or lost on the way"
    );
    let mut left: Vec<String> = Vec::new();
    for message in dead_bodies(&dead).await {
        left.push(message);
    }
    left.sort();
    let mut poison = poison;
    poison.sort();
    assert_eq!(
        left, poison,
        "exactly the poison is in the dead-letter queue"
    );

    let api = world.app("PointsApi", build).await;
    let expected = expected(&plays);
    let mut total = 0;
    for (member_index, points) in &expected {
        let answer = api
            .caller(member(*member_index))
            .get("/v1/accounts/me/points")
            .await;
        let balance: Value = answer.json();
        assert_eq!(
            balance["available"],
            json!(points),
            "member {member_index}: {balance}"
        );
        assert_eq!(balance["pending"], json!(0));
        assert_eq!(balance["held"], json!(0));
        total += points;
    }
    assert!(total > 0);

    // The journal tells the same, however often its stream is read.
    let journal = world.app("PointsStream", build).await;
    world.pump("WalletsTable", &journal).await;
    world.pump("WalletsTable", &journal).await;
    for member_index in [0, 1, 2] {
        let sum = entries_of(&api.caller(member(member_index))).await;
        assert_eq!(sum, expected[&member_index], "member {member_index}");
    }
    // Twelve days later a replay of everything still changes nothing.
    let later = kernel::Timestamp::from_second(now + 12 * DAY).unwrap();
    world.clock.set(later).unwrap();
    let again = message(member(0), 1_000_000, now, &plays[&0]);
    world.send("ListensQueue", again).await;
    world.drain("ListensQueue", &worker).await;
    let answer = api.caller(member(0)).get("/v1/accounts/me/points").await;
    assert_eq!(answer.json()["available"], json!(expected[&0]));
}

async fn dead_bodies(dead: &engines::QueueHandle) -> Vec<String> {
    let mut bodies = Vec::new();
    loop {
        let hidden = Some(Duration::from_secs(3_600));
        let batch = dead.receive(10, Duration::ZERO, hidden).await.unwrap();
        if batch.is_empty() {
            return bodies;
        }
        bodies.extend(batch.into_iter().map(|message| message.body));
    }
}

async fn entries_of(member: &testkit::Client) -> i64 {
    let mut sum = 0;
    let mut path = "/v1/accounts/me/points/entries?limit=100".to_owned();
    loop {
        let page = member.get(&path).await.json();
        let entries = page["items"].as_array().unwrap();
        sum += entries
            .iter()
            .map(|entry| entry["points"].as_i64().unwrap())
            .sum::<i64>();
        match page["next_cursor"].as_str() {
            Some(cursor) => {
                path = format!("/v1/accounts/me/points/entries?limit=100&cursor={cursor}");
            }
            None => return sum,
        }
    }
}
