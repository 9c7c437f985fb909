//! The market of every world: three shops, five listings, eight buyers, one concert.

use std::sync::Arc;

use kernel::{Event, Id, Kind, Timestamp, kind};
use platform::{Aws, table::Transaction};
use quota::{QuotaId, Quotas};
use serde_json::{Value, json};
use testkit::{App, Client, World};

use crate::faults::{Faults, Line, Till};

/// How many people buy.
pub(crate) const BUYERS: usize = 8;
/// How many shops sell.
pub(crate) const SHOPS: usize = 3;

/// One listing, of one SKU.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goods {
    pub(crate) name: &'static str,
    pub(crate) shop: usize,
    pub(crate) price_minor: i64,
    pub(crate) fulfilment: &'static str,
    /// Of whose stock a unit takes how many.
    takes: &'static [(&'static str, u32)],
}

/// What is sold: things of which few are there, a bundle that takes of two stocks, files, tickets.
pub(crate) const GOODS: [Goods; 5] = [
    Goods {
        name: "shirt",
        shop: 0,
        price_minor: 9_900,
        fulfilment: "shipment",
        takes: &[("shirt", 1)],
    },
    Goods {
        name: "bundle",
        shop: 0,
        price_minor: 21_000,
        fulfilment: "shipment",
        takes: &[("shirt", 1), ("cap", 2)],
    },
    Goods {
        name: "poster",
        shop: 1,
        price_minor: 2_501,
        fulfilment: "shipment",
        takes: &[("poster", 1)],
    },
    Goods {
        name: "album",
        shop: 2,
        price_minor: 4_503,
        fulfilment: "download",
        takes: &[],
    },
    Goods {
        name: "seat",
        shop: 2,
        price_minor: 28_000,
        fulfilment: "ticket",
        takes: &[],
    },
];

/// How many of what there are.
const STOCK: [(&str, u32); 3] = [("shirt", 12), ("cap", 10), ("poster", 8)];
/// How many seats there are, over so many shards.
const SEATS: (u32, u16) = (20, 4);
/// The days of the concert, as the events of shops tell them.
const DAYS: [&str; 3] = ["2026-06-01", "2026-06-02", "2026-06-03"];

/// The functions of one context.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) api: App,
    pub(crate) worker: App,
    pub(crate) stream: App,
}

/// One world with all its functions.
pub(crate) struct Market {
    pub(crate) world: World,
    pub(crate) faults: Arc<Faults>,
    pub(crate) orders: Context,
    pub(crate) orders_sweeper: App,
    pub(crate) payments: Context,
    pub(crate) payments_sweeper: App,
    pub(crate) events: Context,
    pub(crate) concert: String,
    /// Every quota with its shards.
    pub(crate) quotas: Vec<(String, u16)>,
}

/// Starts a function with lines of its own.
macro_rules! function {
    ($world:ident, $faults:ident, $name:literal, $build:path) => {{
        let line = Line {
            faults: Arc::clone(&$faults),
            engines: $world.engines.clone(),
            function: $name,
        };
        let till = Till {
            faults: Arc::clone(&$faults),
            sandbox: $world.sandbox.clone(),
            function: $name,
        };
        let aws =
            Aws::over(&$world.environment($name), Arc::new(line)).expect("credentials are set");
        let healthy = std::mem::replace(&mut $world.aws, aws.with_outbound(Arc::new(till)));
        let app = $world.app($name, $build).await;
        $world.aws = healthy;
        app
    }};
}

impl Market {
    /// Opens the market. Nothing goes wrong with that.
    pub(crate) async fn open(faults: Arc<Faults>) -> Self {
        let mut world = World::start().await;
        let orders = Context {
            api: function!(world, faults, "OrdersApi", orders::build),
            worker: function!(world, faults, "OrdersWorker", orders::build),
            stream: function!(world, faults, "OrdersStream", orders::build),
        };
        let payments = Context {
            api: function!(world, faults, "PaymentsApi", payments::build),
            worker: function!(world, faults, "PaymentsWorker", payments::build),
            stream: function!(world, faults, "PaymentsStream", payments::build),
        };
        let events = Context {
            api: function!(world, faults, "EventsApi", events::build),
            worker: function!(world, faults, "EventsWorker", events::build),
            stream: function!(world, faults, "EventsStream", events::build),
        };
        let orders_sweeper = function!(world, faults, "OrdersSweeper", orders::build);
        let payments_sweeper = function!(world, faults, "PaymentsSweeper", payments::build);
        let mut market = Self {
            world,
            faults,
            orders,
            orders_sweeper,
            payments,
            payments_sweeper,
            events,
            concert: String::new(),
            quotas: Vec::new(),
        };
        let seats = market.announce().await;
        market.stock().await;
        market.sell(&seats).await;
        market
    }

    /// A buyer of orders.
    pub(crate) fn buyer(&self, buyer: usize) -> Client {
        self.orders.api.caller(account(buyer))
    }

    /// Whoever handles the orders of a shop.
    pub(crate) fn seller(&self, shop: usize) -> Client {
        let organization = id("organization", shop);
        self.orders
            .api
            .member(id("seller", shop), organization, &["orders"])
    }

    /// Whoever stands at the concert's door.
    pub(crate) fn door(&self) -> Client {
        self.events
            .api
            .member(id("door", 0), id("organization", 2), &["door"])
    }

    /// Whoever plans the concert.
    pub(crate) fn planner(&self) -> Client {
        let organization = organization(2);
        self.events
            .api
            .member(id("planner", 0), organization, &["events"])
    }

    /// The quotas, as their own crate counts them.
    pub(crate) fn counted(&self) -> Quotas {
        Quotas::new(self.world.table("QuotasTable"), self.world.clock.clone())
    }

    /// Of which quotas a unit takes how many.
    fn components(goods: &Goods) -> Vec<(String, u32)> {
        if goods.fulfilment == "ticket" {
            return vec![(seats_quota(), 1)];
        }
        let takes = goods.takes.iter();
        takes
            .map(|(name, units)| (stock_of(name), *units))
            .collect()
    }

    /// Announces a concert and answers the id of its ticket quota.
    async fn announce(&mut self) -> String {
        let planner = self.planner();
        let concert = planner.post(
            "/v1/events",
            json!({
                "title": "Many Nights", "venue": "Mao Livehouse", "region": "CN-SH",
                "starts_at": "2026-06-01T20:30:00+08:00", "ends_at": "2026-06-30T23:00:00+08:00",
                "time_zone": "Asia/Shanghai",
            }),
        );
        let concert = text(&concert.await.json()["id"]);
        let (capacity, shards) = SEATS;
        let quota = planner.request("POST", &format!("/v1/events/{concert}/quotas"));
        let quota = quota.header("idempotency-key", "quota").json(json!({
            "name": "Standing", "capacity": capacity, "shards": shards,
        }));
        let quota = quota.send().await;
        assert_eq!(quota.status, 201, "{}", quota.text());
        let seats = text(&quota.json()["id"]);
        let published = planner
            .post(&format!("/v1/events/{concert}/publish"), json!({}))
            .await;
        assert_eq!(published.status, 200, "{}", published.text());
        self.concert = concert;
        seats
    }

    async fn stock(&mut self) {
        let quotas = self.counted();
        let stock = STOCK.map(|(name, units)| (stock_of(name), units, 1));
        let (capacity, shards) = SEATS;
        for (quota, units, shards) in stock.into_iter().chain([(seats_quota(), capacity, shards)]) {
            let counted: QuotaId = quota.parse().expect("it is a quota's id");
            let writes = quotas
                .create(&counted, units, shards)
                .expect("so many shards are allowed");
            let created = self.world.aws.transact(Transaction::from(writes)).await;
            created.expect("the stock is counted");
            self.quotas.push((quota, shards));
        }
    }

    /// Tells orders what is for sale, as shops would.
    async fn sell(&self, seats: &str) {
        for shop in 0..SHOPS {
            let told = json!({
                "shop": shop_id(shop), "organization": organization(shop), "name": "A shop",
                "state": "open", "commission_bp": 500, "region": "CN", "house_owned": false,
                "version": 1,
            });
            self.tell("shop.opened", &shop_id(shop).to_string(), told)
                .await;
        }
        for goods in &GOODS {
            let listing: Id<kind::Listing> = Id::derive(&["simulation", goods.name]);
            let components = Self::components(goods).into_iter();
            let components =
                components.map(|(quota, units)| json!({ "quota": quota, "units": units }));
            let file = json!({
                "media": Id::<kind::Media>::derive(&["simulation"]), "key": "clean/album.flac",
                "file_name": "album.flac", "content_type": "audio/flac", "size_bytes": 5,
            });
            let tickets = json!({
                "concert": self.concert, "ticket_quota": seats, "per_unit": 1, "days": DAYS,
            });
            let is = |fulfilment: &str| goods.fulfilment == fulfilment;
            let told = json!({
                "listing": listing, "shop": shop_id(goods.shop),
                "organization": organization(goods.shop), "version": 1,
                "product_type": goods.name, "title": goods.name, "saleable": true,
                "unavailable_because": null, "currency": "CNY",
                "owners": [{
                    "shop": shop_id(goods.shop), "organization": organization(goods.shop),
                    "share_bp": 10_000,
                }],
                "released_at": null, "fulfilment": goods.fulfilment, "return_days": 7,
                "skus": [{
                    "sku": sku(goods.name), "title": "One size", "price_minor": goods.price_minor,
                    "components": components.collect::<Vec<_>>(),
                    "downloads": if is("download") { json!([file]) } else { json!([]) },
                    "tickets": if is("ticket") { tickets } else { Value::Null },
                }],
            });
            self.tell("listing.published", &listing.to_string(), told)
                .await;
        }
    }

    async fn tell(&self, kind: &str, subject: &str, data: Value) {
        let event = Event::derived(kind, subject, 1, Timestamp::UNIX_EPOCH, data);
        let body = serde_json::to_string(&event.expect("the event is JSON")).expect("and a text");
        let record = json!({ "messageId": "1", "body": body, "eventSource": "aws:sqs" });
        let failed = self
            .orders
            .worker
            .deliver(&json!({ "Records": [record] }))
            .await;
        assert!(failed.is_empty(), "{kind} was not learnt");
    }
}

/// A buyer's account.
pub(crate) fn account(buyer: usize) -> Id<kind::Account> {
    id("buyer", buyer)
}

/// The SKU with this name.
pub(crate) fn sku(name: &str) -> Id<kind::Sku> {
    Id::derive(&["simulation", name])
}

/// The shop with this number.
pub(crate) fn shop_id(shop: usize) -> Id<kind::Shop> {
    id("shop", shop)
}

/// A member of an answer that is a text.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn organization(shop: usize) -> Id<kind::Organization> {
    id("organization", shop)
}

/// How the seats are counted. Events would name the count after its ticket quota, whose id no seed
/// knows; which of the shards an order tries first follows from this name.
fn seats_quota() -> String {
    format!("tickets:{}", id::<kind::TicketQuota>("seats", 0))
}

fn stock_of(name: &str) -> String {
    format!("stock:{}", sku(name))
}

fn id<K: Kind>(role: &str, number: usize) -> Id<K> {
    Id::derive(&["simulation", role, &number.to_string()])
}
