//! Sessions.

use kernel::{Id, kind};
use platform::{
    ServiceError,
    table::{Write, WriteError},
};

use super::{
    Store,
    items::{SessionItem, expires_at_s},
};
use crate::{keys, session::Session};

/// Why a session did not go on to its next generation.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RotateError {
    /// It has changed meanwhile, to this; `None` if it is gone.
    #[error("the session has changed meanwhile")]
    Changed(Option<Session>),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The session `id`.
    pub(crate) async fn session(
        &self,
        id: Id<kind::Session>,
    ) -> Result<Option<Session>, ServiceError> {
        let item: Option<SessionItem> = self.table.get(&keys::session(id)).await?;
        Ok(item.map(Into::into))
    }

    /// Keeps a new session.
    pub(crate) async fn start_session(&self, session: &Session) -> Result<(), WriteError> {
        let write = Write::put(&self.table, &SessionItem::from(session)).when_absent();
        self.table.write(write).await.map(|_| ())
    }

    /// Makes the session what `next` is, if it is in the generation before.
    pub(crate) async fn rotate(&self, next: &Session) -> Result<(), RotateError> {
        let write = Write::update(
            &self.table,
            keys::session(next.id),
            "SET #generation = :generation, #rotated_at_ms = :now_ms, #expires_at = :expires_at",
        )
        .when("#generation = :before AND #revoked = :no")
        .bind(":generation", next.generation)
        .bind(":before", next.generation.saturating_sub(1))
        .bind(":now_ms", next.rotated_at_ms)
        .bind(":expires_at", expires_at_s(next))
        .bind(":no", false);
        match self.table.write(write).await {
            Ok(_) => Ok(()),
            Err(WriteError::Refused { existing }) => {
                let existing = existing
                    .map(|item| item.parse::<SessionItem>(self.table.name()))
                    .transpose()?;
                Err(RotateError::Changed(existing.map(Into::into)))
            }
            Err(WriteError::Service(error)) => Err(error.into()),
        }
    }

    /// Ends a session, if it is one of `account`. One that is gone has ended already.
    pub(crate) async fn revoke_session(
        &self,
        id: Id<kind::Session>,
        account: Id<kind::Account>,
    ) -> Result<(), ServiceError> {
        let write = Write::update(&self.table, keys::session(id), "SET #revoked = :yes")
            .when("#account = :account")
            .bind(":yes", true)
            .bind(":account", account);
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }
}
