//! What is kept in the accounts table, and every change to it.
//!
//! The shapes of items are known here alone; the rest of the crate sees accounts, sessions and
//! tokens. Reads are strongly consistent.

mod accounts;
mod items;
mod listening_tokens;
mod sessions;

pub(crate) use accounts::{EditError, RegisterError};
pub(crate) use items::{account_of, revoked_token_of};
pub(crate) use listening_tokens::{
    AddTokenError, ListeningTokenRecord, RevokeTokenError, RevokedToken,
};
pub(crate) use sessions::RotateError;

use platform::{Aws, table::Table};

/// The accounts table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    aws: Aws,
    table: Table,
}

impl Store {
    /// The store in the table called `table_name`.
    pub(crate) fn new(aws: &Aws, table_name: &str) -> Self {
        Self {
            aws: aws.clone(),
            table: aws.table(table_name),
        }
    }
}
