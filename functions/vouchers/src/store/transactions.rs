//! What partners' transactions have led to. Kept for ever: a repetition after years must not pay
//! again.

use platform::{
    ServiceError,
    table::{Write, WriteError},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes};
use crate::{
    keys,
    transaction::{Fingerprint, PartnerTransaction, Recorded},
};

/// The label of the record's write in a cancelled transaction: the partner's transaction was done
/// meanwhile.
pub(crate) const TRANSACTION: &str = "transaction";

#[derive(Serialize, Deserialize)]
struct TransactionItem {
    pk: String,
    sk: String,
    fingerprint: Fingerprint,
    subject: String,
}

impl Store {
    /// What an earlier request under the transaction's id has led to, if there was one.
    pub(crate) async fn recorded(
        &self,
        transaction: &PartnerTransaction,
    ) -> Result<Option<Recorded>, ServiceError> {
        let key = keys::transaction(transaction);
        let item: Option<TransactionItem> = self.table.get(&key).await?;
        Ok(item.map(|item| Recorded {
            same: item.fingerprint == transaction.fingerprint,
            subject: item.subject,
        }))
    }

    /// Remembers a transaction that found its work done, so that its id is used up all the same.
    pub(crate) async fn remember(
        &self,
        transaction: &PartnerTransaction,
        subject: impl ToString,
    ) -> Result<(), ServiceError> {
        match self.table.write(self.record(transaction, subject)).await {
            // It may have been remembered with its work.
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// The write that remembers what a transaction led to: put it into the transaction that has the
    /// effect.
    pub(crate) fn record(&self, transaction: &PartnerTransaction, subject: impl ToString) -> Write {
        let (pk, sk) = attributes(&keys::transaction(transaction));
        let item = TransactionItem {
            pk,
            sk,
            fingerprint: transaction.fingerprint.clone(),
            subject: subject.to_string(),
        };
        Write::put(&self.table, &item)
            .when_absent()
            .labelled(TRANSACTION)
    }
}
