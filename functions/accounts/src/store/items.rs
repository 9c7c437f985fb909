//! The shapes of items, and the way to and from ours.

use std::error::Error;

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Item, Key},
};
use serde::{Deserialize, Serialize};

use super::{ListeningTokenRecord, RevokedToken};
use crate::{
    account::{Account, Role, Status},
    keys,
    session::Session,
};

/// What malformed items are reported under.
pub(super) const TARGET: &str = "the accounts table";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct AccountItem {
    pk: String,
    sk: String,
    id: Id<kind::Account>,
    email: String,
    display_name: String,
    time_zone: String,
    acquisition_source: String,
    status: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    roles: Vec<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    version: u64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct CredentialItem {
    pub(super) pk: String,
    pub(super) sk: String,
    pub(super) account: Id<kind::Account>,
    pub(super) password_hash: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SessionItem {
    pk: String,
    sk: String,
    id: Id<kind::Session>,
    account: Id<kind::Account>,
    generation: u32,
    started_at_ms: i64,
    rotated_at_ms: i64,
    revoked: bool,
    /// In seconds: from then on DynamoDB may remove the item.
    expires_at: i64,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ListeningTokenItem {
    pk: String,
    sk: String,
    account: Id<kind::Account>,
    id: Id<kind::ListeningToken>,
    name: String,
    created_at: Timestamp,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct RevokedTokenItem {
    pk: String,
    sk: String,
    account: Id<kind::Account>,
    id: Id<kind::ListeningToken>,
    revoked_at: Timestamp,
}

/// The account that an item of the stream holds.
pub(crate) fn account_of(item: Item) -> Result<Account, ServiceError> {
    item.parse::<AccountItem>(TARGET)?.try_into()
}

/// The revoked token that an item of the stream holds.
pub(crate) fn revoked_token_of(item: Item) -> Result<RevokedToken, ServiceError> {
    item.parse::<RevokedTokenItem>(TARGET).map(Into::into)
}

impl From<&Account> for AccountItem {
    fn from(account: &Account) -> Self {
        let (pk, sk) = parts(keys::account(account.id));
        Self {
            pk,
            sk,
            id: account.id,
            email: account.email.as_str().to_owned(),
            display_name: account.display_name.as_str().to_owned(),
            time_zone: account.time_zone.as_str().to_owned(),
            acquisition_source: account.acquisition_source.as_str().to_owned(),
            status: account.status.as_str().to_owned(),
            roles: account
                .roles
                .iter()
                .map(|role| role.as_str().to_owned())
                .collect(),
            created_at: account.created_at,
            updated_at: account.updated_at,
            version: account.version,
        }
    }
}

impl TryFrom<AccountItem> for Account {
    type Error = ServiceError;

    fn try_from(item: AccountItem) -> Result<Self, ServiceError> {
        Ok(Self {
            id: item.id,
            email: item.email.parse().map_err(malformed)?,
            display_name: item.display_name.parse().map_err(malformed)?,
            time_zone: item.time_zone.parse().map_err(malformed)?,
            acquisition_source: item.acquisition_source.parse().map_err(malformed)?,
            status: Status::parse(&item.status).map_err(malformed)?,
            roles: item
                .roles
                .iter()
                .map(|role| Role::parse(role))
                .collect::<Result<_, _>>()
                .map_err(malformed)?,
            created_at: item.created_at,
            updated_at: item.updated_at,
            version: item.version,
        })
    }
}

impl From<&Session> for SessionItem {
    fn from(session: &Session) -> Self {
        let (pk, sk) = parts(keys::session(session.id));
        Self {
            pk,
            sk,
            id: session.id,
            account: session.account,
            generation: session.generation,
            started_at_ms: session.started_at_ms,
            rotated_at_ms: session.rotated_at_ms,
            revoked: session.revoked,
            expires_at: expires_at_s(session),
        }
    }
}

impl From<SessionItem> for Session {
    fn from(item: SessionItem) -> Self {
        Self {
            id: item.id,
            account: item.account,
            generation: item.generation,
            started_at_ms: item.started_at_ms,
            rotated_at_ms: item.rotated_at_ms,
            revoked: item.revoked,
        }
    }
}

/// When a session's item may be removed, in whole seconds; not before the session is over.
pub(super) fn expires_at_s(session: &Session) -> i64 {
    session.expires_at_ms().div_euclid(1000) + 1
}

impl From<&ListeningTokenRecord> for ListeningTokenItem {
    fn from(token: &ListeningTokenRecord) -> Self {
        let (pk, sk) = parts(keys::listening_token(token.account, token.id));
        Self {
            pk,
            sk,
            account: token.account,
            id: token.id,
            name: token.name.as_str().to_owned(),
            created_at: token.created_at,
        }
    }
}

impl TryFrom<ListeningTokenItem> for ListeningTokenRecord {
    type Error = ServiceError;

    fn try_from(item: ListeningTokenItem) -> Result<Self, ServiceError> {
        Ok(Self {
            account: item.account,
            id: item.id,
            name: item.name.parse().map_err(malformed)?,
            created_at: item.created_at,
        })
    }
}

impl From<&RevokedToken> for RevokedTokenItem {
    fn from(token: &RevokedToken) -> Self {
        let (pk, sk) = parts(keys::revoked_listening_token(token.account, token.id));
        Self {
            pk,
            sk,
            account: token.account,
            id: token.id,
            revoked_at: token.revoked_at,
        }
    }
}

impl From<RevokedTokenItem> for RevokedToken {
    fn from(item: RevokedTokenItem) -> Self {
        Self {
            account: item.account,
            id: item.id,
            revoked_at: item.revoked_at,
        }
    }
}

pub(super) fn parts(key: Key) -> (String, String) {
    (key.pk().to_owned(), key.sk().unwrap_or_default().to_owned())
}

pub(super) fn malformed(defect: impl Error + Send + Sync + 'static) -> ServiceError {
    ServiceError::malformed(TARGET, defect)
}
