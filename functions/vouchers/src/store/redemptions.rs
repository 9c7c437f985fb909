//! The redemption: everything that is true together, in one transaction.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{TransactError, Transaction, Write},
};
use serde::Deserialize;
use web::IDEMPOTENCY;

use super::Store;
use crate::{
    keys,
    redemption::Redemption,
    reward::Reward,
    voucher::{Order, Voucher},
};

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
        let (voucher, order) = (redemption.voucher, &redemption.order);
        let taken =
            Write::delete(&self.table, keys::free(reward.id, voucher)).when("attribute_exists(pk)");
        let mut writes = vec![
            record,
            debit,
            self.on_offer(reward, voucher),
            taken,
            self.issue(redemption),
            self.list(order.holder, order.ordered_at, voucher),
        ];
        writes.extend(self.count(reward, order));
        let charge = order.charge(voucher, redemption.issue.issued_at);
        writes.extend(charge.map(|charge| self.record_exchange(&charge)));
        self.commit(writes).await?;
        self.stock.forget(reward.id);
        Ok(())
    }

    /// Commits the order of a voucher on demand as it was decided on, with the hold on the wallet and
    /// the record of the request.
    pub(crate) async fn commit_order(
        &self,
        reward: &Reward,
        voucher: &Voucher,
        hold: Write,
        record: Write,
    ) -> Result<(), CommitError> {
        let order = &voucher.order;
        let mut writes = vec![
            record,
            hold,
            self.on_offer(reward, voucher.id),
            self.save_voucher(voucher),
            self.list(order.holder, order.ordered_at, voucher.id),
        ];
        writes.extend(self.count(reward, order));
        self.commit(writes).await
    }

    /// Takes a voucher that its holder did not get, or not for good, off the count of how often the
    /// reward was redeemed.
    pub(crate) fn uncount(&self, order: &Order) -> Option<Write> {
        let key = keys::redeemed(order.holder, order.reward);
        let less = Write::update(&self.table, key, "ADD #count :less").bind(":less", -1);
        order.is_counted.then_some(less)
    }

    fn on_offer(&self, reward: &Reward, voucher: Id<kind::Voucher>) -> Write {
        let shard = keys::pool_shard(voucher);
        Write::check(&self.table, keys::offer(reward.id, shard))
            .when("#version = :version")
            .bind(":version", reward.version)
    }

    fn count(&self, reward: &Reward, order: &Order) -> Option<Write> {
        let limit = reward.limit_per_member?;
        let key = keys::redeemed(order.holder, reward.id);
        let more = Write::update(&self.table, key, "ADD #count :one")
            .when("attribute_not_exists(#count) OR #count < :limit")
            .bind(":one", 1)
            .bind(":limit", limit);
        Some(more)
    }

    async fn commit(&self, writes: Vec<Write>) -> Result<(), CommitError> {
        match self.aws.transact(Transaction::from(writes)).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(IDEMPOTENCY) => {
                Err(CommitError::Repeated)
            }
            Err(TransactError::Cancelled(_)) => Err(CommitError::Lost),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}
