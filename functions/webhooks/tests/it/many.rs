//! 10,000 events to 20 endpoints, of which one is dead, one slow and one flapping, in virtual time.
//!
//! Each endpoint belongs to an owner of its own, so that every event is one delivery: the engines in
//! memory do a few thousand calls a second, and what is to be seen here is how lanes get along. Time
//! passes in ticks. In each the events of the tick are taken in, the stream tells of lanes, and those
//! are run by a few workers. A worker has a clock of its own, which goes on while it waits for a slow
//! endpoint; until everybody else's has caught up, the worker is busy, and so is its lane.

use std::collections::{BTreeMap, VecDeque};

use jiff::SignedDuration;
use kernel::{Clock, Event, Timestamp};
use serde_json::json;
use testkit::App;

use crate::{
    house::{House, event, lane_due},
    receivers::Reply,
};

const ENDPOINTS: usize = 20;
const EVENTS: usize = 10_000;
/// In a tick of a second, while events come.
const EVENTS_A_TICK: usize = 200;
/// So many that follow each other are for the same endpoint.
const BURST: usize = 5;
/// Fewer than there are lanes: one that is held up would be felt.
const WORKERS: usize = 6;

const DEAD: usize = 0;
const SLOW: usize = 1;
const FLAPPING: usize = 2;
/// The first of those that are well.
const WELL: usize = 3;

struct Worker {
    clock: Clock,
    sender: App,
    busy_until: Timestamp,
}

struct Platform {
    house: House,
    endpoints: Vec<String>,
    workers: Vec<Worker>,
    /// Lanes that are to be run, as their queue has them.
    messages: VecDeque<String>,
    lane_busy_until: BTreeMap<String, Timestamp>,
}

/// For which endpoint an event is.
fn endpoint_of(number: usize) -> usize {
    number / BURST % ENDPOINTS
}

fn owner(endpoint: usize) -> String {
    format!("owner-{endpoint}")
}

fn host(endpoint: usize) -> String {
    format!("h{endpoint}.example.com")
}

impl Platform {
    async fn open() -> Self {
        let house = House::open().await;
        let mut endpoints = Vec::new();
        for endpoint in 0..ENDPOINTS {
            let id = house
                .register(&owner(endpoint), &host(endpoint), json!({}))
                .await;
            endpoints.push(id);
            house.receivers.always(&host(endpoint), Reply::Slow(50));
        }
        let began = house.world.clock.now();
        house.receivers.always(&host(DEAD), Reply::Status(503));
        house.receivers.always(&host(SLOW), Reply::Slow(14_000));
        house.receivers.serve(&host(FLAPPING), move |received| {
            let second = received.at.duration_since(began).as_secs();
            Reply::Status(if second % 90 < 40 { 500 } else { 200 })
        });
        let mut workers = Vec::new();
        for _ in 0..WORKERS {
            workers.push(worker(&house).await);
        }
        Self {
            house,
            endpoints,
            workers,
            messages: VecDeque::new(),
            lane_busy_until: BTreeMap::new(),
        }
    }

    fn now(&self) -> Timestamp {
        self.house.world.clock.now()
    }

    /// Lets time pass and happen what happens in it.
    async fn tick(&mut self, time: SignedDuration, events: &[Event]) {
        self.house.world.clock.advance(time).unwrap();
        self.house.hand_in(events).await;
        if self.now().as_second() % 60 == 0 {
            self.house.sweep().await;
        }
        // What was disabled is told by the stream to the intake, hence once more.
        for _ in 0..2 {
            self.house.take_in().await;
            self.house.stream().await;
        }
        loop {
            for message in self.house.world.messages("DeliveriesQueue").await {
                let endpoint = message["subject"].as_str().unwrap().to_owned();
                if !self.messages.contains(&endpoint) {
                    self.messages.push_back(endpoint);
                }
            }
            if !self.run_lanes().await {
                return;
            }
            self.house.stream().await;
        }
    }

    /// Gives the lanes that wait to the workers that are free, all at once; whether any was.
    async fn run_lanes(&mut self) -> bool {
        let now = self.now();
        let is_free = |busy_until: Option<&Timestamp>| busy_until.is_none_or(|until| *until <= now);
        let mut free = self
            .workers
            .iter_mut()
            .filter(|worker| worker.busy_until <= now);
        let (ready, busy): (VecDeque<_>, VecDeque<_>) = self
            .messages
            .drain(..)
            .partition(|endpoint| is_free(self.lane_busy_until.get(endpoint)));
        self.messages = busy;
        let mut runs = Vec::new();
        for endpoint in ready {
            let Some(worker) = free.next() else {
                self.messages.push_back(endpoint);
                continue;
            };
            worker.clock.set(now).unwrap();
            let (sender, due) = (worker.sender.clone(), lane_due(&endpoint));
            let run = tokio::spawn(async move { sender.deliver(&due).await });
            runs.push((worker, endpoint, run));
        }
        let any = !runs.is_empty();
        for (worker, endpoint, run) in runs {
            assert!(run.await.unwrap().is_empty());
            worker.busy_until = worker.clock.now();
            let took = worker.busy_until.duration_since(now);
            assert!(took <= SignedDuration::from_secs(45), "{took}");
            self.lane_busy_until.insert(endpoint, worker.busy_until);
        }
        any
    }

    async fn states(&self, endpoint: usize) -> BTreeMap<String, usize> {
        let states = self
            .house
            .states(&owner(endpoint), &self.endpoints[endpoint])
            .await;
        let mut counts = BTreeMap::new();
        for state in states {
            *counts.entry(state).or_default() += 1;
        }
        counts
    }
}

async fn worker(house: &House) -> Worker {
    let clock = Clock::manual(house.world.clock.now());
    let outbound = house.receivers.seen_by(clock.clone()).outbound();
    let aws = house.world.aws.clone().with_public_outbound(outbound);
    let environment = house.world.environment("WebhooksSender");
    let given = clock.clone();
    let sender = house
        .world
        .app("WebhooksSender", |_, _, _| {
            webhooks::build(environment, aws, given)
        })
        .await;
    Worker {
        busy_until: clock.now(),
        clock,
        sender,
    }
}

/// How long each event took to its endpoint, by endpoint; each was to come once.
fn delays(platform: &Platform, told: &BTreeMap<String, Timestamp>, endpoint: usize) -> Vec<i64> {
    let received = platform.house.receivers.at(&host(endpoint));
    let delays = received
        .iter()
        .map(|one| one.at.duration_since(told[one.id()]));
    let mut delays: Vec<_> = delays.map(|delay| delay.as_millis() as i64).collect();
    delays.sort_unstable();
    delays
}

fn all(state: &str) -> BTreeMap<String, usize> {
    [(state.to_owned(), EVENTS / ENDPOINTS)].into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_is_lost_and_nobody_is_held_up_by_others() {
    let mut platform = Platform::open().await;
    let second = SignedDuration::from_secs(1);
    let events: Vec<_> = (0..EVENTS)
        .map(|number| {
            let subject = format!("ord_{number}");
            event(&owner(endpoint_of(number)), "order.paid", &subject, 1)
        })
        .collect();
    let mut told = BTreeMap::new();
    for events in events.chunks(EVENTS_A_TICK) {
        let at = platform.now() + second;
        told.extend(events.iter().map(|event| (event.id.to_string(), at)));
        platform.tick(second, events).await;
    }
    // Up to a full minute, since the sweeper comes then.
    while platform.now().as_second() % 60 != 0 {
        platform.tick(second, &[]).await;
    }

    // Those that are well have everything, each event once, and nobody waited for the others.
    for endpoint in WELL..ENDPOINTS {
        let delays = delays(&platform, &told, endpoint);
        assert_eq!(delays.len(), EVENTS / ENDPOINTS, "{endpoint}");
        assert!(delays.last() < Some(&5_000), "{endpoint}: {delays:?}");
        assert_eq!(platform.states(endpoint).await, all("delivered"));
    }
    // The dead one was sent a few, not its queue.
    let knocks = platform.house.receivers.at(&host(DEAD)).len();
    assert!(knocks < 30, "{knocks}");

    // The slow one gets everything at its own pace, the flapping one as it comes round.
    let mut hours = 0;
    while platform.states(FLAPPING).await != all("delivered") {
        for _ in 0..60 {
            platform.tick(SignedDuration::from_mins(1), &[]).await;
        }
        hours += 1;
        assert!(hours < 72, "{:?}", platform.states(FLAPPING).await);
    }
    assert_eq!(platform.states(SLOW).await, all("delivered"));
    assert_eq!(
        platform.house.receivers.at(&host(SLOW)).len(),
        EVENTS / ENDPOINTS
    );

    // The dead one is found to be dead, and everything for it is kept.
    for _ in 0..100 * 6 {
        platform.tick(SignedDuration::from_mins(10), &[]).await;
    }
    let (id, name) = (platform.endpoints[DEAD].clone(), owner(DEAD));
    let endpoint = platform.house.endpoint(&name, &id).await;
    assert_eq!(endpoint["disabled_because"], "exhausted");
    let states = platform.states(DEAD).await;
    assert!(states["exhausted"] >= 1, "{states:?}");
    assert_eq!(states.values().sum::<usize>(), EVENTS / ENDPOINTS);
    assert_eq!(states["exhausted"] + states["parked"], EVENTS / ENDPOINTS);

    // It is mended: one is replayed, all others are recovered.
    platform
        .house
        .receivers
        .always(&host(DEAD), Reply::Slow(50));
    platform.house.act(&name, &id, "enable").await;
    let deliveries = platform.house.deliveries(&name, &id).await;
    let exhausted = deliveries.iter().find(|one| one["state"] == "exhausted");
    let replayed = platform.house.replay(&name, exhausted.unwrap()).await;
    assert_eq!(replayed.status, 202);
    let mut cursor = String::new();
    let mut recovered = 0;
    loop {
        let action = format!("recover?since=2026-06-01T00:00:00Z&limit=100{cursor}");
        let answer = platform.house.act(&name, &id, &action).await.json();
        recovered += answer["recovered"].as_u64().unwrap();
        match answer["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(recovered, 499);
    platform.tick(second, &[]).await;
    platform.tick(second, &[]).await;
    for endpoint in 0..ENDPOINTS {
        assert_eq!(
            platform.states(endpoint).await,
            all("delivered"),
            "{endpoint}"
        );
        assert_eq!(
            platform.house.places(&platform.endpoints[endpoint]).await,
            0
        );
    }
    // Every event has reached its endpoint, and no endpoint got one that is not its own.
    let received = platform.house.receivers.all();
    let reached: BTreeMap<_, _> = received.iter().map(|one| (one.id(), &one.host)).collect();
    assert_eq!(reached.len(), EVENTS);
    for (number, event) in events.iter().enumerate() {
        assert_eq!(
            reached[event.id.to_string().as_str()],
            &host(endpoint_of(number))
        );
    }
}
