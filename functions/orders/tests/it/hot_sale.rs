//! A concert on sale: two thousand buyers at once for a hundred seats, every request twice.

use std::{collections::BTreeMap, sync::Arc};

use platform::transport::Transport;
use quota::QuotaId;
use serde_json::{Value, json};
use testkit::{Answer, App};
use tokio::task::JoinSet;

use crate::{
    line::{Line, line},
    market::{Goods, Market, account, checkout, place},
};

const SEATS: u32 = 100;
/// Over which the hundred seats are split.
const SHARDS: u16 = 10;
const BUYERS: usize = 2_000;
/// Processes that serve the sale, each with beliefs of its own.
const WORKERS: usize = 8;
const PRICE: i64 = 28_000;

/// A concert on sale.
struct Sale<L> {
    market: Market,
    seats: QuotaId,
    workers: Vec<App>,
    line: Arc<Line<L>>,
}

/// The concert of a hundred seats.
async fn sale() -> Sale<impl Transport + use<>> {
    sale_of(SEATS, SHARDS).await
}

/// A concert of so many seats over so many shards.
async fn sale_of(seat_count: u32, shards: u16) -> Sale<impl Transport + use<>> {
    let mut market = Market::open().await;
    market.shop("hall").await;
    let seats = "tickets:tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3";
    let seats = market.quota(seats, seat_count, shards).await;
    let ticket = Goods {
        name: "seat",
        price_minor: PRICE,
        fulfilment: "ticket",
        components: Some(vec![(seats.clone(), 1)]),
        sku_fields: json!({ "tickets": {
            "concert": "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            "ticket_quota": "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3",
            "per_unit": 1,
            "days": ["2026-07-01"],
        }}),
        ..Goods::default()
    };
    market.sell("hall", ticket).await;
    let (line, aws) = line(&market.world, "OrdersApi");
    market.world.aws = aws;
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        workers.push(market.world.app("OrdersApi", orders::build).await);
    }
    Sale {
        market,
        seats,
        workers,
        line,
    }
}

impl<L> Sale<L> {
    /// Lets these buyers order a seat at once, each request twice and to two workers. Answers who
    /// got one, with the group; both requests of a buyer must be answered alike.
    async fn rush(&self, buyers: std::ops::Range<usize>) -> BTreeMap<String, Value> {
        let mut tasks = JoinSet::new();
        for number in buyers {
            for twin in 0..2 {
                let buyer = format!("buyer-{number}");
                let worker = &self.workers[(number + twin * 3) % WORKERS];
                let client = worker.caller(account(&buyer));
                tasks.spawn(async move {
                    let body = checkout(&[("hall", &[("seat", 1, PRICE)])]);
                    (buyer, place(&client, "k1", body).await)
                });
            }
        }
        let mut answers: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
        while let Some(done) = tasks.join_next().await {
            let (buyer, answer) = done.unwrap();
            answers.entry(buyer).or_default().push(answer);
        }
        let mut groups = BTreeMap::new();
        for (buyer, twins) in answers {
            let [one, other] = twins.as_slice() else {
                panic!("{buyer} asked twice");
            };
            assert_eq!(one.status, other.status, "{buyer}");
            match one.status {
                201 => {
                    assert_eq!(one.body, other.body, "{buyer}");
                    groups.insert(buyer, one.json());
                }
                409 => assert_eq!(one.problem_code(), "out_of_stock"),
                _ => panic!("{buyer}: {}", one.text()),
            }
        }
        groups
    }

    async fn used(&self) -> (u32, u32, u32) {
        let usage = self.market.usage(&self.seats).await;
        (usage.committed, usage.held, usage.available)
    }

    async fn pay(&self, groups: &[(String, Value)]) {
        for (buyer, group) in groups {
            self.market.pay(buyer, group).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_2_000_buyers_100_get_a_seat_and_none_is_lost_when_some_do_not_pay() {
    let sale = sale().await;
    sale.line.take();
    let first: Vec<_> = sale.rush(0..BUYERS).await.into_iter().collect();
    assert_eq!(first.len(), 100);
    assert_eq!(sale.used().await, (0, 100, 0));
    let tried: u32 = sale.line.take().quota_rows.values().sum();
    println!("{tried} writes were tried for 100 seats");

    // Sixty pay; forty let it lapse, and their seats are sold again to the last.
    let (paying, lapsing) = first.split_at(60);
    sale.pay(paying).await;
    assert_eq!(sale.used().await, (60, 40, 0));
    sale.market.pass_minutes(21);
    sale.market.sweep().await;
    assert_eq!(sale.used().await, (60, 0, 40));
    let second: Vec<_> = sale.rush(BUYERS..BUYERS + 200).await.into_iter().collect();
    assert_eq!(second.len(), 40);
    sale.pay(&second).await;
    assert_eq!(sale.used().await, (100, 0, 0));

    // Those who let it lapse and pay now get their money back, each once.
    sale.pay(lapsing).await;
    assert_eq!(sale.used().await, (100, 0, 0));
    let told = sale.market.told("PaymentsQueue").await;
    assert_eq!(told["order.refund_due"].len(), 40);
    let sold = sale.market.told("EventsQueue").await;
    assert_eq!(sold["order.paid"].len(), 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_it_is_sold_out_refusals_write_once_per_worker_and_then_not_at_all() {
    let sale = sale().await;
    assert_eq!(sale.rush(0..150).await.len(), 100);
    sale.line.take();
    assert_eq!(sale.rush(150..250).await.len(), 0);
    let while_learning = sale.line.take();
    assert!(while_learning.writes <= 8, "{while_learning:?}");
    // All workers believe by now, and neither write nor look.
    assert_eq!(sale.rush(250..350).await.len(), 0);
    let believing = sale.line.take();
    assert_eq!((believing.writes, believing.quota_reads), (0, 0));
    // Beliefs end, since seats may come back; they cost one write per worker again, at most.
    sale.market.pass_minutes(1);
    assert_eq!(sale.rush(350..450).await.len(), 0);
    let again = sale.line.take();
    assert!(again.writes <= 8, "{again:?}");
    assert_eq!(sale.rush(450..500).await.len(), 0);
    assert_eq!(sale.line.take().writes, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_busiest_shard_gets_little_more_than_its_share_of_the_writes() {
    let shards = 4;
    let sale = sale_of(10_000, shards).await;
    sale.line.take();
    assert_eq!(sale.rush(0..500).await.len(), 500);
    let tried = sale.line.take().quota_rows;
    let (all, most) = (tried.values().sum::<u32>(), *tried.values().max().unwrap());
    assert_eq!(tried.len(), usize::from(shards));
    assert!(10 * most * u32::from(shards) <= 12 * all, "{tried:?}");
}
