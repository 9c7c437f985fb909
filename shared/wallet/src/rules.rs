//! How many points listening is worth.
//!
//! Invariant: the points of a date depend on that date's minutes and rule alone, and more minutes
//! never mean fewer points. A version of the rule never changes once it has been in force.

use jiff::civil::Date;
use kernel::Points;
use serde::{Deserialize, Serialize};

/// One version of the rule by which minutes become points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EarnRule {
    /// 1 for the founding rule, and one more for each that follows.
    pub version: u32,
    /// The first of the member's own dates that it is for.
    pub effective_from: Date,
    /// What it says.
    pub terms: Terms,
}

/// What a rule says. Having one is the proof that its numbers are within their bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "TermsFields", into = "TermsFields")]
pub struct Terms {
    minutes_per_point: u32,
    daily_cap: Points,
    pending_days: u32,
    lot_months: u32,
}

/// A number outside of what a rule may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field} must be {min} to {max}")]
pub struct TermsError {
    /// Which number.
    pub field: &'static str,
    /// The lowest that is allowed.
    pub min: u32,
    /// The highest that is allowed.
    pub max: u32,
}

/// All versions of the rule. There is one for every date, since the founding one has no beginning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    founding: EarnRule,
    later: Vec<EarnRule>,
}

#[derive(Serialize, Deserialize)]
struct TermsFields {
    minutes_per_point: u32,
    daily_cap: u32,
    pending_days: u32,
    lot_months: u32,
}

impl Terms {
    /// Terms of these numbers.
    ///
    /// - `minutes_per_point`: how many minutes of a day are worth one point, 1 to 1,440;
    /// - `daily_cap`: how many points a day is worth at most, 1 to 1,440;
    /// - `pending_days`: how many days after the day they are for points can be spent, 0 to 28, so
    ///   that none expires before;
    /// - `lot_months`: points expire at the end (UTC) of the month so many months after that of the
    ///   day they are for, 1 to 36.
    ///
    /// # Errors
    /// [`TermsError`] names the first number that is out of its bounds.
    pub fn new(
        minutes_per_point: u32,
        daily_cap: u32,
        pending_days: u32,
        lot_months: u32,
    ) -> Result<Terms, TermsError> {
        for (field, value, min, max) in [
            ("minutes_per_point", minutes_per_point, 1, 1_440),
            ("daily_cap", daily_cap, 1, 1_440),
            ("pending_days", pending_days, 0, 28),
            ("lot_months", lot_months, 1, 36),
        ] {
            if !(min..=max).contains(&value) {
                return Err(TermsError { field, min, max });
            }
        }
        Ok(Terms {
            minutes_per_point,
            // A number below 1,441 is a number of points.
            daily_cap: Points::new(i64::from(daily_cap)).unwrap_or(Points::ZERO),
            pending_days,
            lot_months,
        })
    }

    /// The terms the platform began with: a point a minute, at most 120 a day, to be spent at once
    /// and for twelve months.
    #[must_use]
    pub fn founding() -> Terms {
        Terms {
            minutes_per_point: 1,
            daily_cap: Points::new(120).unwrap_or(Points::ZERO),
            pending_days: 0,
            lot_months: 12,
        }
    }

    /// What so many minutes of one day are worth.
    #[must_use]
    pub fn points_for(&self, minutes: u32) -> Points {
        // A number of 32 bits is always a number of points.
        let uncapped = Points::new(i64::from(minutes / self.minutes_per_point));
        uncapped.unwrap_or(Points::MAX).min(self.daily_cap)
    }

    /// How many minutes of a day are worth one point.
    #[must_use]
    pub fn minutes_per_point(&self) -> u32 {
        self.minutes_per_point
    }

    /// How many points a day is worth at most.
    #[must_use]
    pub fn daily_cap(&self) -> Points {
        self.daily_cap
    }

    /// How many days after the day they are for points can be spent.
    #[must_use]
    pub fn pending_days(&self) -> u32 {
        self.pending_days
    }

    /// How many months after the month they are for points expire at the month's end.
    #[must_use]
    pub fn lot_months(&self) -> u32 {
        self.lot_months
    }
}

impl Rules {
    /// The founding rule alone: version 1, of [`Terms::founding`], for every date.
    #[must_use]
    pub fn founding() -> Rules {
        Rules::with(Vec::new())
    }

    /// The founding rule and the versions, from 2 on, that came after it.
    #[must_use]
    pub fn with(later: Vec<EarnRule>) -> Rules {
        let founding = EarnRule {
            version: 1,
            effective_from: Date::MIN,
            terms: Terms::founding(),
        };
        let mut later = later;
        later.retain(|rule| rule.version > founding.version);
        later.sort_by_key(|rule| rule.version);
        Rules { founding, later }
    }

    /// The rule of a date: of those in force on it the latest version, so that one which is not yet
    /// in force can be put right by another.
    #[must_use]
    pub fn on(&self, date: Date) -> &EarnRule {
        let mut latest_first = self.later.iter().rev();
        let rule = latest_first.find(|rule| rule.effective_from <= date);
        rule.unwrap_or(&self.founding)
    }

    /// The versions, the founding one first.
    pub fn versions(&self) -> impl Iterator<Item = &EarnRule> {
        std::iter::once(&self.founding).chain(&self.later)
    }

    /// The latest version, in force or not.
    #[must_use]
    pub fn latest(&self) -> &EarnRule {
        self.later.last().unwrap_or(&self.founding)
    }
}

impl TryFrom<TermsFields> for Terms {
    type Error = TermsError;

    fn try_from(fields: TermsFields) -> Result<Terms, TermsError> {
        Terms::new(
            fields.minutes_per_point,
            fields.daily_cap,
            fields.pending_days,
            fields.lot_months,
        )
    }
}

impl From<Terms> for TermsFields {
    fn from(terms: Terms) -> TermsFields {
        TermsFields {
            minutes_per_point: terms.minutes_per_point,
            // A cap is at most 1,440.
            daily_cap: u32::try_from(terms.daily_cap.get()).unwrap_or(u32::MAX),
            pending_days: terms.pending_days,
            lot_months: terms.lot_months,
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    fn rule(version: u32, effective_from: Date) -> EarnRule {
        EarnRule {
            version,
            effective_from,
            terms: Terms::founding(),
        }
    }

    #[test]
    fn the_latest_version_in_force_counts() {
        let rules = Rules::with(vec![
            rule(3, date(2026, 7, 1)),
            rule(2, date(2026, 8, 1)),
            rule(1, date(2026, 1, 1)),
        ]);
        for (on, version) in [
            (Date::MIN, 1),
            (date(2026, 6, 30), 1),
            (date(2026, 7, 1), 3),
            (date(2026, 8, 1), 3),
            (Date::MAX, 3),
        ] {
            assert_eq!(rules.on(on).version, version, "{on}");
        }
    }

    #[test]
    fn terms_out_of_their_bounds_are_refused() {
        for (numbers, field) in [
            ((0, 1, 0, 1), "minutes_per_point"),
            ((1, 0, 0, 1), "daily_cap"),
            ((1, 1_441, 0, 1), "daily_cap"),
            ((1, 1, 29, 1), "pending_days"),
            ((1, 1, 0, 0), "lot_months"),
            ((1, 1, 0, 37), "lot_months"),
        ] {
            let (minutes, cap, pending, months) = numbers;
            let refused = Terms::new(minutes, cap, pending, months).map_err(|error| error.field);
            assert_eq!(refused, Err(field), "{numbers:?}");
        }
    }

    proptest! {
        #[test]
        fn more_minutes_never_mean_fewer_points_nor_more_than_the_cap(
            per_point in 1..=1_440_u32, cap in 1..=1_440_u32, minutes in 0..3_000_u32,
        ) {
            let terms = Terms::new(per_point, cap, 0, 1).unwrap();
            let (less, more) = (terms.points_for(minutes), terms.points_for(minutes + 1));
            prop_assert!(less <= more && more <= terms.daily_cap());
            prop_assert!(less.get() <= i64::from(minutes / per_point));
        }
    }
}
