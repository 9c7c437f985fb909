//! How an invitation is shown to those who invite.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::organization::{Invitation, Invitee, MemberRole};

/// An invitation. It looks the same whether the address has an account or not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InvitationOut {
    /// Names the invitation; with it, it is withdrawn.
    #[schema(value_type = String, example = "inv_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Invitation>,
    /// Who was invited, if by account.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    account: Option<Id<kind::Account>>,
    /// Who was invited, if by address.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = "email", required = false, example = "ada@example.org")]
    email: Option<String>,
    /// To which role.
    role: MemberRole,
    /// By whom.
    #[schema(value_type = String, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    invited_by: Id<kind::Account>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    invited_at: Timestamp,
    /// From when on it cannot be accepted.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl InvitationOut {
    /// `invitation`, for a manager.
    pub(super) fn of(invitation: &Invitation) -> Result<Self, ApiError> {
        let (account, email) = match &invitation.invitee {
            Invitee::Account(account) => (Some(*account), None),
            Invitee::Email { address, .. } => (None, Some(address.as_str().to_owned())),
        };
        Ok(Self {
            id: invitation.id,
            account,
            email,
            role: invitation.role,
            invited_by: invitation.invited_by,
            invited_at: invitation.invited_at,
            expires_at: at_second(invitation.expires_at_s)?,
        })
    }
}

/// The time that is stored as a second, since DynamoDB forgets by it.
pub(super) fn at_second(second: i64) -> Result<Timestamp, ApiError> {
    Timestamp::from_second(second).map_err(ApiError::internal)
}
