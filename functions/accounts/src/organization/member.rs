//! Members and those who were asked to become one.

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};

use super::MemberRole;
use crate::{
    email::Email,
    keys::{self, EmailKey},
};

/// How long an invitation can be accepted.
const INVITATION_LASTS: SignedDuration = SignedDuration::from_hours(14 * 24);

/// An account in an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) account: Id<kind::Account>,
    pub(crate) role: MemberRole,
    pub(crate) joined_at: Timestamp,
}

/// An organization of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Membership {
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) role: MemberRole,
}

/// Who was asked. An address is not looked up: whether it has an account, or gets one later, shows
/// only when somebody who signs in with it accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Invitee {
    /// An account.
    Account(Id<kind::Account>),
    /// Whoever signs in with this address.
    Email {
        /// The address as the inviter wrote it, which only managers see again.
        address: Email,
        /// What stands for it in keys.
        key: EmailKey,
    },
}

/// An offer of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Invitation {
    pub(crate) id: Id<kind::Invitation>,
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) invitee: Invitee,
    pub(crate) role: MemberRole,
    pub(crate) invited_by: Id<kind::Account>,
    pub(crate) invited_at: Timestamp,
    /// The second since 1970 from which on it cannot be accepted.
    pub(crate) expires_at_s: i64,
}

impl Invitation {
    /// The offer of `role`. A second one to the same invitee takes the place of the first: the id
    /// follows from both.
    pub(crate) fn offer(
        organization: Id<kind::Organization>,
        invitee: Invitee,
        role: MemberRole,
        invited_by: Id<kind::Account>,
        now: Timestamp,
    ) -> Self {
        let partition = keys::invitee_partition(&invitee);
        Self {
            id: Self::id_of(organization, &partition),
            organization,
            invitee,
            role,
            invited_by,
            invited_at: now,
            expires_at_s: now.as_second().saturating_add(INVITATION_LASTS.as_secs()),
        }
    }

    /// The id of the invitation of whoever has this partition, if there is one.
    pub(crate) fn id_of(
        organization: Id<kind::Organization>,
        invitee_partition: &str,
    ) -> Id<kind::Invitation> {
        Id::derive(&["invitation", &organization.to_string(), invitee_partition])
    }

    /// Whether it can be accepted at `now`.
    pub(crate) fn is_open(&self, now: Timestamp) -> bool {
        now.as_second() < self.expires_at_s
    }
}
