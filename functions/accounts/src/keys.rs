//! The keys of the accounts table.
//!
//! | access pattern | pk | sk |
//! |---|---|---|
//! | an account by its id | `ACCOUNT#<account>` | `ACCOUNT` |
//! | an account's listening tokens, oldest first; one of them | `ACCOUNT#<account>` | `LISTENING_TOKEN#<token>` |
//! | how many listening tokens an account has | `ACCOUNT#<account>` | `LISTENING_TOKENS` |
//! | the revoked listening tokens of an account | `ACCOUNT#<account>` | `REVOKED_LISTENING_TOKEN#<token>` |
//! | a credential by e-mail address | `EMAIL#<HMAC of the folded address>` | `CREDENTIAL` |
//! | a session by its id | `SESSION#<session>` | `SESSION` |

use kernel::{Id, kind};
use platform::{Secret, table::Key};
use ring::hmac;

use crate::email::Email;

/// Before the id in the sort key of a listening token.
pub(crate) const LISTENING_TOKEN_PREFIX: &str = "LISTENING_TOKEN#";
/// The same for a revoked one.
pub(crate) const REVOKED_LISTENING_TOKEN_PREFIX: &str = "REVOKED_LISTENING_TOKEN#";
/// The sort key of an account's own item.
pub(crate) const ACCOUNT_SORT_KEY: &str = "ACCOUNT";

/// Turns addresses into keys. An address is personal data and keys turn up in logs and errors, so a
/// key is the address under an HMAC that nobody can try addresses against without the secret.
#[derive(Clone, Debug)]
pub(crate) struct EmailKeys(hmac::Key);

/// What stands for an address in keys and in rate limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct EmailKey(String);

impl EmailKeys {
    /// Keys under `secret`.
    pub(crate) fn new(secret: &Secret) -> Self {
        let key = secret.derive("e-mail addresses");
        Self(hmac::Key::new(hmac::HMAC_SHA256, &key))
    }

    /// The key of `email`: the same for every spelling that counts as one address.
    pub(crate) fn of(&self, email: &Email) -> EmailKey {
        let tag = hmac::sign(&self.0, email.folded().as_bytes());
        EmailKey(
            tag.as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }
}

impl EmailKey {
    /// The key as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The partition of everything that belongs to one account.
pub(crate) fn account_partition(account: Id<kind::Account>) -> String {
    format!("ACCOUNT#{account}")
}

/// An account.
pub(crate) fn account(account: Id<kind::Account>) -> Key {
    Key::sorted(account_partition(account), ACCOUNT_SORT_KEY)
}

/// One listening token.
pub(crate) fn listening_token(account: Id<kind::Account>, token: Id<kind::ListeningToken>) -> Key {
    Key::sorted(
        account_partition(account),
        format!("{LISTENING_TOKEN_PREFIX}{token}"),
    )
}

/// One revoked listening token.
pub(crate) fn revoked_listening_token(
    account: Id<kind::Account>,
    token: Id<kind::ListeningToken>,
) -> Key {
    Key::sorted(
        account_partition(account),
        format!("{REVOKED_LISTENING_TOKEN_PREFIX}{token}"),
    )
}

/// The count of an account's listening tokens.
pub(crate) fn listening_token_count(account: Id<kind::Account>) -> Key {
    Key::sorted(account_partition(account), "LISTENING_TOKENS")
}

/// The credential of an address.
pub(crate) fn credential(email: &EmailKey) -> Key {
    Key::sorted(format!("EMAIL#{}", email.as_str()), "CREDENTIAL")
}

/// A session.
pub(crate) fn session(session: Id<kind::Session>) -> Key {
    Key::sorted(format!("SESSION#{session}"), "SESSION")
}
