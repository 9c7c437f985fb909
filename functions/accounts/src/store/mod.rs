//! What is kept in the accounts table, and every change to it.
//!
//! The shapes of items are known here alone; the rest of the crate sees accounts, sessions, tokens
//! and organizations. Reads are strongly consistent.

mod accounts;
mod invitations;
mod items;
mod listening_tokens;
mod members;
mod organizations;
mod representations;
mod sessions;

pub(crate) use accounts::{EditError, RegisterError};
pub(crate) use invitations::{AcceptError, InviteError};
pub(crate) use items::{account_of, revoked_token_of};
pub(crate) use listening_tokens::{
    AddTokenError, ListeningTokenRecord, RevokeTokenError, RevokedToken,
};
pub(crate) use members::ChangeMemberError;
pub(crate) use organizations::{FoundError, SaveError, organization_of};
pub(crate) use sessions::RotateError;

use platform::{Aws, table::Table};

/// The accounts table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    aws: Aws,
    table: Table,
}

/// One page of a list.
#[derive(Debug)]
pub(crate) struct PageOf<T> {
    pub(crate) items: Vec<T>,
    pub(crate) has_more: bool,
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
