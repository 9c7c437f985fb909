//! A market for tests: shops that told what they sell, stock, buyers, and all four functions.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Event, Id, Timestamp, kind};
use quota::{QuotaId, Quotas, Usage};
use serde_json::{Value, json};
use testkit::{Answer, App, Client, World};

/// Everything that is needed to buy.
pub(crate) struct Market {
    pub(crate) world: World,
    pub(crate) api: App,
    pub(crate) worker: App,
    pub(crate) stream: App,
    pub(crate) sweeper: App,
}

/// What a listing of one SKU is like, if nothing else is said: a shirt, of which ten are there.
#[derive(Clone)]
pub(crate) struct Goods {
    /// Names the listing and its SKU.
    pub(crate) name: &'static str,
    pub(crate) price_minor: i64,
    pub(crate) currency: &'static str,
    pub(crate) fulfilment: &'static str,
    /// Of which quotas a unit takes how many; its own stock unless said.
    pub(crate) components: Option<Vec<(QuotaId, u32)>>,
    pub(crate) version: u64,
    pub(crate) saleable: bool,
    /// Fields of the event and of its SKU that are to be otherwise.
    pub(crate) listing_fields: Value,
    pub(crate) sku_fields: Value,
}

impl Default for Goods {
    fn default() -> Self {
        Self {
            name: "shirt",
            price_minor: 9_900,
            currency: "CNY",
            fulfilment: "shipment",
            components: None,
            version: 1,
            saleable: true,
            listing_fields: json!({}),
            sku_fields: json!({}),
        }
    }
}

impl Market {
    /// An empty market.
    pub(crate) async fn open() -> Self {
        Self::of(World::start().await).await
    }

    /// The market in this world, with processes that know nothing yet.
    pub(crate) async fn of(world: World) -> Self {
        Self {
            api: world.app("OrdersApi", orders::build).await,
            worker: world.app("OrdersWorker", orders::build).await,
            stream: world.app("OrdersStream", orders::build).await,
            sweeper: world.app("OrdersSweeper", orders::build).await,
            world,
        }
    }

    /// A market with the shop `records`, which sells ten shirts at CNY 99.00.
    pub(crate) async fn with_shirts() -> Self {
        let market = Self::open().await;
        market.shop("records").await;
        market.stock("shirt", 10).await;
        market.sell("records", Goods::default()).await;
        market
    }

    /// A shop that is open.
    pub(crate) async fn shop(&self, name: &str) -> Id<kind::Shop> {
        self.tell_shop(name, "open", 500, 1).await;
        shop(name)
    }

    /// What a shop tells of itself.
    pub(crate) async fn tell_shop(
        &self,
        name: &str,
        state: &str,
        commission_bp: u16,
        version: u64,
    ) {
        let kind = match state {
            "open" => "shop.opened".to_owned(),
            other => format!("shop.{other}"),
        };
        let data = json!({
            "shop": shop(name),
            "organization": organization(name),
            "name": name,
            "state": state,
            "commission_bp": commission_bp,
            "region": "CN-44",
            "house_owned": false,
            "version": version,
        });
        self.tell(&kind, &shop(name).to_string(), version, data)
            .await;
    }

    /// Puts a listing of one SKU up for sale.
    pub(crate) async fn sell(&self, shop_name: &str, goods: Goods) -> Id<kind::Sku> {
        let data = listing_data(shop_name, &goods);
        let subject = listing(goods.name).to_string();
        self.tell("listing.published", &subject, goods.version, data)
            .await;
        sku(goods.name)
    }

    /// Hands an event of another context to the worker.
    pub(crate) async fn tell(&self, kind: &str, subject: &str, version: u64, data: Value) {
        self.send(kind, subject, version, data).await;
        self.world.drain("OrdersQueue", &self.worker).await;
        assert_eq!(self.world.depth("OrdersQueueDead").await, 0, "{kind}");
    }

    /// Puts an event of another context into the queue.
    pub(crate) async fn send(&self, kind: &str, subject: &str, version: u64, data: Value) {
        let now = self.world.clock.now();
        let event = Event::derived(kind, subject, version, now, data).unwrap();
        let body = serde_json::to_string(&event).unwrap();
        self.world.send("OrdersQueue", body).await;
    }

    /// So much of the stock of the SKU with this name.
    pub(crate) async fn stock(&self, name: &str, units: u32) -> QuotaId {
        self.quota(&format!("stock:{}", sku(name)), units, 1).await
    }

    /// A quota of so many units over so many shards.
    pub(crate) async fn quota(&self, id: &str, units: u32, shards: u16) -> QuotaId {
        let id: QuotaId = id.parse().unwrap();
        let writes = self.quotas().create(&id, units, shards).unwrap();
        self.world.aws.transact(writes.into()).await.unwrap();
        id
    }

    /// How a quota's units are used.
    pub(crate) async fn usage(&self, quota: &QuotaId) -> Usage {
        self.quotas().usage(quota).await.unwrap()
    }

    /// `(committed, held, available)` of the stock of the SKU with this name.
    pub(crate) async fn stock_of(&self, name: &str) -> (u32, u32, u32) {
        let usage = self.usage(&stock_quota(name)).await;
        (usage.committed, usage.held, usage.available)
    }

    fn quotas(&self) -> Quotas {
        Quotas::new(self.world.table("QuotasTable"), self.world.clock.clone())
    }

    /// Somebody who buys.
    pub(crate) fn buyer(&self, name: &str) -> Client {
        self.api.caller(account(name))
    }

    /// Somebody who handles the sales of the organization of a shop.
    pub(crate) fn seller(&self, shop_name: &str) -> Client {
        self.api
            .member(account("seller"), organization(shop_name), &["orders"])
    }

    /// Buys one shirt of the shop `records`; answers the group.
    pub(crate) async fn order_shirt(&self, buyer: &str) -> Value {
        let body = checkout(&[("records", &[("shirt", 1, 9_900)])]);
        let answer = place(&self.buyer(buyer), "k1", body).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// Says that a group was paid in full.
    pub(crate) async fn pay(&self, buyer: &str, group: &Value) {
        let data = captured(buyer, group);
        let subject = group["payment_intent"].as_str().unwrap().to_owned();
        self.tell("payment.captured", &subject, 1, data).await;
    }

    /// Says that a group can no longer be paid.
    pub(crate) async fn close_payment(&self, group: &Value) {
        let data = json!({
            "intent": group["payment_intent"], "group": group["id"], "reason": "expired",
        });
        let subject = group["payment_intent"].as_str().unwrap().to_owned();
        self.tell("payment.closed", &subject, 1, data).await;
    }

    /// The group as its buyer sees it now.
    pub(crate) async fn group(&self, buyer: &str, group: &Value) -> Value {
        let path = format!("/v1/order-groups/{}", group["id"].as_str().unwrap());
        let answer = self.buyer(buyer).get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The states of a group's orders.
    pub(crate) async fn states(&self, buyer: &str, group: &Value) -> Vec<String> {
        let group = self.group(buyer, group).await;
        let orders = group["orders"].as_array().unwrap().iter();
        orders
            .map(|order| order["state"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Lets the sweeper run.
    pub(crate) async fn sweep(&self) {
        self.world.run_schedule(&self.sweeper, "end-orders").await;
    }

    /// Lets so many minutes pass.
    pub(crate) fn pass_minutes(&self, minutes: i64) {
        let minutes = jiff::SignedDuration::from_mins(minutes);
        self.world.clock.advance(minutes).unwrap();
    }

    /// What the stream tells since the beginning, by kind, in one queue, each event once. Takes all
    /// of it.
    pub(crate) async fn told(&self, queue: &str) -> BTreeMap<String, Vec<Value>> {
        self.world.pump("OrdersTable", &self.stream).await;
        let mut by_kind: BTreeMap<String, Vec<Value>> = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for event in self.world.messages(queue).await {
            if !seen.insert(event["id"].as_str().unwrap().to_owned()) {
                continue;
            }
            let kind = event["type"].as_str().unwrap().to_owned();
            by_kind.entry(kind).or_default().push(event);
        }
        by_kind
    }
}

/// Checks out under a key.
pub(crate) async fn place(buyer: &Client, key: &str, body: Value) -> Answer {
    buyer
        .request("POST", "/v1/orders")
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

/// Quantities at prices in CNY, by SKU.
type Lines<'a> = &'a [(&'a str, u32, i64)];

/// A checkout of SKUs at prices in CNY, by shop.
pub(crate) fn checkout(orders: &[(&str, Lines<'_>)]) -> Value {
    let orders = orders.iter().map(|(shop_name, lines)| {
        let lines = lines.iter().map(|(name, quantity, price_minor)| {
            json!({
                "sku": sku(name),
                "quantity": quantity,
                "unit_price": { "minor": price_minor, "currency": "CNY" },
            })
        });
        json!({ "shop": shop(shop_name), "lines": lines.collect::<Vec<_>>() })
    });
    json!({ "orders": orders.collect::<Vec<_>>(), "delivery": address() })
}

/// Where parcels go.
pub(crate) fn address() -> Value {
    json!({
        "name": "Ada", "phone": "+86 20 1234 5678", "street": "103 Tiyu West Road",
        "city": "Guangzhou", "region": "Guangdong", "postal_code": "510620", "country": "CN",
    })
}

/// What payments tells when a group was paid in full.
pub(crate) fn captured(buyer: &str, group: &Value) -> Value {
    json!({
        "intent": group["payment_intent"],
        "group": group["id"],
        "account": account(buyer),
        "amount_minor": group["total"]["minor"],
        "currency": group["total"]["currency"],
        "captured_at": Timestamp::UNIX_EPOCH,
        "provider": "alipay",
        "trade_no": "2026060122001",
    })
}

/// What shops tells of a listing of one SKU.
pub(crate) fn listing_data(shop_name: &str, goods: &Goods) -> Value {
    let own = vec![(stock_quota(goods.name), 1)];
    let components = goods.components.clone().unwrap_or(own);
    let components = components
        .iter()
        .map(|(quota, units)| json!({ "quota": quota, "units": units }));
    let mut sku = json!({
        "sku": sku(goods.name),
        "title": "One size",
        "price_minor": goods.price_minor,
        "components": components.collect::<Vec<_>>(),
        "downloads": [],
        "tickets": null,
    });
    merge(&mut sku, &goods.sku_fields);
    let because = (!goods.saleable).then_some("paused");
    let mut data = json!({
        "listing": listing(goods.name),
        "shop": shop(shop_name),
        "organization": organization(shop_name),
        "version": goods.version,
        "product_type": "merch",
        "title": format!("The {}", goods.name),
        "saleable": goods.saleable,
        "unavailable_because": because,
        "currency": goods.currency,
        "owners": [{
            "shop": shop(shop_name),
            "organization": organization(shop_name),
            "share_bp": 10_000,
        }],
        "released_at": null,
        "fulfilment": goods.fulfilment,
        "return_days": 7,
        "skus": [sku],
    });
    merge(&mut data, &goods.listing_fields);
    data
}

fn merge(into: &mut Value, fields: &Value) {
    for (name, value) in fields.as_object().unwrap() {
        into[name] = value.clone();
    }
}

/// The stock of the SKU with this name.
pub(crate) fn stock_quota(name: &str) -> QuotaId {
    format!("stock:{}", sku(name)).parse().unwrap()
}

pub(crate) fn account(name: &str) -> Id<kind::Account> {
    Id::derive(&["test-account", name])
}

pub(crate) fn organization(shop_name: &str) -> Id<kind::Organization> {
    Id::derive(&["test-organization", shop_name])
}

pub(crate) fn shop(name: &str) -> Id<kind::Shop> {
    Id::derive(&["test-shop", name])
}

pub(crate) fn listing(name: &str) -> Id<kind::Listing> {
    Id::derive(&["test-listing", name])
}

pub(crate) fn sku(name: &str) -> Id<kind::Sku> {
    Id::derive(&["test-sku", name])
}
