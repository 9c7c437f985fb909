//! The earn rule as it is answered.

use jiff::civil::Date;
use kernel::{Id, Points, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use wallet::{EarnRule, Rules, Zone};

use crate::earn_rule::listening_rule;

/// A rule by which points are earned.
#[derive(Serialize, ToSchema)]
pub(crate) struct EarnRuleOut {
    /// Names the rule.
    #[schema(value_type = String, example = "erl_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(crate) id: Id<kind::EarnRule>,
    /// What earns the points.
    #[schema(example = "listening")]
    pub(crate) activity: &'static str,
    /// The version that is in force today (in UTC).
    #[schema(example = 1)]
    pub(crate) version_in_force: u32,
    /// All versions, the founding one first. On a date the latest of those counts that are for it.
    pub(crate) versions: Vec<VersionOut>,
}

/// A version of a rule.
#[derive(Serialize, ToSchema)]
pub(crate) struct VersionOut {
    /// 1, 2, 3, …
    #[schema(example = 2)]
    pub(crate) version: u32,
    /// The first date it is for, in each member's own zone; null for the founding version.
    #[schema(value_type = Option<String>, format = Date)]
    pub(crate) effective_from: Option<Date>,
    /// How many minutes of a day are worth one point.
    #[schema(example = 1)]
    pub(crate) minutes_per_point: u32,
    /// How many points a day is worth at most.
    #[schema(value_type = i64, example = 120)]
    pub(crate) daily_cap: Points,
    /// How many days after the day they are for points can be spent.
    #[schema(example = 0)]
    pub(crate) pending_days: u32,
    /// Points expire at the end (UTC) of the month so many months after that of the day they are
    /// for.
    #[schema(example = 12)]
    pub(crate) lot_months: u32,
}

impl EarnRuleOut {
    pub(crate) fn of(rules: &Rules, now: Timestamp) -> EarnRuleOut {
        EarnRuleOut {
            id: listening_rule(),
            activity: "listening",
            version_in_force: rules.on(Zone::UTC.date_at(now)).version,
            versions: rules.versions().map(VersionOut::of).collect(),
        }
    }
}

impl VersionOut {
    pub(crate) fn of(rule: &EarnRule) -> VersionOut {
        VersionOut {
            version: rule.version,
            effective_from: Some(rule.effective_from).filter(|date| *date != Date::MIN),
            minutes_per_point: rule.terms.minutes_per_point(),
            daily_cap: rule.terms.daily_cap(),
            pending_days: rule.terms.pending_days(),
            lot_months: rule.terms.lot_months(),
        }
    }
}
