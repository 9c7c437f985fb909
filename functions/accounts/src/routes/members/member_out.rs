//! How a member is shown to the others.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::organization::{Member, MemberRole};

/// A member of an organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MemberOut {
    /// Who.
    #[schema(value_type = String, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    account: Id<kind::Account>,
    /// In which role.
    role: MemberRole,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    joined_at: Timestamp,
}

impl From<&Member> for MemberOut {
    fn from(member: &Member) -> Self {
        Self {
            account: member.account,
            role: member.role,
            joined_at: member.joined_at,
        }
    }
}
