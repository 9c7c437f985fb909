//! Exchange records: written once, by whoever does what they record.

use kernel::{Id, Money, Timestamp, kind};
use platform::{
    ServiceError,
    table::{self, Write},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes};
use crate::{
    exchange::{Direction, Exchange, Item, Posting, Reference, Subject, UnitPrice},
    keys,
};

/// What a cancelled transaction calls the write of an exchange record.
const EXCHANGE: &str = "exchange";

#[derive(Serialize, Deserialize)]
struct ExchangeItem {
    pk: String,
    sk: String,
    exchange: ExchangeRecord,
}

/// An exchange, as its own item and its line in the clearing keep it.
#[derive(Serialize, Deserialize)]
pub(super) struct ExchangeRecord {
    id: Id<kind::Exchange>,
    partner: Id<kind::Partner>,
    direction: Direction,
    item: Item,
    posting: Posting,
    quantity: u32,
    unit_price: Money,
    per_quantity: u32,
    amount: Money,
    reference: Reference,
    subject: Subject,
    sandbox: bool,
    occurred_at: Timestamp,
}

impl Store {
    /// The write that records an exchange: put it into the transaction that does it. It fails, and
    /// with it the transaction, if it is recorded already.
    pub(crate) fn record_exchange(&self, exchange: &Exchange) -> Write {
        let (pk, sk) = attributes(&keys::exchange(exchange.id));
        let item = ExchangeItem {
            pk,
            sk,
            exchange: ExchangeRecord::from(exchange),
        };
        Write::put(&self.table, &item)
            .when_absent()
            .labelled(EXCHANGE)
    }
}

/// The exchange record that is kept as `item`.
pub(crate) fn exchange_of(item: table::Item) -> Result<Exchange, ServiceError> {
    let item: ExchangeItem = item.parse(EXCHANGE)?;
    Ok(Exchange::from(item.exchange))
}

impl From<&Exchange> for ExchangeRecord {
    fn from(exchange: &Exchange) -> Self {
        Self {
            id: exchange.id,
            partner: exchange.partner,
            direction: exchange.direction,
            item: exchange.item,
            posting: exchange.posting,
            quantity: exchange.quantity,
            unit_price: exchange.price.price,
            per_quantity: exchange.price.per_quantity,
            amount: exchange.amount,
            reference: exchange.reference.clone(),
            subject: exchange.subject,
            sandbox: exchange.sandbox,
            occurred_at: exchange.occurred_at,
        }
    }
}

impl From<ExchangeRecord> for Exchange {
    fn from(record: ExchangeRecord) -> Self {
        Self {
            id: record.id,
            partner: record.partner,
            direction: record.direction,
            item: record.item,
            posting: record.posting,
            quantity: record.quantity,
            price: UnitPrice {
                price: record.unit_price,
                per_quantity: record.per_quantity,
            },
            amount: record.amount,
            reference: record.reference,
            subject: record.subject,
            sandbox: record.sandbox,
            occurred_at: record.occurred_at,
        }
    }
}
