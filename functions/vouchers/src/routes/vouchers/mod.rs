//! Vouchers: what their holders see, and what partners say of them.

pub(crate) mod get_voucher;
pub(crate) mod list_vouchers;
pub(crate) mod notify_issue;
pub(crate) mod redeem_voucher;
pub(crate) mod release_voucher;
pub(crate) mod reserve_voucher;
pub(crate) mod reverse_voucher;
pub(crate) mod validate_voucher;
mod voucher_hook;
pub(crate) mod voucher_out;
