//! What is kept in `PointsTable`.

mod adjustments;
mod earn_rules;
mod entries;

pub(crate) use adjustments::Adjustments;
pub(crate) use earn_rules::EarnRules;
pub(crate) use entries::Entries;
