//! Who operates the platform.
//!
//! No route gives this role away: it is given by somebody who may write to the table of accounts.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Table, Write, WriteError},
};

use crate::{account::Role, keys};

/// The accounts that operate the platform.
#[derive(Clone, Debug)]
pub struct Operators {
    table: Table,
}

/// Why an account's role was not changed.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// There is no such account.
    #[error("there is no account {0}")]
    Unknown(Id<kind::Account>),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Operators {
    /// Those in the table of accounts.
    #[must_use]
    pub fn new(table: Table) -> Operators {
        Operators { table }
    }

    /// Makes an account an operator, from its next access token on.
    ///
    /// # Errors
    /// [`OperatorError`] if there is no such account, or no answer.
    pub async fn add(&self, account: Id<kind::Account>) -> Result<(), OperatorError> {
        let key = keys::account(account);
        let write = Write::update(&self.table, key, "SET #roles = :roles");
        let write = write.bind(":roles", [Role::Operator.as_str()]);
        self.write(account, write).await
    }

    /// Makes an operator an account like any other. An access token that was issued before is good
    /// until it ends.
    ///
    /// # Errors
    /// [`OperatorError`] if there is no such account, or no answer.
    pub async fn remove(&self, account: Id<kind::Account>) -> Result<(), OperatorError> {
        let key = keys::account(account);
        // Operator is the only role there is.
        self.write(account, Write::update(&self.table, key, "REMOVE #roles"))
            .await
    }

    async fn write(&self, account: Id<kind::Account>, write: Write) -> Result<(), OperatorError> {
        match self.table.write(write.when("attribute_exists(pk)")).await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused { .. }) => Err(OperatorError::Unknown(account)),
            Err(WriteError::Service(error)) => Err(error.into()),
        }
    }
}
