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
//! | an organization by its id | `ORGANIZATION#<organization>` | `ORGANIZATION` |
//! | an organization's members, by account; one of them | `ORGANIZATION#<organization>` | `MEMBER#<account>` |
//! | how many members and owners an organization has | `ORGANIZATION#<organization>` | `MEMBERS` |
//! | whom an organization has invited; one of them | `ORGANIZATION#<organization>` | `INVITATION#<invitation>` |
//! | an organization's representations on either side, oldest first | `ORGANIZATION#<organization>` | `REPRESENTATION#<representation>` |
//! | the organizations in one state, oldest first | `ORGANIZATIONS#<state>` | `ORGANIZATION#<organization>` |
//! | an account's organizations, oldest first | `ACCOUNT#<account>` | `MEMBERSHIP#<organization>` |
//! | how many organizations an account has | `ACCOUNT#<account>` | `MEMBERSHIPS` |
//! | who has invited an account, or an address | `ACCOUNT#<account>` or `EMAIL#<HMAC>` | `INVITATION#<organization>` |
//! | a representation by its id | `REPRESENTATION#<representation>` | `REPRESENTATION` |
//!
//! The stream tells others of `ACCOUNT#` and `ORGANIZATION#` partitions; the template's filter lets no
//! other change start a function.

use kernel::{Id, kind};
use platform::{Secret, table::Key};
use ring::hmac;
use serde::{Deserialize, Serialize};

use crate::{
    email::Email,
    organization::{Invitee, State},
};

/// Before the id in the sort key of a listening token.
pub(crate) const LISTENING_TOKEN_PREFIX: &str = "LISTENING_TOKEN#";
/// The same for a revoked one.
pub(crate) const REVOKED_LISTENING_TOKEN_PREFIX: &str = "REVOKED_LISTENING_TOKEN#";
/// The sort key of an account's own item.
pub(crate) const ACCOUNT_SORT_KEY: &str = "ACCOUNT";

/// The sort key of an organization's own item.
pub(crate) const ORGANIZATION_SORT_KEY: &str = "ORGANIZATION";
/// Before the account in the sort key of a member.
pub(crate) const MEMBER_PREFIX: &str = "MEMBER#";
/// Before the organization in the sort key of a membership.
pub(crate) const MEMBERSHIP_PREFIX: &str = "MEMBERSHIP#";
/// Before what distinguishes invitations in their sort keys, on either side.
pub(crate) const INVITATION_PREFIX: &str = "INVITATION#";
/// Before the id in the sort key of an organization's representation.
pub(crate) const REPRESENTATION_PREFIX: &str = "REPRESENTATION#";
/// Before the id in the sort key of an organization in the list of a state.
pub(crate) const ORGANIZATION_PREFIX: &str = "ORGANIZATION#";

/// Turns addresses into keys. An address is personal data and keys turn up in logs and errors, so a
/// key is the address under an HMAC that nobody can try addresses against without the secret.
#[derive(Clone, Debug)]
pub(crate) struct EmailKeys(hmac::Key);

/// What stands for an address in keys and in rate limits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
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
    Key::sorted(email_partition(email), "CREDENTIAL")
}

/// The partition of what belongs to an address, whether it has an account or not.
pub(crate) fn email_partition(email: &EmailKey) -> String {
    format!("EMAIL#{}", email.as_str())
}

/// A session.
pub(crate) fn session(session: Id<kind::Session>) -> Key {
    Key::sorted(format!("SESSION#{session}"), "SESSION")
}

/// The partition of everything that belongs to one organization.
pub(crate) fn organization_partition(organization: Id<kind::Organization>) -> String {
    format!("ORGANIZATION#{organization}")
}

/// An organization.
pub(crate) fn organization(organization: Id<kind::Organization>) -> Key {
    Key::sorted(organization_partition(organization), ORGANIZATION_SORT_KEY)
}

/// A member of an organization.
pub(crate) fn member(organization: Id<kind::Organization>, account: Id<kind::Account>) -> Key {
    Key::sorted(
        organization_partition(organization),
        format!("{MEMBER_PREFIX}{account}"),
    )
}

/// The count of an organization's members.
pub(crate) fn member_count(organization: Id<kind::Organization>) -> Key {
    Key::sorted(organization_partition(organization), "MEMBERS")
}

/// The partition of all organizations in one state.
pub(crate) fn state_partition(state: State) -> String {
    format!("ORGANIZATIONS#{}", state.as_str())
}

/// An organization in the list of those in one state.
pub(crate) fn in_state(state: State, organization: Id<kind::Organization>) -> Key {
    Key::sorted(
        state_partition(state),
        format!("{ORGANIZATION_PREFIX}{organization}"),
    )
}

/// An organization in the list of an account's.
pub(crate) fn membership(account: Id<kind::Account>, organization: Id<kind::Organization>) -> Key {
    Key::sorted(
        account_partition(account),
        format!("{MEMBERSHIP_PREFIX}{organization}"),
    )
}

/// The count of an account's organizations.
pub(crate) fn membership_count(account: Id<kind::Account>) -> Key {
    Key::sorted(account_partition(account), "MEMBERSHIPS")
}

/// The partition in which an invitee finds invitations.
pub(crate) fn invitee_partition(invitee: &Invitee) -> String {
    match invitee {
        Invitee::Account(account) => account_partition(*account),
        Invitee::Email { key, .. } => email_partition(key),
    }
}

/// An invitation, on the organization's side.
pub(crate) fn invitation(
    organization: Id<kind::Organization>,
    invitation: Id<kind::Invitation>,
) -> Key {
    Key::sorted(
        organization_partition(organization),
        format!("{INVITATION_PREFIX}{invitation}"),
    )
}

/// An invitation, on the invitee's side.
pub(crate) fn received_invitation(
    invitee_partition: &str,
    organization: Id<kind::Organization>,
) -> Key {
    Key::sorted(
        invitee_partition,
        format!("{INVITATION_PREFIX}{organization}"),
    )
}

/// A representation.
pub(crate) fn representation(representation: Id<kind::Representation>) -> Key {
    Key::sorted(format!("REPRESENTATION#{representation}"), "REPRESENTATION")
}

/// A representation in the list of one of its sides.
pub(crate) fn representation_of(
    organization: Id<kind::Organization>,
    representation: Id<kind::Representation>,
) -> Key {
    Key::sorted(
        organization_partition(organization),
        format!("{REPRESENTATION_PREFIX}{representation}"),
    )
}
