//! Partners, what was agreed with them, and their state.

pub(crate) mod change_partner;
pub(crate) mod create_partner;
pub(crate) mod edit_partner;
pub(crate) mod get_partner;
pub(crate) mod go_live;
pub(crate) mod list_partners;
mod partner_api;
pub(crate) mod partner_out;
pub(crate) mod reinstate_partner;
pub(crate) mod suspend_partner;
