//! The routes, a file each; and what several of them answer.

pub(crate) mod balance;
mod earn_rule_out;
pub(crate) mod get_earn_rule;
pub(crate) mod list_earn_rules;
pub(crate) mod list_entries;
pub(crate) mod publish_version;
