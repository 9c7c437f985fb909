//! A world with the webhooks in it, and everything that moves them: stream, queues, sweeper, time.

use engines::StreamReader;
use jiff::SignedDuration;
use kernel::{Event, Id, kind};
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};

use crate::receivers::Receivers;

/// What owners come to know of them.
pub(crate) struct House {
    pub(crate) world: World,
    pub(crate) receivers: Receivers,
    pub(crate) api: App,
    pub(crate) worker: App,
    pub(crate) sender: App,
    stream: App,
    sweeper: App,
    changes: StreamReader,
}

impl House {
    pub(crate) async fn open() -> Self {
        let mut world = World::start().await;
        let receivers = Receivers::new(world.clock.clone());
        world.aws = world.aws.with_public_outbound(receivers.outbound());
        let changes = world.engines.stream("WebhooksTable").unwrap();
        Self {
            api: world.app("WebhooksApi", webhooks::build).await,
            worker: world.app("WebhooksWorker", webhooks::build).await,
            sender: world.app("WebhooksSender", webhooks::build).await,
            stream: world.app("WebhooksStream", webhooks::build).await,
            sweeper: world.app("WebhooksSweeper", webhooks::build).await,
            receivers,
            changes,
            world,
        }
    }

    /// Somebody who manages an organization.
    pub(crate) fn manager(&self, name: &str) -> Client {
        let account = Id::derive(&["manager", name]);
        self.api
            .member(account, organization(name), &["organization"])
    }

    /// Registers an endpoint of an organization at `https://<host>/hook`, with more fields.
    pub(crate) async fn register(&self, owner: &str, host: &str, more: Value) -> String {
        self.register_whole(owner, host, more).await["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// The same; all that is answered.
    pub(crate) async fn register_whole(&self, owner: &str, host: &str, more: Value) -> Value {
        let mut body = json!({ "url": format!("https://{host}/hook") });
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        let answer = self
            .manager(owner)
            .post("/v1/webhook-endpoints", body)
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// Puts an event into the intake's queue; nobody has seen it yet.
    pub(crate) async fn put(&self, event: &Event) {
        let body = serde_json::to_string(event).unwrap();
        self.world.send("WebhooksQueue", body).await;
    }

    /// Takes in what is in the intake's queue.
    pub(crate) async fn take_in(&self) {
        self.world.drain("WebhooksQueue", &self.worker).await;
    }

    /// Tells an event and lets everything happen that happens at once.
    pub(crate) async fn tell(&mut self, event: &Event) {
        self.put(event).await;
        self.settle().await;
    }

    /// Hands on what the table's stream has to tell.
    pub(crate) async fn stream(&mut self) -> usize {
        let mut told = 0;
        loop {
            let records = self.changes.next(100).unwrap();
            if records.is_empty() {
                return told;
            }
            told += records.len();
            let failed = self.stream.deliver(&json!({ "Records": records })).await;
            assert!(failed.is_empty());
        }
    }

    /// Lets everything happen that happens without time passing.
    pub(crate) async fn settle(&mut self) {
        loop {
            let taken_in = self.world.drain("WebhooksQueue", &self.worker).await;
            let told = self.stream().await;
            let run = self.world.drain("DeliveriesQueue", &self.sender).await;
            if taken_in + told + run == 0 {
                return;
            }
        }
    }

    /// Lets so many minutes pass, with the sweeper in each.
    pub(crate) async fn pass_minutes(&mut self, minutes: u32) {
        for _ in 0..minutes {
            self.pass(SignedDuration::from_mins(1)).await;
        }
    }

    /// Lets time pass at once, then the sweeper come.
    pub(crate) async fn pass(&mut self, time: SignedDuration) {
        self.world.clock.advance(time).unwrap();
        self.sweep().await;
        self.settle().await;
    }

    /// Lets the sweeper come.
    pub(crate) async fn sweep(&self) {
        self.world.run_schedule(&self.sweeper, "wake-lanes").await;
    }

    /// An endpoint as its owner sees it.
    pub(crate) async fn endpoint(&self, owner: &str, id: &str) -> Value {
        let path = format!("/v1/webhook-endpoints/{id}");
        let answer = self.manager(owner).get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// Does something with an endpoint.
    pub(crate) async fn act(&self, owner: &str, id: &str, action: &str) -> Answer {
        let path = format!("/v1/webhook-endpoints/{id}/{action}");
        self.manager(owner).post(&path, json!({})).await
    }

    /// All deliveries to an endpoint, oldest first.
    pub(crate) async fn deliveries(&self, owner: &str, id: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/v1/webhook-endpoints/{id}/deliveries?limit=100{cursor}");
            let page = self.manager(owner).get(&path).await.json();
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        all.reverse();
        all
    }

    /// The states of all deliveries to an endpoint, oldest first.
    pub(crate) async fn states(&self, owner: &str, id: &str) -> Vec<String> {
        let deliveries = self.deliveries(owner, id).await;
        let states = deliveries.iter().map(|one| one["state"].as_str().unwrap());
        states.map(str::to_owned).collect()
    }

    /// The deliveries to an endpoint that are about a subject, oldest first.
    pub(crate) async fn about(&self, owner: &str, id: &str, subject: &str) -> Vec<Value> {
        let mut deliveries = self.deliveries(owner, id).await;
        deliveries.retain(|one| one["subject"] == subject);
        deliveries.sort_by_key(|one| one["sequence"].as_u64());
        deliveries
    }

    /// Takes events in as batches of the queue, without putting them into it; several at once.
    pub(crate) async fn hand_in(&self, events: &[Event]) {
        let batches = events.chunks(10).map(|events| {
            let records = events.iter().map(|event| {
                let body = serde_json::to_string(event).unwrap();
                json!({ "messageId": event.id, "body": body, "eventSource": "aws:sqs" })
            });
            let batch = json!({ "Records": records.collect::<Vec<_>>() });
            let worker = self.worker.clone();
            tokio::spawn(async move { worker.deliver(&batch).await })
        });
        for failed in futures_util::future::join_all(batches).await {
            assert!(failed.unwrap().is_empty());
        }
    }

    /// Sends a delivery again.
    pub(crate) async fn replay(&self, owner: &str, delivery: &Value) -> Answer {
        let id = delivery["id"].as_str().unwrap();
        let path = format!("/v1/webhook-deliveries/{id}/replay");
        self.manager(owner).post(&path, json!({})).await
    }

    /// A delivery with its attempts.
    pub(crate) async fn delivery(&self, owner: &str, id: &str) -> Value {
        let path = format!("/v1/webhook-deliveries/{id}");
        let answer = self.manager(owner).get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// How many rows are left on the lane to an endpoint, but for the lane itself and its marks.
    pub(crate) async fn places(&self, endpoint: &str) -> usize {
        let query = platform::table::Query::new("pk = :pk").bind(":pk", format!("LANE#{endpoint}"));
        let rows = self
            .world
            .table("WebhooksTable")
            .query(query)
            .await
            .unwrap();
        let sort_keys = rows.items.iter().map(|row| row.text("sk").unwrap());
        sort_keys
            .filter(|sk| sk.starts_with("WAITING#") || sk.starts_with("SUBJECT#"))
            .count()
    }
}

pub(crate) fn organization(name: &str) -> Id<kind::Organization> {
    Id::derive(&["organization", name])
}

/// An event of an order of an organization.
pub(crate) fn event(owner: &str, kind: &str, subject: &str, version: u64) -> Event {
    let at = "2026-06-01T11:59:59Z".parse().unwrap();
    let audience = [organization(owner).to_string()];
    let payload = json!({ "order": subject });
    Event::for_webhooks(kind, subject, version, at, &audience, payload).unwrap()
}

/// An order that was paid.
pub(crate) fn paid(owner: &str, order: &str) -> Event {
    event(owner, "order.paid", order, 1)
}

/// A lane that is to be run, as its queue delivers it.
pub(crate) fn lane_due(endpoint: &str) -> Value {
    let at = kernel::Timestamp::UNIX_EPOCH;
    let event = Event::derived("lane.due", endpoint, 0, at, json!({})).unwrap();
    let body = serde_json::to_string(&event).unwrap();
    json!({ "Records": [{ "messageId": "m1", "body": body, "eventSource": "aws:sqs" }] })
}
