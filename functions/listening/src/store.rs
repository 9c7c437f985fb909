//! The listening table: which listening tokens are revoked.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Table, Write, WriteError},
};
use serde::Serialize;

use crate::keys;

/// The context's table. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    table: Table,
}

#[derive(Serialize)]
struct RevokedItem<'a> {
    pk: &'a str,
    account: Id<kind::Account>,
    revoked_at_s: i64,
}

impl Store {
    /// The store in `table`.
    pub(crate) fn new(table: Table) -> Self {
        Self { table }
    }

    /// Whether `token` was revoked; one read.
    pub(crate) async fn is_revoked(
        &self,
        token: Id<kind::ListeningToken>,
    ) -> Result<bool, ServiceError> {
        let item = self.table.get_item(&keys::revoked(token)).await?;
        Ok(item.is_some())
    }

    /// Notes that `token` was revoked. Noting it again writes the same row.
    pub(crate) async fn revoke(
        &self,
        token: Id<kind::ListeningToken>,
        account: Id<kind::Account>,
        revoked_at: Timestamp,
    ) -> Result<(), WriteError> {
        let key = keys::revoked(token);
        let item = RevokedItem {
            pk: key.pk(),
            account,
            revoked_at_s: revoked_at.as_second(),
        };
        self.table.write(Write::put(&self.table, &item)).await?;
        Ok(())
    }
}
