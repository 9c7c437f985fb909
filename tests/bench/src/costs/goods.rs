//! What is for sale where orders are counted: a shirt, an album, a seat.

use kernel::{Event, Id, Timestamp, kind};
use platform::table::Transaction;
use quota::Quotas;
use serde_json::{Value, json};

use super::{
    deployment::Deployment,
    gateway::{Asked, Person},
};

/// One thing that can be ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goods {
    /// Something that a parcel brings.
    Thing,
    /// A file.
    Download,
    /// A way into a concert.
    Ticket,
}

pub(super) const PRICE_MINOR: i64 = 5_900;
/// More than any sample buys.
const UNITS: u32 = 10_000;

impl Goods {
    fn fulfilment(self) -> &'static str {
        match self {
            Self::Thing => "shipment",
            Self::Download => "download",
            Self::Ticket => "ticket",
        }
    }

    /// The SKU that stands for it.
    pub(super) fn sku(self) -> Id<kind::Sku> {
        Id::derive(&["bench", self.fulfilment()])
    }
}

/// The shop that sells it.
pub(super) fn shop() -> Id<kind::Shop> {
    Id::derive(&["bench", "shop"])
}

/// Whoever works in that shop, with one scope.
pub(super) fn seller(scope: &'static str) -> Person {
    Person {
        account: Id::derive(&["bench", "seller"]),
        acting: Some((organization(), scope)),
    }
}

fn organization() -> Id<kind::Organization> {
    Id::derive(&["bench", "organization"])
}

/// Puts `goods` up for sale, as shops would tell orders of it.
pub(super) async fn offer(deployment: &mut Deployment, goods: Goods) {
    let shop_told = json!({
        "shop": shop(), "organization": organization(), "name": "A shop", "state": "open",
        "commission_bp": 500, "region": "CN", "house_owned": false, "version": 1,
    });
    tell(deployment, "shop.opened", &shop().to_string(), shop_told).await;
    let (components, tickets) = match goods {
        Goods::Thing => (stock(deployment).await, Value::Null),
        Goods::Download => (json!([]), Value::Null),
        Goods::Ticket => seats(deployment).await,
    };
    let file = json!({
        "media": Id::<kind::Media>::derive(&["bench"]), "key": "clean/album/first-light.flac",
        "file_name": "first-light.flac", "content_type": "audio/flac", "size_bytes": 31_457_280,
    });
    let downloads = match goods {
        Goods::Download => json!([file]),
        Goods::Thing | Goods::Ticket => json!([]),
    };
    let listing = Id::<kind::Listing>::derive(&["bench", goods.fulfilment()]);
    let told = json!({
        "listing": listing, "shop": shop(), "organization": organization(), "version": 1,
        "product_type": "merchandise", "title": "Something good", "saleable": true,
        "unavailable_because": null, "currency": "CNY",
        "owners": [{ "shop": shop(), "organization": organization(), "share_bp": 10_000 }],
        "released_at": null, "fulfilment": goods.fulfilment(), "return_days": 7,
        "skus": [{
            "sku": goods.sku(), "title": "One size", "price_minor": PRICE_MINOR,
            "components": components, "downloads": downloads, "tickets": tickets,
        }],
    });
    tell(deployment, "listing.published", &listing.to_string(), told).await;
    deployment.settle().await;
}

async fn stock(deployment: &Deployment) -> Value {
    let stock = format!("stock:{}", Goods::Thing.sku());
    let world = &deployment.world;
    let quotas = Quotas::new(world.table("QuotasTable"), world.clock.clone());
    let counted = stock.parse().expect("it is a quota's id");
    let writes = quotas
        .create(&counted, UNITS, 1)
        .expect("one shard is allowed");
    let created = world.aws.transact(Transaction::from(writes)).await;
    created.expect("the stock is counted");
    json!([{ "quota": stock, "units": 1 }])
}

/// Announces a concert; answers what a seat takes and what it is a ticket for.
async fn seats(deployment: &mut Deployment) -> (Value, Value) {
    let planner = seller("events");
    let concert = json!({
        "title": "Many Nights", "venue": "Mao Livehouse", "region": "CN-SH",
        "starts_at": "2026-07-01T20:30:00+08:00", "ends_at": "2026-07-01T23:00:00+08:00",
        "time_zone": "Asia/Shanghai",
    });
    let asked = Asked::post("EventsApi", "/v1/events", concert);
    let concert = deployment.ask(&planner, asked).await["id"].clone();
    let path = format!("/v1/events/{}", concert.as_str().unwrap_or_default());
    let quotas = format!("{path}/quotas");
    let quota = json!({ "name": "Standing", "capacity": UNITS, "shards": 1 });
    let asked = Asked::post("EventsApi", &quotas, quota).header("idempotency-key", "quota");
    let quota = deployment.ask(&planner, asked).await["id"].clone();
    let publish = format!("{path}/publish");
    let asked = Asked::post("EventsApi", &publish, json!({}));
    deployment.ask(&planner, asked).await;
    let counted = format!("tickets:{}", quota.as_str().unwrap_or_default());
    let tickets = json!({
        "concert": concert, "ticket_quota": quota, "per_unit": 1, "days": ["2026-07-01"],
    });
    (json!([{ "quota": counted, "units": 1 }]), tickets)
}

async fn tell(deployment: &Deployment, kind: &str, subject: &str, data: Value) {
    let event = Event::derived(kind, subject, 1, Timestamp::UNIX_EPOCH, data);
    let body = serde_json::to_string(&event.expect("the event is JSON")).expect("and a text");
    deployment.world.send("OrdersQueue", body).await;
}
