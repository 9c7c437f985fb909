//! Listening tokens: which an account has, and which it had.
//!
//! The token itself is not kept: it can be signed again, and shown to nobody a second time.

use kernel::{Id, Timestamp, kind};
use platform::{
    ServiceError,
    table::{Query, TransactError, Transaction, Write},
};

use super::{
    Store,
    items::{ListeningTokenItem, RevokedTokenItem},
};
use crate::{keys, name::Name};

/// How many listening tokens an account can have at a time: more than anyone has players, and few
/// enough that nobody deals in them.
const MAX_LISTENING_TOKENS: u32 = 20;

/// What is kept of a listening token.
#[derive(Clone, Debug)]
pub(crate) struct ListeningTokenRecord {
    pub(crate) account: Id<kind::Account>,
    pub(crate) id: Id<kind::ListeningToken>,
    pub(crate) name: Name,
    pub(crate) created_at: Timestamp,
}

/// What is kept of a revoked one, for good: a token has no end of its own, so whoever has lost the
/// list of revoked ones can have it again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RevokedToken {
    pub(crate) account: Id<kind::Account>,
    pub(crate) id: Id<kind::ListeningToken>,
    pub(crate) revoked_at: Timestamp,
}

/// One page of an account's listening tokens.
pub(crate) struct TokenPage {
    pub(crate) tokens: Vec<ListeningTokenRecord>,
    pub(crate) has_more: bool,
}

/// Why a listening token was not kept.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AddTokenError {
    /// The account has as many as it can have.
    #[error("the account has {MAX_LISTENING_TOKENS} listening tokens")]
    TooMany,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// Why a listening token was not revoked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RevokeTokenError {
    /// The account has no such token, or not any more.
    #[error("the account has no such listening token")]
    Absent,
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Store {
    /// Keeps a new token, and counts it in the same transaction.
    pub(crate) async fn add_listening_token(
        &self,
        token: &ListeningTokenRecord,
    ) -> Result<(), AddTokenError> {
        const COUNT: &str = "count";
        let count = keys::listening_token_count(token.account);
        let transaction = Transaction::new()
            .and(Write::put(&self.table, &ListeningTokenItem::from(token)).when_absent())
            .and(
                Write::update(&self.table, count, "ADD #live :one")
                    .when("attribute_not_exists(#live) OR #live < :max")
                    .bind(":one", 1)
                    .bind(":max", MAX_LISTENING_TOKENS)
                    .labelled(COUNT),
            );
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(COUNT) => {
                Err(AddTokenError::TooMany)
            }
            Err(TransactError::Cancelled(cancellation)) => {
                Err(ServiceError::malformed(self.table.name(), cancellation).into())
            }
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }

    /// At most `limit` of an account's tokens, oldest first, beginning after `after`.
    pub(crate) async fn listening_tokens(
        &self,
        account: Id<kind::Account>,
        after: Option<Id<kind::ListeningToken>>,
        limit: u32,
    ) -> Result<TokenPage, ServiceError> {
        let mut query = Query::prefix(
            keys::account_partition(account),
            keys::LISTENING_TOKEN_PREFIX,
        )
        .limit(limit);
        if let Some(after) = after {
            query = query.after(&keys::listening_token(account, after));
        }
        let page = self.table.query(query).await?;
        let has_more = page.next.is_some();
        let items: Vec<ListeningTokenItem> = page.parse()?;
        Ok(TokenPage {
            tokens: items
                .into_iter()
                .map(TryInto::try_into)
                .collect::<Result<_, _>>()?,
            has_more,
        })
    }

    /// Revokes a token, once.
    pub(crate) async fn revoke_listening_token(
        &self,
        revoked: &RevokedToken,
    ) -> Result<(), RevokeTokenError> {
        const TOKEN: &str = "token";
        let token = keys::listening_token(revoked.account, revoked.id);
        let count = keys::listening_token_count(revoked.account);
        let transaction = Transaction::new()
            .and(
                Write::delete(&self.table, token)
                    .when("attribute_exists(pk)")
                    .labelled(TOKEN),
            )
            .and(Write::put(&self.table, &RevokedTokenItem::from(revoked)).when_absent())
            .and(Write::update(&self.table, count, "ADD #live :less").bind(":less", -1));
        match self.aws.transact(transaction).await {
            Ok(()) => Ok(()),
            Err(TransactError::Cancelled(cancellation)) if cancellation.names(TOKEN) => {
                Err(RevokeTokenError::Absent)
            }
            Err(TransactError::Cancelled(cancellation)) => {
                Err(ServiceError::malformed(self.table.name(), cancellation).into())
            }
            Err(TransactError::Service(error)) => Err(error.into()),
        }
    }
}
