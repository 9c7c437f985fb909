//! A voucher moved on, with all that is true together with it.

use platform::{
    ServiceError,
    table::{TransactError, Transaction, Write},
};

use super::{
    Store,
    transactions::TRANSACTION,
    vouchers::{CODE, VOUCHER},
};
use crate::voucher::Voucher;

/// Why a voucher was not moved on. Nothing was written, unless there was no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MoveError {
    /// The partner's transaction was done before.
    #[error("the transaction was done before")]
    Repeated,
    /// The voucher, or something else that was decided on, has changed.
    #[error("something has changed meanwhile")]
    Lost,
    /// Another voucher has this code.
    #[error("the code is another voucher's")]
    CodeTaken,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Keeps a voucher in its new version, with what else is to happen then.
    pub(crate) async fn commit_move(
        &self,
        voucher: &Voucher,
        with: Vec<Write>,
    ) -> Result<(), MoveError> {
        let mut writes = with;
        writes.push(self.save_voucher(voucher));
        match self.aws.transact(Transaction::from(writes)).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) => {
                if cancellation.names(TRANSACTION) {
                    Err(MoveError::Repeated)
                } else if cancellation.names(CODE) && !cancellation.names(VOUCHER) {
                    Err(MoveError::CodeTaken)
                } else {
                    Err(MoveError::Lost)
                }
            }
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}
