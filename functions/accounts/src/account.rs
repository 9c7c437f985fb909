//! An account: what it is and what its owner may change.

use kernel::{Id, Timestamp, Zone, kind};

use crate::{acquisition_source::AcquisitionSource, email::Email, name::Name};

/// A person or an organization that can act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) id: Id<kind::Account>,
    pub(crate) email: Email,
    pub(crate) display_name: Name,
    pub(crate) time_zone: Zone,
    /// Where the account came from. Never changes: the source mix is counted by it.
    pub(crate) acquisition_source: AcquisitionSource,
    pub(crate) status: Status,
    pub(crate) roles: Vec<Role>,
    pub(crate) created_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// One more with every change that its owner made; 1 at first.
    pub(crate) version: u64,
}

/// Whether an account can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    /// It can.
    Active,
    /// An operator has stopped it: no new session, no new access token.
    Suspended,
}

/// What an account may do beyond its own affairs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Operates the platform.
    Operator,
}

/// What an owner asks to be changed; `None` leaves as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edit {
    pub(crate) display_name: Option<Name>,
    pub(crate) time_zone: Option<Zone>,
}

/// What an account is opened with.
#[derive(Clone, Debug)]
pub(crate) struct Registration {
    pub(crate) email: Email,
    pub(crate) display_name: Name,
    pub(crate) time_zone: Zone,
    pub(crate) acquisition_source: AcquisitionSource,
}

/// A status or role that is stored under a name nobody knows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not known")]
pub(crate) struct UnknownName(String);

impl Account {
    /// A new account.
    pub(crate) fn open(id: Id<kind::Account>, registration: Registration, now: Timestamp) -> Self {
        Self {
            id,
            email: registration.email,
            display_name: registration.display_name,
            time_zone: registration.time_zone,
            acquisition_source: registration.acquisition_source,
            status: Status::Active,
            roles: Vec::new(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// What of `edit` would change something; `None` if nothing would.
    pub(crate) fn changes(&self, edit: Edit) -> Option<Edit> {
        let changes = Edit {
            display_name: edit.display_name.filter(|name| *name != self.display_name),
            time_zone: edit.time_zone.filter(|zone| *zone != self.time_zone),
        };
        (changes != Edit::default()).then_some(changes)
    }

    /// Whether it operates the platform.
    pub(crate) fn is_operator(&self) -> bool {
        self.roles.contains(&Role::Operator)
    }

    /// What access tokens of this account carry.
    pub(crate) fn scopes(&self) -> Vec<String> {
        self.roles
            .iter()
            .map(|role| role.as_str().to_owned())
            .collect()
    }
}

impl Status {
    /// The status as it is stored and shown.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
        }
    }

    /// The status that is stored as `text`.
    pub(crate) fn parse(text: &str) -> Result<Self, UnknownName> {
        [Self::Active, Self::Suspended]
            .into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| UnknownName(text.to_owned()))
    }
}

impl Role {
    /// The role as it is stored, and as a scope.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Operator => "operator",
        }
    }

    /// The role that is stored as `text`.
    pub(crate) fn parse(text: &str) -> Result<Self, UnknownName> {
        [Self::Operator]
            .into_iter()
            .find(|role| role.as_str() == text)
            .ok_or_else(|| UnknownName(text.to_owned()))
    }
}
