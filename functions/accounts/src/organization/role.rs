//! Roles inside an organization, and the scopes that access tokens get from them.
//!
//! The whole table of who may do what is here. Other contexts look at the scope in the token alone.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Organization, Representation};

/// A member's role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum MemberRole {
    /// Everything, owners and managers included. There is always one at least.
    Owner,
    /// Everything but owners and managers.
    Manager,
    /// What is offered.
    CatalogueEditor,
    /// What was sold.
    Sales,
    /// Who comes in.
    Door,
}

/// What an access token that acts for an organization may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Scope {
    /// The organization's own settings and papers.
    Organization,
    /// Shops, listings, rights, media.
    Catalogue,
    /// Sales, shipments, refunds.
    Orders,
    /// Concerts.
    Events,
    /// Checking tickets.
    Door,
    /// Looking at payments.
    Money,
}

impl MemberRole {
    /// What this role may be used for.
    pub(crate) fn scopes(self) -> &'static [Scope] {
        match self {
            Self::Owner | Self::Manager => &[
                Scope::Organization,
                Scope::Catalogue,
                Scope::Orders,
                Scope::Events,
                Scope::Door,
                Scope::Money,
            ],
            Self::CatalogueEditor => &[Scope::Catalogue, Scope::Events],
            Self::Sales => &[Scope::Orders],
            Self::Door => &[Scope::Door],
        }
    }

    /// Whether this role may give `other` to somebody, or take it away.
    pub(crate) fn may_appoint(self, other: Self) -> bool {
        match self {
            Self::Owner => true,
            Self::Manager => !matches!(other, Self::Owner | Self::Manager),
            Self::CatalogueEditor | Self::Sales | Self::Door => false,
        }
    }

    /// Whether this role may speak for the organization: change it, and agree to representations.
    pub(crate) fn manages(self) -> bool {
        matches!(self, Self::Owner | Self::Manager)
    }
}

impl Scope {
    /// The scope as it stands in a token.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Organization => "organization",
            Self::Catalogue => "catalogue",
            Self::Orders => "orders",
            Self::Events => "events",
            Self::Door => "door",
            Self::Money => "money",
        }
    }

    /// Whether an agency can be given it. Who belongs to an organization stays its own affair.
    pub(crate) fn is_delegable(self) -> bool {
        self != Self::Organization
    }

    /// Whether an organization has it before it is approved.
    fn needs_approval(self) -> bool {
        self != Self::Organization
    }
}

/// What a member with `role` may do for `organization`.
pub(crate) fn scopes_of_member(organization: &Organization, role: MemberRole) -> Vec<Scope> {
    let held = role.scopes().iter().copied();
    held.filter(|scope| organization.is_approved() || !scope.needs_approval())
        .collect()
}

/// What a member of an agency with `role` there may do for `represented`, by a representation that is
/// in force: no more than both the role and the representation allow, and nothing while either of the
/// two organizations is not approved.
pub(crate) fn scopes_of_agent(
    agency: &Organization,
    represented: &Organization,
    role: MemberRole,
    representation: &Representation,
) -> Vec<Scope> {
    if !agency.is_approved() {
        return Vec::new();
    }
    let mut scopes = scopes_of_member(represented, role);
    scopes.retain(|scope| representation.delegation.contains(*scope));
    scopes
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [MemberRole; 5] = [
        MemberRole::Owner,
        MemberRole::Manager,
        MemberRole::CatalogueEditor,
        MemberRole::Sales,
        MemberRole::Door,
    ];

    #[test]
    fn only_owners_appoint_owners_and_managers_and_others_appoint_nobody() {
        for role in ROLES {
            assert!(MemberRole::Owner.may_appoint(role));
            let below = matches!(
                role,
                MemberRole::CatalogueEditor | MemberRole::Sales | MemberRole::Door
            );
            assert_eq!(MemberRole::Manager.may_appoint(role), below);
            for nobody in [
                MemberRole::CatalogueEditor,
                MemberRole::Sales,
                MemberRole::Door,
            ] {
                assert!(!nobody.may_appoint(role));
            }
        }
    }

    #[test]
    fn every_role_is_good_for_something() {
        for role in ROLES {
            assert!(!role.scopes().is_empty());
        }
    }
}
