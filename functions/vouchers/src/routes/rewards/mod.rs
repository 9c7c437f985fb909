//! Rewards, and redeeming them.

pub(crate) mod create_reward;
pub(crate) mod edit_reward;
pub(crate) mod get_reward;
pub(crate) mod list_rewards;
pub(crate) mod redeem;
mod reward_out;
