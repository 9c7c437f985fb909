//! Chargebacks, each written once, with the intent whose sums it changes.

use kernel::{Currency, Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Write},
};
use serde::{Deserialize, Serialize};

use super::{SaveError, Store, attributes, money, parse};
use crate::{
    chargeback::{Chargeback, Reference},
    intent::PaymentIntent,
    keys,
};

#[derive(Serialize, Deserialize)]
struct ChargebackItem {
    pk: String,
    sk: String,
    id: Id<kind::Chargeback>,
    intent: Id<kind::PaymentIntent>,
    group: Id<kind::OrderGroup>,
    reference: Reference,
    amount_minor: i64,
    currency: Currency,
    created_at: Timestamp,
}

impl Store {
    /// A chargeback of an intent.
    pub(crate) async fn chargeback(
        &self,
        intent: Id<kind::PaymentIntent>,
        id: Id<kind::Chargeback>,
    ) -> Result<Option<Chargeback>, ServiceError> {
        let item = self.table.get_item(&keys::chargeback(intent, id)).await?;
        item.map(chargeback_of).transpose()
    }

    /// Writes a new chargeback and the next version of its intent, or neither.
    pub(crate) async fn create_chargeback(
        &self,
        intent: &PaymentIntent,
        chargeback: &Chargeback,
    ) -> Result<(), SaveError> {
        let (pk, sk) = attributes(&keys::chargeback(chargeback.intent, chargeback.id));
        let item = ChargebackItem {
            pk,
            sk,
            id: chargeback.id,
            intent: chargeback.intent,
            group: chargeback.group,
            reference: chargeback.reference.clone(),
            amount_minor: chargeback.amount.minor(),
            currency: chargeback.amount.currency(),
            created_at: chargeback.created_at,
        };
        let put = Write::put(&self.table, &item).when_absent();
        self.save_pair(intent, put).await
    }
}

/// The chargeback that an item is.
pub(crate) fn chargeback_of(item: Item) -> Result<Chargeback, ServiceError> {
    let item: ChargebackItem = parse(item)?;
    Ok(Chargeback {
        id: item.id,
        intent: item.intent,
        group: item.group,
        reference: item.reference,
        amount: money(item.amount_minor, item.currency)?,
        created_at: item.created_at,
    })
}
