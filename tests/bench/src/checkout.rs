//! What an order costs in DynamoDB: round trips, read units, write units.
//!
//! A checkout is measured in a process that has sold the thing before, as a warm function has. Units
//! of the tables and of their indexes are counted apart: an index is written behind the request.

use std::sync::Arc;

use engines::{ACCESS_KEY_ID, REGION, SECRET_ACCESS_KEY};
use kernel::{Event, Id, kind};
use platform::{Aws, Environment, table::Transaction};
use quota::Quotas;
use serde_json::{Value, json};
use testkit::{App, World};

use crate::meter::{Consumed, Meter};

const ORDERS: usize = 50;
const STOCK: u32 = 10_000;

/// One shape of checkout.
struct Shape {
    name: &'static str,
    shops: usize,
    lines: usize,
}

const SHAPES: [Shape; 3] = [
    Shape {
        name: "one_line",
        shops: 1,
        lines: 1,
    },
    Shape {
        name: "three_lines",
        shops: 1,
        lines: 3,
    },
    Shape {
        name: "two_shops_of_two_lines",
        shops: 2,
        lines: 2,
    },
];

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
    let api = world.app("OrdersApi", orders::build).await;
    let worker = world.app("OrdersWorker", orders::build).await;
    for shop in 0..2 {
        open_shop(&world, &worker, shop).await;
    }

    let mut figures = serde_json::Map::new();
    figures.insert("orders_of_each_shape".into(), json!(ORDERS));
    for shape in &SHAPES {
        // The first meets every quota for the first time.
        let group = place(&api, shape, ORDERS).await;
        pay(&worker, &group).await;
        let [mut placed, mut replayed, mut paid] = [Consumed::default(); 3];
        for number in 0..ORDERS {
            meter.take();
            let group = place(&api, shape, number).await;
            placed += meter.take();
            place(&api, shape, number).await;
            replayed += meter.take();
            pay(&worker, &group).await;
            paid += meter.take();
        }
        insert(&mut figures, shape.name, placed);
        insert(&mut figures, &format!("{}_replayed", shape.name), replayed);
        insert(&mut figures, &format!("{}_paid", shape.name), paid);
        let lines = shape.shops * shape.lines;
        let goal = 2 + 2 * lines + 2;
        figures.insert(format!("{}_goal_write_units", shape.name), json!(goal));
    }
    figures.into()
}

/// The payment of everything in the group arrives, as payments would tell it.
async fn pay(worker: &App, group: &Value) {
    let told = json!({
        "intent": group["payment_intent"], "group": group["id"], "account": group["buyer"],
        "amount_minor": group["total"]["minor"], "currency": "CNY",
        "captured_at": group["orders"][0]["placed_at"], "provider": "alipay", "trade_no": "1",
    });
    let intent = group["payment_intent"].as_str().unwrap_or_default();
    tell(worker, "payment.captured", intent, told).await;
}

fn insert(figures: &mut serde_json::Map<String, Value>, name: &str, consumed: Consumed) {
    let each =
        |total: u64, share: f64| (total as f64 * share / ORDERS as f64 * 100.0).round() / 100.0;
    let index_half_units = consumed.half_index_write_units;
    for (figure, value) in [
        ("read_round_trips", each(consumed.read_round_trips, 1.0)),
        ("write_round_trips", each(consumed.write_round_trips, 1.0)),
        ("read_units", each(consumed.half_read_units, 0.5)),
        (
            "table_write_units",
            each(consumed.half_write_units - index_half_units, 0.5),
        ),
        ("index_write_units", each(index_half_units, 0.5)),
    ] {
        figures.insert(format!("{name}_{figure}"), json!(value));
    }
}

fn shop(index: usize) -> Id<kind::Shop> {
    Id::derive(&["bench", &index.to_string()])
}

fn sku(shop: usize, line: usize) -> Id<kind::Sku> {
    Id::derive(&["bench", &shop.to_string(), &line.to_string()])
}

/// A shop with three things on sale, as shops would tell it, and their stock.
async fn open_shop(world: &World, worker: &App, index: usize) {
    let organization = Id::<kind::Organization>::derive(&["bench", &index.to_string()]);
    let id = shop(index);
    let told = json!({
        "shop": id, "organization": organization, "name": "A shop", "state": "open",
        "commission_bp": 500, "region": "CN", "house_owned": false, "version": 1,
    });
    tell(worker, "shop.opened", &id.to_string(), told).await;
    let quotas = Quotas::new(world.table("QuotasTable"), world.clock.clone());
    for line in 0..3 {
        let listing = Id::<kind::Listing>::derive(&[&id.to_string(), &line.to_string()]);
        let sku = sku(index, line);
        let stock = format!("stock:{sku}");
        let told = json!({
            "listing": listing, "shop": id, "organization": organization, "version": 1,
            "product_type": "merchandise", "title": "A thing", "saleable": true,
            "unavailable_because": null, "currency": "CNY",
            "owners": [{ "shop": id, "organization": organization, "share_bp": 10_000 }],
            "released_at": null, "fulfilment": "shipment", "return_days": 7,
            "skus": [{
                "sku": sku, "title": "One size", "price_minor": 5_900,
                "components": [{ "quota": stock, "units": 1 }], "downloads": [], "tickets": null,
            }],
        });
        tell(worker, "listing.published", &listing.to_string(), told).await;
        let stock = stock.parse().expect("it is a quota's id");
        let writes = quotas
            .create(&stock, STOCK, 1)
            .expect("one shard is allowed");
        let transaction = writes
            .into_iter()
            .fold(Transaction::new(), Transaction::and);
        world
            .aws
            .transact(transaction)
            .await
            .expect("the stock is counted");
    }
}

async fn tell(worker: &App, kind: &str, subject: &str, data: Value) {
    let event = Event::derived(kind, subject, 1, kernel::Timestamp::UNIX_EPOCH, data);
    let body = serde_json::to_string(&event.expect("the event is JSON")).expect("and a text");
    let record = json!({ "messageId": "1", "body": body, "eventSource": "aws:sqs" });
    let failed = worker.deliver(&json!({ "Records": [record] })).await;
    assert!(failed.is_empty(), "{kind} was not learnt");
}

async fn place(api: &App, shape: &Shape, number: usize) -> Value {
    let account = Id::<kind::Account>::derive(&["buyer", shape.name, &number.to_string()]);
    let buyer = api.caller(account);
    let orders: Vec<_> = (0..shape.shops)
        .map(|index| {
            let lines: Vec<_> = (0..shape.lines)
                .map(|line| {
                    json!({
                        "sku": sku(index, line), "quantity": 1,
                        "unit_price": { "minor": 5_900, "currency": "CNY" },
                    })
                })
                .collect();
            json!({ "shop": shop(index), "lines": lines })
        })
        .collect();
    let delivery = json!({
        "name": "Xiao Mei", "phone": "+86 138 0000 0000", "street": "1 Music Street",
        "city": "Shanghai", "country": "CN",
    });
    let answer = buyer
        .request("POST", "/v1/orders")
        .header("idempotency-key", "bench")
        .json(json!({ "orders": orders, "delivery": delivery }))
        .send()
        .await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let mut group = answer.json();
    group["buyer"] = json!(account);
    group
}
