//! Accounts and the credentials that open them.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{TransactError, Transaction, Write, WriteError},
};

use super::{
    Store,
    items::{AccountItem, CredentialItem, account_of, parts},
};
use crate::{
    account::{Account, Edit},
    hashing::StoredHash,
    keys::{self, EmailKey},
};

/// What an e-mail address opens, and with which password.
pub(crate) struct Credential {
    pub(crate) account: Id<kind::Account>,
    pub(crate) password_hash: StoredHash,
}

/// Why an account was not opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RegisterError {
    /// The address has one.
    #[error("the e-mail address has an account")]
    EmailTaken,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why an account was not changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EditError {
    /// It is not in the version that the change was made for, or not there at all.
    #[error("the account is not in the expected version")]
    Changed,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// The account `id`.
    pub(crate) async fn account(
        &self,
        id: Id<kind::Account>,
    ) -> Result<Option<Account>, ServiceError> {
        self.table
            .get_item(&keys::account(id))
            .await?
            .map(account_of)
            .transpose()
    }

    /// The credential of an e-mail address.
    pub(crate) async fn credential(
        &self,
        email: &EmailKey,
    ) -> Result<Option<Credential>, ServiceError> {
        let item: Option<CredentialItem> = self.table.get(&keys::credential(email)).await?;
        Ok(item.map(|item| Credential {
            account: item.account,
            password_hash: StoredHash::of_stored(item.password_hash),
        }))
    }

    /// Opens `account`, in one transaction with its credential: of those who want one address, one
    /// gets it.
    pub(crate) async fn register(
        &self,
        account: &Account,
        email: &EmailKey,
        password_hash: &StoredHash,
    ) -> Result<(), RegisterError> {
        const EMAIL: &str = "email";
        let (pk, sk) = parts(keys::credential(email));
        let credential = CredentialItem {
            pk,
            sk,
            account: account.id,
            password_hash: password_hash.as_str().to_owned(),
        };
        let transaction = Transaction::new()
            .and(
                Write::put(&self.table, &credential)
                    .when_absent()
                    .labelled(EMAIL),
            )
            .and(
                Write::put(&self.table, &AccountItem::from(account))
                    .when_absent()
                    .labelled("account"),
            );
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(EMAIL) => {
                Err(RegisterError::EmailTaken)
            }
            // 80 random bits have come up twice within a millisecond: believe in a defect instead.
            Err(TransactError::Cancelled(cancellation)) => {
                Err(ServiceError::malformed(self.table.name(), cancellation).into())
            }
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// Replaces the hash of a credential, unless it has changed meanwhile: then the newer one stays.
    pub(crate) async fn replace_hash(
        &self,
        email: &EmailKey,
        old: &StoredHash,
        new: &StoredHash,
    ) -> Result<(), ServiceError> {
        let write = Write::update(
            &self.table,
            keys::credential(email),
            "SET #password_hash = :new",
        )
        .when("#password_hash = :old")
        .bind(":new", new.as_str())
        .bind(":old", old.as_str());
        match self.table.write(write).await {
            Ok(_) | Err(WriteError::Refused { .. }) => Ok(()),
            Err(WriteError::Service(error)) => Err(error),
        }
    }

    /// Changes what `edit` names, and counts the version up. With `version`, only if the account is
    /// still in that one; without, edits of different fields at once are both kept.
    pub(crate) async fn edit(
        &self,
        id: Id<kind::Account>,
        edit: &Edit,
        version: Option<u64>,
        now: Timestamp,
    ) -> Result<Account, EditError> {
        let mut expression = "SET #updated_at = :now, #version = #version + :one".to_owned();
        if edit.display_name.is_some() {
            expression.push_str(", #display_name = :display_name");
        }
        if edit.time_zone.is_some() {
            expression.push_str(", #time_zone = :time_zone");
        }
        let mut write = Write::update(&self.table, keys::account(id), expression)
            .when(match version {
                Some(_) => "#version = :version",
                None => "attribute_exists(pk)",
            })
            .bind(":now", now)
            .bind(":one", 1);
        if let Some(version) = version {
            write = write.bind(":version", version);
        }
        if let Some(name) = &edit.display_name {
            write = write.bind(":display_name", name.as_str());
        }
        if let Some(zone) = &edit.time_zone {
            write = write.bind(":time_zone", zone.as_str());
        }
        match self.table.write(write).await {
            Ok(written) => written
                .item
                .ok_or_else(|| ServiceError::malformed(self.table.name(), "an update without item"))
                .and_then(account_of)
                .map_err(EditError::Service),
            Err(WriteError::Refused { .. }) => Err(EditError::Changed),
            Err(WriteError::Service(error)) => Err(error.into()),
        }
    }
}
