//! Settlements: each entered with the account it changes and the request that asked for it.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{self, TransactError, Transaction, Write},
};
use serde::{Deserialize, Serialize};
use web::IDEMPOTENCY;

use super::{Store, attributes};
use crate::{
    billing::Billing,
    exchange::{Book, Reference},
    keys,
    settlement::{PaidAmount, Settlement, Way},
};

/// What a cancelled transaction calls the write of a settlement.
const SETTLEMENT: &str = "settlement";

#[derive(Serialize, Deserialize)]
struct SettlementItem {
    pk: String,
    sk: String,
    settlement: SettlementRecord,
}

/// A settlement, as its own item and its line in the clearing keep it.
#[derive(Serialize, Deserialize)]
pub(super) struct SettlementRecord {
    id: Id<kind::Settlement>,
    partner: Id<kind::Partner>,
    sandbox: bool,
    way: Way,
    amount: PaidAmount,
    reference: Reference,
    entered_by: Id<kind::Account>,
    occurred_at: Timestamp,
}

/// Why a settlement was not entered. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SettleError {
    /// The same request was done before.
    #[error("the request was done before")]
    Repeated,
    /// Another request entered this payment before.
    #[error("the payment was entered before")]
    Entered,
    /// The partner's account has changed since it was read.
    #[error("something has changed meanwhile")]
    Lost,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Enters a settlement, with the account as it is after it and the record of the request.
    pub(crate) async fn settle(
        &self,
        settlement: &Settlement,
        billing: &Billing,
        record: Write,
    ) -> Result<(), SettleError> {
        let (pk, sk) = attributes(&keys::settlement(settlement.id));
        let item = SettlementItem {
            pk,
            sk,
            settlement: SettlementRecord::from(settlement),
        };
        let entered = Write::put(&self.table, &item).when_absent();
        let transaction = Transaction::new()
            .and(record)
            .and(entered.labelled(SETTLEMENT))
            .and(self.save_billing(billing));
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(IDEMPOTENCY) => {
                Err(SettleError::Repeated)
            }
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(SETTLEMENT) => {
                Err(SettleError::Entered)
            }
            Err(TransactError::Cancelled(_)) => Err(SettleError::Lost),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// The settlement `id`.
    pub(crate) async fn settlement(
        &self,
        id: Id<kind::Settlement>,
    ) -> Result<Option<Settlement>, ServiceError> {
        let item: Option<SettlementItem> = self.table.get(&keys::settlement(id)).await?;
        Ok(item.map(|item| Settlement::from(item.settlement)))
    }
}

/// The settlement that is kept as `item`.
pub(crate) fn settlement_of(item: table::Item) -> Result<Settlement, ServiceError> {
    let item: SettlementItem = item.parse(SETTLEMENT)?;
    Ok(Settlement::from(item.settlement))
}

impl From<&Settlement> for SettlementRecord {
    fn from(settlement: &Settlement) -> Self {
        Self {
            id: settlement.id,
            partner: settlement.book.partner,
            sandbox: settlement.book.sandbox,
            way: settlement.way,
            amount: settlement.amount,
            reference: settlement.reference.clone(),
            entered_by: settlement.entered_by,
            occurred_at: settlement.occurred_at,
        }
    }
}

impl From<SettlementRecord> for Settlement {
    fn from(record: SettlementRecord) -> Self {
        Self {
            id: record.id,
            book: Book {
                partner: record.partner,
                sandbox: record.sandbox,
            },
            way: record.way,
            amount: record.amount,
            reference: record.reference,
            entered_by: record.entered_by,
            occurred_at: record.occurred_at,
        }
    }
}
