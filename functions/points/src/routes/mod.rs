//! The routes, a file each; and what several of them answer.

mod adjustment_out;
pub(crate) mod approve_adjustment;
pub(crate) mod balance;
mod decide_adjustment;
mod earn_rule_out;
pub(crate) mod get_adjustment;
pub(crate) mod get_earn_rule;
pub(crate) mod list_adjustments;
pub(crate) mod list_earn_rules;
pub(crate) mod list_entries;
pub(crate) mod propose_adjustment;
pub(crate) mod publish_version;
pub(crate) mod reject_adjustment;
