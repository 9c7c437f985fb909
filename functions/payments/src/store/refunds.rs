//! Refunds. What changes the sums of a payment is written with its intent in one transaction.

use kernel::{Currency, Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Query, TransactError, Transaction, Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{PART, SaveError, Store, attributes, due_second, due_time, money, parse};
use crate::{
    intent::PaymentIntent,
    keys::{self, REFUND_PREFIX},
    refund::{Refund, RefundState},
};

#[derive(Serialize, Deserialize)]
struct RefundItem {
    pk: String,
    sk: String,
    id: Id<kind::Refund>,
    intent: Id<kind::PaymentIntent>,
    group: Id<kind::OrderGroup>,
    order: Id<kind::Order>,
    amount_minor: i64,
    currency: Currency,
    reason: String,
    state: RefundState,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    failure: Option<String>,
    asked: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_shard: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    due_at: Option<i64>,
    requested_at: Timestamp,
    changed_at: Timestamp,
    version: u64,
}

/// One page of a payment's refunds.
#[derive(Debug)]
pub(crate) struct RefundPage {
    pub(crate) refunds: Vec<Refund>,
    pub(crate) has_more: bool,
}

impl Store {
    /// A refund of an intent.
    pub(crate) async fn refund(
        &self,
        intent: Id<kind::PaymentIntent>,
        id: Id<kind::Refund>,
    ) -> Result<Option<Refund>, ServiceError> {
        let item = self.table.get_item(&keys::refund(intent, id)).await?;
        item.map(refund_of).transpose()
    }

    /// A page of the refunds of an intent, in the order of their ids.
    pub(crate) async fn refunds(
        &self,
        intent: Id<kind::PaymentIntent>,
        after: Option<Id<kind::Refund>>,
        limit: u32,
    ) -> Result<RefundPage, ServiceError> {
        let mut query = Query::prefix(keys::partition(intent), REFUND_PREFIX).limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::refund(intent, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let refunds = page.items.into_iter().map(refund_of);
        Ok(RefundPage {
            refunds: refunds.collect::<Result<_, _>>()?,
            has_more,
        })
    }

    /// Writes the next version of a refund alone.
    pub(crate) async fn save_refund(&self, refund: &Refund) -> Result<(), SaveError> {
        match self.table.write(self.put_refund(refund)).await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused { .. }) => Err(SaveError::Known),
            Err(WriteError::Service(error)) => Err(error.into()),
        }
    }

    /// Writes the next versions of a refund and of its intent, or neither.
    pub(crate) async fn save_refund_with(
        &self,
        intent: &PaymentIntent,
        refund: &Refund,
    ) -> Result<(), SaveError> {
        self.save_pair(intent, self.put_refund(refund)).await
    }

    /// Writes the next version of an intent and something beside it, or neither.
    pub(super) async fn save_pair(
        &self,
        intent: &PaymentIntent,
        part: Write,
    ) -> Result<(), SaveError> {
        let transaction = Transaction::new()
            .and(self.put_intent(intent))
            .and(part.labelled(PART));
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(PART) => {
                Err(SaveError::Known)
            }
            Err(TransactError::Cancelled(_)) => Err(SaveError::Lost),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    fn put_refund(&self, refund: &Refund) -> Write {
        let write = Write::put(&self.table, &RefundItem::of(refund));
        match refund.version {
            0 => write.when_absent(),
            read => write.when("#version = :read").bind(":read", read),
        }
    }
}

/// The refund that an item is.
pub(crate) fn refund_of(item: Item) -> Result<Refund, ServiceError> {
    let item: RefundItem = parse(item)?;
    Ok(Refund {
        id: item.id,
        intent: item.intent,
        group: item.group,
        order: item.order,
        amount: money(item.amount_minor, item.currency)?,
        reason: item.reason,
        state: item.state,
        failure: item.failure,
        asked: item.asked,
        ask_at: due_time(item.due_at)?,
        requested_at: item.requested_at,
        changed_at: item.changed_at,
        version: item.version,
    })
}

impl RefundItem {
    /// The item that makes the refund's next version.
    fn of(refund: &Refund) -> Self {
        let (pk, sk) = attributes(&keys::refund(refund.intent, refund.id));
        Self {
            pk,
            sk,
            id: refund.id,
            intent: refund.intent,
            group: refund.group,
            order: refund.order,
            amount_minor: refund.amount.minor(),
            currency: refund.amount.currency(),
            reason: refund.reason.clone(),
            state: refund.state,
            failure: refund.failure.clone(),
            asked: refund.asked,
            due_shard: refund
                .ask_at
                .map(|_| keys::due_shard(refund.intent).to_owned()),
            due_at: due_second(refund.ask_at),
            requested_at: refund.requested_at,
            changed_at: refund.changed_at,
            version: refund.version + 1,
        }
    }
}
