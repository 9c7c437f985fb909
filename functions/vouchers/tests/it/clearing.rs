//! The clearing: whatever is told in whatever order and however often, and whatever replies get
//! lost, everything is entered once.

use std::{
    collections::BTreeMap,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use jiff::SignedDuration;
use platform::{
    Aws,
    transport::{Transport, TransportError},
};
use proptest::prelude::*;
use serde_json::{Value, json};
use testkit::App;

use crate::books::{Books, Exchanged, Told, minor, tell};

/// Services of which every so manieth reply to a transaction is lost, after it was done.
struct Forgetful<T> {
    services: T,
    transactions: AtomicUsize,
    every: usize,
}

type Carried = Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send>>;

impl<T: Transport> Transport for Forgetful<T> {
    fn call(&self, request: http::Request<Bytes>) -> Carried {
        let target = request.headers().get("x-amz-target");
        let target = target.and_then(|target| target.to_str().ok());
        let transacts = target.is_some_and(|target| target.ends_with(".TransactWriteItems"));
        let answer = self.services.call(request);
        if !transacts {
            return answer;
        }
        let number = self.transactions.fetch_add(1, Ordering::SeqCst) + 1;
        let loses = number.is_multiple_of(self.every);
        Box::pin(async move {
            let answer = answer.await;
            if loses {
                return Err(TransportError::Other("the reply is lost".to_owned()));
            }
            answer
        })
    }
}

/// A worker of these books that does not get every so manieth reply.
async fn forgetful(books: &mut Books, every: usize) -> App {
    let environment = books.shop.world.environment("VouchersWorker");
    let services = Forgetful {
        services: books.shop.world.engines.clone(),
        transactions: AtomicUsize::new(0),
        every,
    };
    let healthy = books.shop.world.aws.clone();
    books.shop.world.aws = Aws::over(&environment, Arc::new(services)).unwrap();
    let worker = books
        .shop
        .world
        .app("VouchersWorker", vouchers::build)
        .await;
    books.shop.world.aws = healthy;
    worker
}

/// What one run enters.
#[derive(Clone, Debug)]
struct Plan {
    exchanges: Vec<Exchanged>,
    /// Fen that the partner paid, or was paid.
    payments: Vec<i64>,
    /// How often each thing is told, and where its tellings come.
    tellings: Vec<(usize, Vec<u16>)>,
    /// How large the batches are, and how many hours go by before each.
    batches: Vec<(usize, i64)>,
    /// The reply to every so manieth transaction is lost.
    every: usize,
}

fn plan() -> impl Strategy<Value = Plan> {
    let exchange = (any::<bool>(), any::<bool>(), 1u32..4, 0i64..500, 0u8..6);
    let exchanges = prop::collection::vec(exchange, 1..24).prop_map(|exchanges| {
        let mut all = Vec::new();
        for (place, (inbound, is_reversed, quantity, price, sandbox)) in
            exchanges.into_iter().enumerate()
        {
            let name = format!("T-{place}");
            let exchange = Exchanged {
                sandbox: sandbox == 0,
                ..if inbound {
                    Exchanged::tickets(&name, quantity, price)
                } else {
                    Exchanged::voucher(&name, price)
                }
            };
            if is_reversed {
                all.push(exchange.reversed());
            }
            all.push(exchange);
        }
        all
    });
    let payments = prop::collection::vec((1i64..900, any::<bool>()), 0..5).prop_map(|payments| {
        let payments = payments.into_iter();
        payments
            .map(|(amount, received)| if received { amount } else { -amount })
            .collect()
    });
    let tellings = prop::collection::vec((1usize..4, prop::collection::vec(any::<u16>(), 3)), 60);
    let batches = prop::collection::vec((1usize..11, 0i64..200), 1..8);
    (exchanges, payments, tellings, batches, 2usize..5).prop_map(
        |(exchanges, payments, tellings, batches, every)| Plan {
            exchanges,
            payments,
            tellings,
            batches,
            every,
        },
    )
}

/// Every telling of everything, each at its place.
fn shuffled(told: &[Told], tellings: &[(usize, Vec<u16>)]) -> Vec<Told> {
    let mut all = Vec::new();
    for (told, (times, places)) in told.iter().zip(tellings) {
        all.extend(
            places
                .iter()
                .take(*times)
                .map(|place| (*place, told.clone())),
        );
    }
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, told)| told).collect()
}

/// Tells of everything until nothing comes back.
async fn tell_all(books: &Books, worker: &App, plan: &Plan, mut queue: Vec<Told>) {
    let mut batches = plan.batches.iter().cycle();
    while !queue.is_empty() {
        let (size, hours) = batches.next().unwrap();
        let clock = &books.shop.world.clock;
        clock.advance(SignedDuration::from_hours(*hours)).unwrap();
        let batch: Vec<_> = queue.drain(..queue.len().min(*size)).collect();
        for place in tell(worker, &batch).await {
            queue.push(batch[place].clone());
        }
    }
}

/// The statements of every month from the beginning of the world on.
async fn statements(books: &Books, sandbox: bool) -> Vec<Value> {
    let today = books.shop.world.clock.now().to_string();
    let months = (2026..).flat_map(|year| (1..=12).map(move |month| format!("{year}-{month:02}")));
    let mut statements = Vec::new();
    for month in months.take_while(|month| month.as_str() <= &today[..7]) {
        statements.push(books.whole_statement(&month, sandbox).await);
    }
    statements
}

/// Checks that the statements hold each of `entered`, by id with its effect, once, and fit each
/// other and their lines.
fn check(statements: &[Value], entered: &BTreeMap<String, i64>) {
    let (mut balance, mut sequence) = (0, 0);
    let mut seen = BTreeMap::new();
    for statement in statements {
        assert_eq!(minor(&statement["opening"]), balance);
        let mut by_sum = BTreeMap::<(String, String), i64>::new();
        for line in statement["lines"]["items"].as_array().unwrap() {
            sequence += 1;
            assert_eq!(line["line"], sequence);
            let change = minor(&line["balance_change"]);
            balance += change;
            assert_eq!(minor(&line["balance_after"]), balance);
            let id = line["id"].as_str().unwrap().to_owned();
            assert_eq!(seen.insert(id, change), None, "{line}");
            let of_month = &line["posted_at"].as_str().unwrap()[..7];
            assert_eq!(of_month, statement["month"].as_str().unwrap());
            let key = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            *by_sum.entry((key("direction"), key("item"))).or_default() += change;
        }
        assert_eq!(minor(&statement["closing"]), balance);
        for sum in statement["exchanges"].as_array().unwrap() {
            let key = |name: &str| sum[name].as_str().unwrap().to_owned();
            let change = by_sum.remove(&(key("direction"), key("item"))).unwrap();
            let sign = if sum["direction"] == "inbound" { 1 } else { -1 };
            assert_eq!(sign * minor(&sum["net"]), change);
        }
        for (direction, sign) in [("received", -1), ("paid", 1)] {
            let change = by_sum.remove(&(direction.to_owned(), String::new()));
            let told = &statement["settlements"][direction]["amount"];
            assert_eq!(sign * minor(told), change.unwrap_or(0));
        }
        assert!(by_sum.is_empty(), "{by_sum:?}");
    }
    assert_eq!(&seen, entered);
}

async fn everything_is_entered_once(plan: Plan) {
    let mut books = Books::open().await;
    let worker = forgetful(&mut books, plan.every).await;
    let mut told = Vec::new();
    let (mut entered, mut tried) = (BTreeMap::new(), BTreeMap::new());
    for exchange in &plan.exchanges {
        books.record(exchange).await;
        told.push(exchange.told());
        let entered = if exchange.sandbox {
            &mut tried
        } else {
            &mut entered
        };
        entered.insert(exchange.id(), exchange.effect());
    }
    for (place, paid_in) in plan.payments.iter().enumerate() {
        let direction = if *paid_in > 0 { "received" } else { "paid" };
        let reference = format!("B-{place}");
        let settlement = books.pay(direction, paid_in.abs(), &reference).await;
        entered.insert(settlement.1.clone(), -paid_in);
        told.push(settlement);
    }
    let queue = shuffled(&told, &plan.tellings);
    tell_all(&books, &worker, &plan, queue).await;

    check(&statements(&books, false).await, &entered);
    check(&statements(&books, true).await, &tried);

    // Nothing is reserved, so what the partner may take follows from the same records.
    let owed: i64 = plan
        .exchanges
        .iter()
        .filter(|exchange| exchange.direction == "outbound" && !exchange.sandbox)
        .map(Exchanged::effect)
        .sum();
    let balance = books.balance().await;
    assert_eq!(minor(&balance["balance"]), entered.values().sum::<i64>());
    assert_eq!(balance["last_line"], entered.len());
    let paid_in: i64 = plan.payments.iter().sum();
    assert_eq!(minor(&balance["exposure"]), owed - paid_in);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, ..ProptestConfig::default() })]

    #[test]
    fn closing_is_opening_and_exchanges_less_settlements_whatever_is_told_and_lost(plan in plan()) {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(everything_is_entered_once(plan));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_at_the_same_time_enter_everything_once() {
    let books = Books::open().await;
    let exchanges: Vec<_> = (0..20)
        .map(|place| Exchanged::tickets(&format!("T-{place}"), 1, 10 + place))
        .collect();
    for exchange in &exchanges {
        books.record(exchange).await;
    }
    let told: Vec<_> = exchanges.iter().map(Exchanged::told).collect();
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..8 {
        let app = books.shop.worker.clone();
        // Everything is in four of the batches.
        let mut batch: Vec<_> = told
            .iter()
            .cycle()
            .skip(worker * 5)
            .take(10)
            .cloned()
            .collect();
        tasks.spawn(async move {
            while !batch.is_empty() {
                let again = tell(&app, &batch).await;
                batch = again.iter().map(|place| batch[*place].clone()).collect();
            }
        });
    }
    tasks.join_all().await;
    let entered = exchanges
        .iter()
        .map(|exchange| (exchange.id(), exchange.effect()));
    check(&statements(&books, false).await, &entered.collect());
}

#[tokio::test]
async fn what_is_recorded_reaches_the_statement_through_the_stream_once() {
    let books = Books::open().await;
    let world = &books.shop.world;
    let stream = world.app("VouchersStream", vouchers::build).await;
    let tickets = Exchanged::tickets("T-1", 2, 700);
    books.record(&tickets).await;
    books.record(&Exchanged::voucher("V-1", 300)).await;
    books.pay("received", 500, "B-1").await;
    for _ in 0..2 {
        // The second time is a replay of the whole stream, with the notes of the first.
        world.pump("VouchersTable", &stream).await;
        world.drain("VouchersQueue", &books.shop.worker).await;
        assert_eq!(world.depth("VouchersQueueDead").await, 0);
        let statement = books.statement("2026-06", "").await;
        assert_eq!(statement["lines"]["items"].as_array().unwrap().len(), 3);
        assert_eq!(minor(&statement["closing"]), 1_400 - 300 - 500);
    }
}

#[tokio::test]
async fn one_that_cannot_be_entered_does_not_keep_the_others_from_it() {
    let books = Books::open().await;
    let exchange = Exchanged::tickets("T-1", 1, 5);
    books.record(&exchange).await;
    let nowhere = Exchanged::tickets("T-2", 1, 5);
    let no_event = json!({ "messageId": "x", "body": "{", "eventSource": "aws:sqs" });
    let failed = books
        .shop
        .worker
        .deliver(&json!({ "Records": [no_event] }))
        .await;
    assert_eq!(failed, ["x"]);
    let batch = [nowhere.told(), exchange.told(), nowhere.told()];
    assert_eq!(tell(&books.shop.worker, &batch).await, [0, 2]);
    assert_eq!(books.balance().await["last_line"], 1);

    // It comes again, and by then it is there.
    books.record(&nowhere).await;
    assert_eq!(tell(&books.shop.worker, &[nowhere.told()]).await, [0; 0]);
    assert_eq!(minor(&books.balance().await["balance"]), 10);
}

#[tokio::test]
async fn a_batch_is_one_transaction_for_each_partner() {
    let mut books = Books::open().await;
    let exchanges: Vec<_> = (0..10)
        .map(|place| Exchanged::voucher(&format!("V-{place}"), 3))
        .collect();
    for exchange in &exchanges {
        books.record(exchange).await;
    }
    // The reply to the second transaction would be lost.
    let worker = forgetful(&mut books, 2).await;
    let told: Vec<_> = exchanges.iter().map(Exchanged::told).collect();
    assert_eq!(tell(&worker, &told).await, [0; 0]);
    assert_eq!(books.balance().await["last_line"], 10);
}
