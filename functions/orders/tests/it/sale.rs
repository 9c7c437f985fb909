//! An order that Ada has paid for, and what is done with it afterwards.

use kernel::{Id, kind};
use serde_json::{Value, json};
use testkit::{Answer, Client};

use crate::market::{Goods, Market, account, checkout, place, sku};

/// An order of the shop `records`, paid, and both sides of it.
pub(crate) struct Sale {
    pub(crate) market: Market,
    pub(crate) buyer: Client,
    pub(crate) seller: Client,
    /// The order's id.
    pub(crate) id: String,
    group: Value,
}

/// What the things of these tests cost.
const PRICES: [(&str, i64); 5] = [
    ("shirt", 9_900),
    ("album", 4_500),
    ("preorder", 5_000),
    ("seat", 28_000),
    ("lesson", 30_000),
];

/// The file that comes with an album.
pub(crate) const FILE: &str = "clean/album/first-light.flac";

impl Sale {
    /// Ada ordered so many of these and paid.
    pub(crate) async fn of(lines: &[(&str, u32)]) -> Self {
        let sale = Self::unpaid(lines).await;
        sale.market.pay("ada", &sale.group).await;
        sale
    }

    /// Ada ordered so many of these.
    pub(crate) async fn unpaid(lines: &[(&str, u32)]) -> Self {
        let market = market().await;
        let priced: Vec<_> = lines
            .iter()
            .map(|(name, quantity)| (*name, *quantity, price_of(name)))
            .collect();
        let body = checkout(&[("records", &priced)]);
        let placed = place(&market.buyer("ada"), "k1", body).await;
        assert_eq!(placed.status, 201, "{}", placed.text());
        let group = placed.json();
        Self {
            id: group["orders"][0]["id"].as_str().unwrap().to_owned(),
            buyer: market.buyer("ada"),
            seller: market.seller("records"),
            market,
            group,
        }
    }

    /// `POST` to somewhere below the order.
    pub(crate) async fn post(&self, who: &Client, path: &str, key: &str, body: Value) -> Answer {
        post(who, &format!("/v1/orders/{}/{path}", self.id), key, body).await
    }

    /// The same, which must succeed.
    pub(crate) async fn done(&self, who: &Client, path: &str, key: &str, body: Value) -> Value {
        let answer = self.post(who, path, key, body).await;
        assert!(
            (200..300).contains(&answer.status),
            "{path}: {}",
            answer.text()
        );
        answer.json()
    }

    /// The order as its buyer sees it now.
    pub(crate) async fn order(&self) -> Value {
        let answer = self.buyer.get(&format!("/v1/orders/{}", self.id)).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    pub(crate) async fn state(&self) -> String {
        self.order().await["state"].as_str().unwrap().to_owned()
    }

    /// The id of the line of what has this name.
    pub(crate) fn line(&self, name: &str) -> Id<kind::OrderLine> {
        let lines = self.group["orders"][0]["lines"].as_array().unwrap();
        let line = lines.iter().find(|line| line["sku"] == json!(sku(name)));
        line.unwrap()["id"].as_str().unwrap().parse().unwrap()
    }

    /// So many units of a line, as requests name them.
    pub(crate) fn units(&self, name: &str, quantity: u32) -> Value {
        json!({ "line": self.line(name), "quantity": quantity })
    }

    /// The seller sends a parcel of so many.
    pub(crate) async fn ship(&self, name: &str, quantity: u32) -> Value {
        let body = parcel(json!([self.units(name, quantity)]));
        let key = format!("ship-{name}-{quantity}-{}", self.order().await["version"]);
        self.done(&self.seller, "shipments", &key, body).await
    }

    /// Events says that so many tickets were issued for the line.
    pub(crate) async fn issue_tickets(&self, name: &str, count: usize) {
        let line = self.line(name);
        let tickets = (0..count)
            .map(|number| Id::<kind::Ticket>::derive(&[&line.to_string(), &number.to_string()]));
        let data = json!({
            "order": self.id, "line": line, "tickets": tickets.collect::<Vec<_>>(), "version": 1,
        });
        self.market
            .tell("tickets.issued", &line.to_string(), 1, data)
            .await;
    }

    /// The buyer asks; answers the request's id.
    pub(crate) async fn ask(&self, key: &str, lines: Value, return_goods: bool) -> String {
        let body = wish(lines, return_goods);
        let request = self.done(&self.buyer, "refund-requests", key, body).await;
        request["id"].as_str().unwrap().to_owned()
    }

    /// The buyer asks and the seller approves; answers the request then.
    pub(crate) async fn approved(&self, key: &str, lines: Value, return_goods: bool) -> Value {
        let id = self.ask(key, lines, return_goods).await;
        let path = format!("refund-requests/{id}/approve");
        self.done(&self.seller, &path, key, json!({})).await
    }

    /// Payments says how a refund of the order ended.
    pub(crate) async fn settle(&self, refund: &Value, kind: &str) {
        let data = self.settled(refund);
        let subject = refund["id"].as_str().unwrap();
        self.market.tell(kind, subject, 1, data).await;
    }

    /// What payments says of a refund that ended.
    pub(crate) fn settled(&self, refund: &Value) -> Value {
        json!({
            "refund": refund["id"],
            "intent": self.group["payment_intent"],
            "group": self.group["id"],
            "order": self.id,
            "amount_minor": refund["amount_minor"],
            "currency": "CNY",
        })
    }

    /// The bank took so much back.
    pub(crate) async fn charge_back(&self, minor: i64) {
        let id = Id::<kind::Chargeback>::derive(&["a chargeback", &minor.to_string()]);
        let data = json!({
            "chargeback": id,
            "intent": self.group["payment_intent"],
            "group": self.group["id"],
            "amount_minor": minor,
            "currency": "CNY",
        });
        let subject = id.to_string();
        self.market
            .tell("payment.charged_back", &subject, 1, data)
            .await;
    }

    /// The order is handed over and received.
    pub(crate) async fn receive(&self) {
        self.done(&self.buyer, "receipt", "receipt", json!({}))
            .await;
    }

    /// The buyer disputes the order; answers the dispute's path.
    pub(crate) async fn dispute(&self) -> String {
        let answer = post(&self.buyer, "/v1/disputes", "dispute", quarrel(&self.id)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let id = answer.json()["id"].as_str().unwrap().to_owned();
        format!("/v1/disputes/{id}")
    }

    /// Lets so many days pass, and the sweeper run.
    pub(crate) async fn pass_days(&self, days: i64) {
        self.market.pass_minutes(days * 24 * 60);
        self.market.sweep().await;
    }

    /// Somebody who bought nothing.
    pub(crate) fn stranger(&self) -> Client {
        self.market.api.caller(account("eve"))
    }
}

/// `POST` under a key.
pub(crate) async fn post(who: &Client, path: &str, key: &str, body: Value) -> Answer {
    let request = who.request("POST", path);
    request
        .header("idempotency-key", key)
        .json(body)
        .send()
        .await
}

/// A parcel.
pub(crate) fn parcel(lines: Value) -> Value {
    json!({ "carrier": "SF Express", "tracking_number": "SF1234567890", "lines": lines })
}

/// A request for a refund.
pub(crate) fn wish(lines: Value, return_goods: bool) -> Value {
    json!({ "lines": lines, "reason": "It does not suit me.", "return_goods": return_goods })
}

/// A dispute of this order.
pub(crate) fn quarrel(order: &str) -> Value {
    json!({ "order": order, "reason": "damaged", "statement": "It is broken." })
}

/// The status and the code of a refusal.
pub(crate) fn refusal(answer: &Answer) -> (u16, String) {
    (answer.status, answer.problem_code())
}

/// A refusal with this status and code.
pub(crate) fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

fn price_of(name: &str) -> i64 {
    let mut prices = PRICES.iter();
    prices.find(|(known, _)| *known == name).unwrap().1
}

/// The shop `records` with ten of everything.
async fn market() -> Market {
    let market = Market::open().await;
    market.shop("records").await;
    for (name, price_minor) in PRICES {
        market.stock(name, 10).await;
        let (fulfilment, sku_fields, listing_fields) = match name {
            "album" | "preorder" => {
                let file = json!({
                    "media": Id::<kind::Media>::derive(&["a file"]),
                    "key": FILE,
                    "file_name": "first-light.flac",
                    "content_type": "audio/flac",
                    "size_bytes": 5,
                });
                let released_at = (name == "preorder").then_some("2026-06-08T00:00:00Z");
                let listing = json!({ "released_at": released_at, "return_days": null });
                ("download", json!({ "downloads": [file] }), listing)
            }
            "seat" => {
                let tickets = json!({
                    "concert": Id::<kind::Concert>::derive(&["a concert"]),
                    "ticket_quota": Id::<kind::TicketQuota>::derive(&["a quota"]),
                    "per_unit": 1,
                    "days": ["2026-07-01"],
                });
                ("ticket", json!({ "tickets": tickets }), json!({}))
            }
            "lesson" => ("service", json!({}), json!({})),
            _ => ("shipment", json!({}), json!({})),
        };
        let goods = Goods {
            name,
            price_minor,
            fulfilment,
            sku_fields,
            listing_fields,
            ..Goods::default()
        };
        market.sell("records", goods).await;
    }
    market
}
