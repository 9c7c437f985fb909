//! The redemption: everything that is true together, in one transaction.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{TransactError, Transaction, Write},
};
use serde::Deserialize;
use web::IDEMPOTENCY;

use super::Store;
use crate::{keys, redemption::Redemption, reward::Reward};

/// How often a member has redeemed a reward that has a limit.
#[derive(Deserialize)]
struct RedeemedItem {
    count: u32,
}

/// Why a redemption was not committed. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// The same request was done before.
    #[error("the request was done before")]
    Repeated,
    /// Something that was decided on has changed: wallet, code, reward or the member's count.
    #[error("something has changed meanwhile")]
    Lost,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// How often a member has redeemed a reward while it had a limit.
    pub(crate) async fn redeemed(
        &self,
        account: Id<kind::Account>,
        reward: Id<kind::Reward>,
    ) -> Result<u32, ServiceError> {
        let key = keys::redeemed(account, reward);
        let item: Option<RedeemedItem> = self.table.get(&key).await?;
        Ok(item.map(|item| item.count).unwrap_or_default())
    }

    /// Commits a redemption of `reward` as it was decided on, with the debit of the wallet and the
    /// record of the request.
    pub(crate) async fn commit_redemption(
        &self,
        reward: &Reward,
        redemption: &Redemption,
        debit: Write,
        record: Write,
    ) -> Result<(), CommitError> {
        let shard = keys::pool_shard(redemption.voucher);
        let on_offer = Write::check(&self.table, keys::offer(reward.id, shard))
            .when("#version = :version")
            .bind(":version", reward.version);
        let taken = Write::delete(&self.table, keys::free(reward.id, redemption.voucher))
            .when("attribute_exists(pk)");
        let mut transaction = Transaction::new()
            .and(record)
            .and(debit)
            .and(on_offer)
            .and(taken)
            .and(self.issue(redemption))
            .and(self.list(redemption));
        if let Some(limit) = reward.limit_per_member {
            let count = Write::update(
                &self.table,
                keys::redeemed(redemption.issue.holder, reward.id),
                "ADD #count :one",
            )
            .when("attribute_not_exists(#count) OR #count < :limit")
            .bind(":one", 1)
            .bind(":limit", limit);
            transaction = transaction.and(count);
        }
        match self.aws.transact(transaction).await {
            Ok(()) => {
                self.stock.forget(reward.id);
                Ok(())
            }
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(IDEMPOTENCY) => {
                Err(CommitError::Repeated)
            }
            Err(TransactError::Cancelled(_)) => Err(CommitError::Lost),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}
