//! A partner's books: exchanges as grants and redemptions record them, told to the worker by hand.

use kernel::{Event, Id, Timestamp, kind};
use platform::table::Write;
use serde_json::{Value, json};
use testkit::{Answer, App};

use crate::shop::{Shop, id};

/// A partner whose books are kept.
pub(crate) struct Books {
    pub(crate) shop: Shop,
    pub(crate) partner: String,
}

/// An exchange that has happened.
#[derive(Clone, Debug)]
pub(crate) struct Exchanged {
    pub(crate) name: String,
    pub(crate) direction: &'static str,
    pub(crate) item: &'static str,
    pub(crate) posting: &'static str,
    pub(crate) quantity: u32,
    pub(crate) unit_price: i64,
    pub(crate) sandbox: bool,
}

/// Something to enter: what tells of it, and its id.
pub(crate) type Told = (&'static str, String);

impl Exchanged {
    /// A voucher of the partner that was issued for so many fen.
    pub(crate) fn voucher(name: &str, unit_price: i64) -> Self {
        Self {
            name: name.to_owned(),
            direction: "outbound",
            item: "voucher",
            posting: "charge",
            quantity: 1,
            unit_price,
            sandbox: false,
        }
    }

    /// Tickets that the partner's customer got for so many fen each.
    pub(crate) fn tickets(name: &str, quantity: u32, unit_price: i64) -> Self {
        Self {
            direction: "inbound",
            item: "ticket",
            quantity,
            ..Self::voucher(name, unit_price)
        }
    }

    /// The same, taken back.
    pub(crate) fn reversed(&self) -> Self {
        Self {
            posting: "reversal",
            ..self.clone()
        }
    }

    pub(crate) fn amount(&self) -> i64 {
        self.unit_price * i64::from(self.quantity)
    }

    /// By how many fen the partner owes more.
    pub(crate) fn effect(&self) -> i64 {
        match (self.direction, self.posting) {
            ("inbound", "charge") | ("outbound", "reversal") => self.amount(),
            _ => -self.amount(),
        }
    }

    pub(crate) fn subject(&self) -> String {
        match self.direction {
            "outbound" => Id::<kind::Voucher>::derive(&[&self.name]).to_string(),
            _ => Id::<kind::PartnerGrant>::derive(&[&self.name]).to_string(),
        }
    }

    pub(crate) fn reference(&self) -> String {
        match self.direction {
            "outbound" => self.subject(),
            _ => self.name.clone(),
        }
    }

    pub(crate) fn id(&self) -> String {
        Id::<kind::Exchange>::derive(&["exchange", &self.subject(), self.posting]).to_string()
    }

    pub(crate) fn told(&self) -> Told {
        ("exchange.recorded", self.id())
    }
}

impl Books {
    /// A partner on the usual terms.
    pub(crate) async fn open() -> Self {
        Self::with(json!({})).await
    }

    /// A partner with these fields besides its name.
    pub(crate) async fn with(fields: Value) -> Self {
        let shop = Shop::open().await;
        let mut wanted = json!({ "name": "Golden Rooster" });
        for (name, value) in fields.as_object().unwrap() {
            wanted[name] = value.clone();
        }
        let partner = id(&shop.api.operator().post("/v1/partners", wanted).await);
        Self { shop, partner }
    }

    /// Records an exchange, as the transaction does that makes it.
    pub(crate) async fn record(&self, exchange: &Exchanged) {
        let table = self.shop.world.table("VouchersTable");
        let id = exchange.id();
        let money = |minor: i64| json!({ "minor": minor, "currency": "CNY" });
        let item = json!({
            "pk": format!("EXCHANGE#{id}"),
            "sk": "EXCHANGE",
            "exchange": {
                "id": id,
                "partner": self.partner,
                "direction": exchange.direction,
                "item": exchange.item,
                "posting": exchange.posting,
                "quantity": exchange.quantity,
                "unit_price": money(exchange.unit_price),
                "per_quantity": 1,
                "amount": money(exchange.amount()),
                "reference": exchange.reference(),
                "subject": exchange.subject(),
                "sandbox": exchange.sandbox,
                "occurred_at": self.shop.world.clock.now(),
            },
        });
        table.write(Write::put(&table, &item)).await.unwrap();
    }

    /// Records an exchange and has it entered.
    pub(crate) async fn enter(&self, exchange: &Exchanged) {
        self.record(exchange).await;
        assert_eq!(tell(&self.shop.worker, &[exchange.told()]).await, [0; 0]);
    }

    /// Enters a payment.
    pub(crate) async fn settle(&self, key: &str, body: Value) -> Answer {
        let operator = self.shop.api.operator();
        let path = format!("/v1/partners/{}/settlements", self.partner);
        let request = operator.request("POST", &path);
        request
            .header("idempotency-key", key)
            .json(body)
            .send()
            .await
    }

    /// Enters a payment of so many fen, which goes well; answers what tells of it.
    pub(crate) async fn pay(&self, direction: &str, minor: i64, reference: &str) -> Told {
        let key = Id::<kind::Request>::derive(&[direction, reference]).to_string();
        let answer = self
            .settle(&key, payment(direction, minor, reference))
            .await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        ("settlement.recorded", id(&answer))
    }

    /// A page of the statement of a month.
    pub(crate) async fn statement(&self, month: &str, query: &str) -> Value {
        let path = format!("/v1/partners/{}/statements/{month}{query}", self.partner);
        let answer = self.shop.api.operator().get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }

    /// The statement of a month, with all its lines.
    pub(crate) async fn whole_statement(&self, month: &str, sandbox: bool) -> Value {
        let query = format!("?limit=7&sandbox={sandbox}");
        let mut statement = self.statement(month, &query).await;
        while let Some(cursor) = statement["lines"]["next_cursor"].as_str() {
            let next = self
                .statement(month, &format!("{query}&cursor={cursor}"))
                .await;
            let mut lines = statement["lines"]["items"].as_array().unwrap().clone();
            lines.extend(next["lines"]["items"].as_array().unwrap().iter().cloned());
            statement["lines"] = json!({
                "items": lines,
                "next_cursor": next["lines"]["next_cursor"],
            });
        }
        statement
    }

    /// The same month as a table.
    pub(crate) async fn table(&self, month: &str, query: &str) -> Answer {
        let path = format!("/v1/partners/{}/statements/{month}{query}", self.partner);
        let operator = self.shop.api.operator();
        let request = operator.request("GET", &path);
        request.header("accept", "text/csv").send().await
    }

    pub(crate) async fn balance(&self) -> Value {
        let path = format!("/v1/partners/{}/balance", self.partner);
        let answer = self.shop.api.operator().get(&path).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        answer.json()
    }
}

/// The body that enters a payment.
pub(crate) fn payment(direction: &str, minor: i64, reference: &str) -> Value {
    json!({
        "amount": { "minor": minor, "currency": "CNY" },
        "direction": direction,
        "reference": reference,
    })
}

/// Delivers a batch that tells of these; answers the places of those that are to come again.
pub(crate) async fn tell(worker: &App, told: &[Told]) -> Vec<usize> {
    let records: Vec<_> = told
        .iter()
        .enumerate()
        .map(|(place, (kind, subject))| {
            let event = Event::derived(*kind, subject, 1, Timestamp::UNIX_EPOCH, json!({}));
            let body = serde_json::to_string(&event.unwrap()).unwrap();
            json!({ "messageId": place.to_string(), "body": body, "eventSource": "aws:sqs" })
        })
        .collect();
    let failed = worker.deliver(&json!({ "Records": records })).await;
    failed.iter().map(|place| place.parse().unwrap()).collect()
}

/// The minor units of an amount.
pub(crate) fn minor(amount: &Value) -> i64 {
    assert_eq!(amount["currency"], "CNY", "{amount}");
    amount["minor"].as_i64().unwrap()
}
