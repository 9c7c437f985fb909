//! Who is told: the owner of an endpoint, and the audience of an event.

use std::{fmt, str::FromStr};

use kernel::{Id, id::IdError, kind};
use serde::{Deserialize, Serialize};

/// An organization, which manages its endpoints by itself, or a partner, whose endpoints operators
/// manage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Owner {
    /// An organization.
    Organization(Id<kind::Organization>),
    /// A partner.
    Partner(Id<kind::Partner>),
}

impl FromStr for Owner {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        match text.parse() {
            Ok(partner) => Ok(Self::Partner(partner)),
            Err(_) => text.parse().map(Self::Organization),
        }
    }
}

impl TryFrom<String> for Owner {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Owner> for String {
    fn from(owner: Owner) -> Self {
        owner.to_string()
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Organization(id) => id.fmt(formatter),
            Self::Partner(id) => id.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_owner_is_an_organization_or_a_partner_and_nothing_else() {
        let organization = Owner::Organization(Id::derive(&["one"]));
        let partner = Owner::Partner(Id::derive(&["one"]));
        for owner in [organization, partner] {
            assert_eq!(owner.to_string().parse(), Ok(owner));
        }
        assert_ne!(organization.to_string(), partner.to_string());
        let account = Id::<kind::Account>::derive(&["one"]).to_string();
        for text in [account.as_str(), "", "org_1"] {
            assert!(text.parse::<Owner>().is_err(), "{text}");
        }
    }
}
