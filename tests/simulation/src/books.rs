//! What is written down in the end: every table, read off its stream from the first record on, so
//! that the history of each item is known and not only how it stands.

use std::collections::BTreeMap;

use kernel::{Id, kind};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    Violation,
    market::{Market, text},
};

/// Everything that the three contexts have written.
#[derive(Debug, Default)]
pub(crate) struct Books {
    pub(crate) orders: Vec<Order>,
    pub(crate) entitlements: Vec<Entitlement>,
    pub(crate) intents: Vec<Intent>,
    pub(crate) refunds: Vec<PaidBack>,
    pub(crate) tickets: Vec<Ticket>,
    pub(crate) check_ins: Vec<CheckIn>,
}

/// An order with every state that it was written in.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Order {
    #[serde(skip)]
    pub(crate) id: String,
    #[serde(skip)]
    pub(crate) group: String,
    #[serde(skip)]
    pub(crate) history: Vec<(u64, String)>,
    pub(crate) buyer: String,
    pub(crate) state: String,
    pub(crate) lines: Vec<Line>,
    #[serde(default)]
    pub(crate) refund_requests: Vec<Request>,
    #[serde(default)]
    pub(crate) refunds: Vec<Refund>,
    version: u64,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Line {
    /// Follows from the order and the SKU.
    #[serde(skip)]
    pub(crate) id: String,
    pub(crate) sku: String,
    pub(crate) fulfilment: String,
    pub(crate) quantity: u32,
    pub(crate) unit_price: i64,
    #[serde(default)]
    pub(crate) components: Vec<Component>,
    #[serde(default)]
    pub(crate) fulfilled: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Component {
    pub(crate) quota: String,
    pub(crate) units: u32,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    pub(crate) id: String,
    pub(crate) state: String,
    pub(crate) return_goods: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) cause: Value,
    pub(crate) lines: Vec<RefundedLine>,
    pub(crate) amount: Amount,
    pub(crate) state: String,
    #[serde(default)]
    retried_as: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct RefundedLine {
    pub(crate) line: String,
    pub(crate) quantity: u32,
    pub(crate) withdrawn: u32,
    pub(crate) amount: Amount,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub(crate) struct Amount {
    pub(crate) minor: i64,
}

/// A right to download.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Entitlement {
    pub(crate) line: String,
    pub(crate) holder: String,
    pub(crate) revoked_at: Option<i64>,
}

/// A payment, as payments keeps it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Intent {
    pub(crate) id: String,
    pub(crate) group: String,
    pub(crate) state: String,
    pub(crate) amount_minor: i64,
    pub(crate) reserved_minor: i64,
    pub(crate) refunded_minor: i64,
}

/// A refund, as payments keeps it.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PaidBack {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(crate) amount_minor: i64,
    pub(crate) state: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Ticket {
    pub(crate) id: String,
    pub(crate) line: String,
    pub(crate) state: String,
    #[serde(default)]
    pub(crate) check_ins: BTreeMap<String, Value>,
    pub(crate) secret: Value,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct CheckIn {
    pub(crate) of_ticket: String,
    pub(crate) day: String,
}

/// Every version of the items of one table, by key.
type Versions = BTreeMap<(String, String), Vec<Value>>;

impl Books {
    /// Reads everything.
    pub(crate) fn read(market: &Market) -> Result<Self, Violation> {
        let mut books = Self::default();
        for ((pk, sk), versions) in versions(market, "OrdersTable") {
            let Some(last) = versions.last() else {
                continue;
            };
            if sk.starts_with("ORDER#") {
                books.orders.push(order(&pk, &sk, &versions)?);
            } else if sk.starts_with("ENTITLEMENT#") {
                books.entitlements.push(read(last)?);
            }
        }
        for ((_, sk), versions) in versions(market, "PaymentsTable") {
            let Some(last) = versions.last() else {
                continue;
            };
            if sk == "INTENT" && last["state"] != "withdrawn" {
                books.intents.push(read(last)?);
            } else if sk.starts_with("REFUND#") {
                books.refunds.push(read(last)?);
            }
        }
        for ((pk, sk), versions) in versions(market, "EventsTable") {
            let Some(last) = versions.last() else {
                continue;
            };
            if sk == "TICKET" {
                books.tickets.push(read(last)?);
            } else if pk.starts_with("DOOR#") {
                books.check_ins.push(read(last)?);
            }
        }
        Ok(books)
    }
}

impl Order {
    /// Whether the goods became the buyer's.
    pub(crate) fn is_paid(&self) -> bool {
        !["awaiting_payment", "expired", "cancelled"].contains(&self.state.as_str())
    }

    /// What it costs.
    pub(crate) fn total(&self) -> i64 {
        self.lines
            .iter()
            .map(|line| line.unit_price * i64::from(line.quantity))
            .sum()
    }

    /// The refunds that were not tried again under another id.
    pub(crate) fn counted_refunds(&self) -> impl Iterator<Item = &Refund> {
        self.refunds
            .iter()
            .filter(|refund| refund.retried_as.is_none())
    }

    /// How much has gone back, or is to.
    pub(crate) fn given_back(&self) -> i64 {
        self.counted_refunds()
            .map(|refund| refund.amount.minor)
            .sum()
    }

    /// How many units of a line were given up.
    pub(crate) fn returned_units(&self, line: &str) -> u32 {
        let refunds = self.counted_refunds().flat_map(|refund| &refund.lines);
        refunds
            .filter(|refunded| refunded.line == line)
            .map(|refunded| refunded.quantity)
            .sum()
    }
}

impl Refund {
    /// Why it was made, in a word.
    pub(crate) fn why(&self) -> String {
        let named = self
            .cause
            .as_object()
            .and_then(|cause| cause.keys().next().cloned());
        named.unwrap_or_else(|| text(&self.cause))
    }
}

fn order(pk: &str, sk: &str, versions: &[Value]) -> Result<Order, Violation> {
    let last = versions.last().cloned().unwrap_or_default();
    let mut order: Order = read(&last)?;
    let group = pk.trim_start_matches("GROUP#");
    let number: u8 = sk.trim_start_matches("ORDER#").parse().unwrap_or_default();
    let mut bytes = group
        .parse::<Id<kind::OrderGroup>>()
        .map(|id| id.as_bytes())
        .unwrap_or_default();
    bytes[15] = number.saturating_add(1);
    order.id = Id::<kind::Order>::from_bytes(bytes).to_string();
    order.group = group.to_owned();
    for line in &mut order.lines {
        let id: Id<kind::OrderLine> = Id::derive(&["order-line", &order.id, &line.sku]);
        line.id = id.to_string();
    }
    let written = versions.iter();
    order.history = written
        .map(|item| {
            (
                item["version"].as_u64().unwrap_or_default(),
                text(&item["state"]),
            )
        })
        .collect();
    debug_assert!(
        order
            .history
            .last()
            .is_some_and(|(version, _)| *version == order.version)
    );
    Ok(order)
}

fn read<'a, T: Deserialize<'a>>(item: &'a Value) -> Result<T, Violation> {
    T::deserialize(item)
        .map_err(|error| Violation::new("what_is_written_can_be_read", format!("{error}: {item}")))
}

/// Every version of every item that was not deleted in the end.
fn versions(market: &Market, table: &str) -> Versions {
    let mut reader = market
        .world
        .engines
        .stream(table)
        .expect("the table has a stream");
    let mut versions = Versions::new();
    loop {
        let records = reader.next(500).expect("the stream is read");
        if records.is_empty() {
            return versions;
        }
        for record in records {
            let change = &record["dynamodb"];
            let key = ["pk", "sk"].map(|name| text(&change["Keys"][name]["S"]));
            let [pk, sk] = key;
            match &change["NewImage"] {
                Value::Null => {
                    versions.remove(&(pk, sk));
                }
                image => versions.entry((pk, sk)).or_default().push(plain_map(image)),
            }
        }
    }
}

/// A value without DynamoDB's words for types.
fn plain(typed: &Value) -> Value {
    let Some((kind, value)) = typed.as_object().and_then(|typed| typed.iter().next()) else {
        return Value::Null;
    };
    match kind.as_str() {
        "N" => value
            .as_str()
            .and_then(|number| serde_json::from_str(number).ok())
            .unwrap_or_default(),
        "M" => plain_map(value),
        "L" => value.as_array().into_iter().flatten().map(plain).collect(),
        "NULL" => Value::Null,
        _ => value.clone(),
    }
}

fn plain_map(typed: &Value) -> Value {
    let members = typed.as_object().into_iter().flatten();
    Value::Object(
        members
            .map(|(name, value)| (name.clone(), plain(value)))
            .collect(),
    )
}
