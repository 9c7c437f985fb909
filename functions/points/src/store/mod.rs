//! What is kept in `PointsTable`.

mod earn_rules;
mod entries;

pub(crate) use earn_rules::EarnRules;
pub(crate) use entries::Entries;
