//! Everything that moves by itself between functions: queues, streams, schedules, notifies, time.
//!
//! Messages come in any order, some twice, some again after they failed; what fails five times is dead
//! until somebody sends it again. Streams keep their order and are told again from where they failed.

use std::{collections::VecDeque, time::Duration};

use engines::{QueueHandle, StreamReader};
use jiff::SignedDuration;
use platform::serve::Invocation;
use serde_json::{Value, json};
use testkit::App;

use crate::{
    Sabotage,
    dice::Dice,
    market::{Market, text},
};

/// How long a message that was taken stays hidden: longer than any world lasts.
const HELD: Duration = Duration::from_secs(43_200);
/// After so many failures a message is dead, as the template has it.
const MOST_FAILURES: u32 = 5;
/// After so many moves at one moment something goes round in circles.
const MOST_MOVES: usize = 20_000;
/// How many records of a stream a function gets at once.
const MOST_RECORDS: usize = 20;

/// Carries everything of one world.
pub(crate) struct Courier {
    posts: Vec<Post>,
    pumps: Vec<Pump>,
    sabotage: Option<Sabotage>,
    /// Whether the sabotage that happens once has happened.
    pub(crate) is_sabotaged: bool,
    /// The message that is delivered to nobody.
    unheard: Option<String>,
    /// How many messages were dead at some time.
    pub(crate) died: usize,
}

/// One queue and what was taken out of it.
struct Post {
    name: &'static str,
    handle: QueueHandle,
    worker: App,
    waiting: Vec<Letter>,
    dead: Vec<Letter>,
}

#[derive(Clone, Debug)]
struct Letter {
    message_id: String,
    body: String,
    /// What deletes it; nothing for one that was delivered before.
    receipt: Option<String>,
    failures: u32,
}

/// One stream and what is to be told of it.
struct Pump {
    table: &'static str,
    reader: StreamReader,
    publisher: App,
    pending: VecDeque<Value>,
}

impl Courier {
    pub(crate) fn new(market: &Market, sabotage: Option<Sabotage>) -> Self {
        let engines = &market.world.engines;
        let posts = [
            ("OrdersQueue", &market.orders.worker),
            ("PaymentsQueue", &market.payments.worker),
            ("EventsQueue", &market.events.worker),
        ];
        let pumps = [
            ("OrdersTable", &market.orders.stream),
            ("PaymentsTable", &market.payments.stream),
            ("EventsTable", &market.events.stream),
        ];
        Self {
            posts: posts
                .map(|(name, worker)| Post {
                    name,
                    handle: engines.queue(name).expect("the template has the queue"),
                    worker: worker.clone(),
                    waiting: Vec::new(),
                    dead: Vec::new(),
                })
                .into(),
            pumps: pumps
                .map(|(table, publisher)| Pump {
                    table,
                    reader: engines.stream(table).expect("the table has a stream"),
                    publisher: publisher.clone(),
                    pending: VecDeque::new(),
                })
                .into(),
            sabotage,
            is_sabotaged: false,
            unheard: None,
            died: 0,
        }
    }

    /// Lets one thing happen that nobody asked for. Answers what.
    pub(crate) async fn stir(&mut self, market: &Market, dice: &mut Dice) -> String {
        match dice.below(100) {
            0..30 => {
                let which = dice.below(self.posts.len());
                let most = 1 + dice.below(10);
                let delivered = self.deliver(which, most, dice).await;
                format!("{} delivers {delivered}", self.posts[which].name)
            }
            30..58 => {
                let which = dice.below(self.pumps.len());
                let most = 1 + dice.below(MOST_RECORDS);
                let told = self.pump(which, most, dice).await;
                format!("{} tells {told}", self.pumps[which].table)
            }
            58..66 => format!("orders are swept: {}", self.sweep_orders(market).await),
            66..74 => format!(
                "the provider is asked: {}",
                self.sweep_payments(market).await
            ),
            74..84 => {
                let made = market.world.deliver_notifies(&market.payments.api).await;
                format!("{made} notifies are delivered")
            }
            84..87 => {
                let lost = market.world.sandbox.due(market.world.clock.now()).len();
                format!("{lost} notifies are lost on the way")
            }
            _ => {
                let seconds = match dice.below(20) {
                    0..10 => dice.below(60),
                    10..17 => 60 + dice.below(300),
                    17..19 => 900 + dice.below(900),
                    _ if dice.chance(50) => 3_600 + dice.below(7_200),
                    _ => 12 * 3_600 + dice.below(36 * 3_600),
                };
                advance(market, i64::try_from(seconds).unwrap_or(0));
                format!("{seconds} s pass: {}", market.world.clock.now())
            }
        }
    }

    /// Sends all that is dead again, as somebody does who has mended what was wrong: under new ids.
    pub(crate) fn redrive(&mut self) {
        for post in &mut self.posts {
            for mut letter in post.dead.drain(..) {
                letter.message_id.push_str("-again");
                letter.failures = 0;
                post.waiting.push(letter);
            }
        }
    }

    /// Does all there is to do at this moment. Answers how much that was.
    pub(crate) async fn settle(&mut self, dice: &mut Dice) -> usize {
        let mut done = 0;
        loop {
            let mut moved = 0;
            for which in 0..self.pumps.len() {
                while let told @ 1.. = self.pump(which, MOST_RECORDS, dice).await {
                    moved += told;
                    if moved > MOST_MOVES {
                        break;
                    }
                }
            }
            for which in 0..self.posts.len() {
                while let delivered @ 1.. = self.deliver(which, 10, dice).await {
                    moved += delivered;
                }
            }
            done += moved;
            if moved == 0 || done > MOST_MOVES {
                return done;
            }
        }
    }

    /// One more turn of the world's clockwork, after `seconds` have passed.
    pub(crate) async fn turn(&mut self, market: &Market, seconds: i64, dice: &mut Dice) -> usize {
        advance(market, seconds);
        market.world.deliver_notifies(&market.payments.api).await;
        self.sweep_orders(market).await;
        self.sweep_payments(market).await;
        self.settle(dice).await
    }

    /// The names of the queues in which something is dead, with how much.
    pub(crate) fn dead(&self) -> Vec<(&'static str, String)> {
        let posts = self.posts.iter();
        posts
            .flat_map(|post| {
                post.dead
                    .iter()
                    .map(|letter| (post.name, letter.body.clone()))
            })
            .collect()
    }

    pub(crate) async fn sweep_orders(&self, market: &Market) -> bool {
        if self.sabotage == Some(Sabotage::NoSweeper) {
            return true;
        }
        run(&market.orders_sweeper, "end-orders").await
    }

    pub(crate) async fn sweep_payments(&self, market: &Market) -> bool {
        run(&market.payments_sweeper, "ask-provider").await
    }

    /// Delivers up to `most` messages of a queue.
    async fn deliver(&mut self, which: usize, most: usize, dice: &mut Dice) -> usize {
        let post = &mut self.posts[which];
        post.collect().await;
        if self.sabotage == Some(Sabotage::DeafToCaptures) {
            // A stream may tell an event twice: whoever is deaf to it hears neither.
            let captured = |letter: &&Letter| letter.body.contains("\"payment.captured\"");
            let first = post
                .waiting
                .iter()
                .find(captured)
                .map(|letter| letter.body.clone());
            self.unheard = self.unheard.take().or(first);
            post.waiting
                .retain(|letter| Some(&letter.body) != self.unheard.as_ref());
            self.is_sabotaged = self.unheard.is_some();
        }
        dice.shuffle(&mut post.waiting);
        let left = post.waiting.len().saturating_sub(most);
        let batch = post.waiting.split_off(left);
        if batch.is_empty() {
            return 0;
        }
        let records: Vec<_> = batch
            .iter()
            .map(|letter| letter.record(&post.handle))
            .collect();
        let failed = post.worker.deliver(&json!({ "Records": records })).await;
        let delivered = batch.len();
        for mut letter in batch {
            if failed.contains(&letter.message_id) {
                letter.failures += 1;
                if letter.failures < MOST_FAILURES {
                    post.waiting.push(letter);
                } else {
                    self.died += 1;
                    post.dead.push(letter);
                }
                continue;
            }
            if let Some(receipt) = letter.receipt.take() {
                post.handle.delete(&receipt).await.expect("it is deleted");
                if dice.chance(10) {
                    post.waiting.push(letter);
                }
            }
        }
        delivered
    }

    /// Tells up to `most` records of a stream.
    async fn pump(&mut self, which: usize, most: usize, dice: &mut Dice) -> usize {
        let pump = &mut self.pumps[which];
        loop {
            let records = pump.reader.next(100).expect("the stream is read");
            if records.is_empty() {
                break;
            }
            pump.pending.extend(records);
        }
        if self.sabotage == Some(Sabotage::DropRecord)
            && !self.is_sabotaged
            && pump.table == "OrdersTable"
        {
            let tells = |record: &Value| {
                record["dynamodb"]["NewImage"]
                    .to_string()
                    .contains(r#"{"S":"due"}"#)
            };
            if let Some(lost) = pump.pending.iter().position(tells) {
                pump.pending.remove(lost);
                self.is_sabotaged = true;
            }
        }
        let batch: Vec<_> = pump.pending.iter().take(most).cloned().collect();
        if batch.is_empty() {
            return 0;
        }
        let event = json!({ "Records": batch });
        let failed = pump.publisher.deliver(&event).await;
        let told = failed.first().map_or(batch.len(), |failed| {
            let numbers = batch
                .iter()
                .map(|record| text(&record["dynamodb"]["SequenceNumber"]));
            numbers.take_while(|number| number != failed).count()
        });
        pump.pending.drain(..told);
        if dice.chance(10) {
            // Lambda may tell a batch twice; what fails of it this time was told before.
            pump.publisher.deliver(&event).await;
        }
        told.max(usize::from(!failed.is_empty()))
    }
}

impl Post {
    async fn collect(&mut self) {
        let mut taken = Vec::new();
        loop {
            let received = self.handle.receive(10, Duration::ZERO, Some(HELD)).await;
            let received = received.expect("messages are received");
            if received.is_empty() {
                break;
            }
            taken.extend(received);
        }
        // The queue gives them in an order of its own, which no seed knows.
        taken.sort_by_cached_key(|message| {
            let body: Value = serde_json::from_str(&message.body).unwrap_or_default();
            ["type", "subject", "id"].map(|member| text(&body[member]))
        });
        self.waiting.extend(taken.into_iter().map(|message| Letter {
            message_id: message.message_id,
            body: message.body,
            receipt: Some(message.receipt_handle),
            failures: 0,
        }));
    }
}

impl Letter {
    fn record(&self, queue: &QueueHandle) -> Value {
        json!({
            "messageId": self.message_id,
            "receiptHandle": "held",
            "body": self.body,
            "attributes": {},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": queue.arn(),
            "awsRegion": engines::REGION,
        })
    }
}

fn advance(market: &Market, seconds: i64) {
    let passed = market
        .world
        .clock
        .advance(SignedDuration::from_secs(seconds));
    passed.expect("the world's clock stands still by itself");
}

async fn run(sweeper: &App, schedule: &str) -> bool {
    let event = json!({ "schedule": schedule }).to_string();
    sweeper
        .function()
        .invoke(&event, &Invocation::default())
        .await
        .is_ok()
}
