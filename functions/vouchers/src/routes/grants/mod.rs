//! Grants: made and revoked by partners, claimed by members.

pub(crate) mod claim_by_code;
pub(crate) mod claim_grant;
pub(crate) mod create_grant;
pub(crate) mod get_grant;
mod grant_out;
mod granted_out;
pub(crate) mod list_grants;
pub(crate) mod revoke_grant;
