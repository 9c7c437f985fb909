//! The routes, a file each; and what several of them read or answer.

mod code_batch_out;
pub(crate) mod create_code_batch;
pub(crate) mod create_partner;
pub(crate) mod create_reward;
pub(crate) mod edit_reward;
pub(crate) mod get_code_batch;
pub(crate) mod get_partner;
pub(crate) mod get_reward;
pub(crate) mod get_voucher;
pub(crate) mod list_partners;
pub(crate) mod list_rewards;
pub(crate) mod list_vouchers;
pub(crate) mod load_code_batch;
mod partner_out;
pub(crate) mod redeem;
mod reward_out;
mod voucher_out;
