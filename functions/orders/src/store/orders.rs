//! Orders: reading them, and moving them on under their version.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Query, TransactError, Transaction, Write},
};
use quota::QUOTA;

use super::{
    Store,
    order_item::{OrderItem, order_of},
    purchases::PURCHASES,
};
use crate::{keys, order::Order};

/// The label of an order's write in a cancelled transaction.
const ORDER: &str = "order";

/// Why a change was not committed. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommitError {
    /// An order has changed since it was read, or is there already: read it again.
    #[error("an order has changed meanwhile")]
    Changed,
    /// The buyer would have more tickets of a quota than one may: read how many there are.
    #[error("a purchase limit is reached")]
    Limit,
    /// Somebody else was faster with a quota's units: ask for them again.
    #[error("the goods have changed meanwhile")]
    Goods,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The order `id`.
    pub(crate) async fn order(&self, id: Id<kind::Order>) -> Result<Option<Order>, ServiceError> {
        let item: Option<OrderItem> = self.table.get(&keys::order(id)).await?;
        item.map(OrderItem::order).transpose()
    }

    /// The orders of a group, in their order; none if there is no such group.
    pub(crate) async fn orders_of(
        &self,
        group: Id<kind::OrderGroup>,
    ) -> Result<Vec<Order>, ServiceError> {
        let query = Query::prefix(keys::group(group), keys::ORDER_PREFIX);
        let page = self.table.query(query).await?;
        page.items.into_iter().map(order_of).collect()
    }

    /// The write that places an order, if it is not placed already.
    pub(crate) fn create(&self, order: &Order) -> Write {
        let item = OrderItem::of(order, order.version, self.periods);
        Write::put(&self.table, &item).when_absent().labelled(ORDER)
    }

    /// The write that moves an order on from the version that was read.
    pub(crate) fn save(&self, order: &Order) -> Write {
        let item = OrderItem::of(order, order.version + 1, self.periods);
        Write::put(&self.table, &item)
            .when("#version = :seen")
            .bind(":seen", order.version)
            .labelled(ORDER)
    }

    /// Commits writes together.
    pub(crate) async fn commit(&self, writes: Vec<Write>) -> Result<(), CommitError> {
        match self.aws.transact(Transaction::from(writes)).await {
            Ok(()) => Ok(()),
            // What was read of the order decides on everything else, so it is asked about first.
            Err(TransactError::Cancelled(lost)) => Err(if lost.names(ORDER) {
                CommitError::Changed
            } else if lost.names(PURCHASES) {
                CommitError::Limit
            } else if lost.names(QUOTA) {
                CommitError::Goods
            } else {
                CommitError::Changed
            }),
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}
