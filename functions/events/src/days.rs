//! The days of a concert, as its public counts them.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Span, Timestamp, civil::Date};
use kernel::Zone;
use serde::{Deserialize, Serialize};

/// One or several days in the concert's own time zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Date>", into = "Vec<Date>")]
pub(crate) struct Days(BTreeSet<Date>);

/// Why days are not such.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("they are not 1 to {MAX_DAYS} different days")]
pub(crate) struct DaysError;

const MAX_DAYS: usize = 31;
/// How long a night goes on after midnight.
const NIGHT_AFTER_MIDNIGHT: SignedDuration = SignedDuration::from_hours(6);

impl Days {
    /// Every day from a beginning to an end, where a last night may go on after midnight.
    pub(crate) fn between(from: Timestamp, to: Timestamp, zone: &Zone) -> Result<Self, DaysError> {
        let first = calendar_day(from, zone);
        let last = night(to, zone).max(first);
        let days = first.series(Span::new().days(1));
        days.take_while(|day| *day <= last)
            .take(MAX_DAYS + 1)
            .collect::<Vec<_>>()
            .try_into()
    }

    /// The one that counts at a moment: who comes at one in the morning to a night that began on
    /// Friday comes on Friday. What only begins in the morning is that morning's.
    pub(crate) fn at(&self, now: Timestamp, zone: &Zone) -> Date {
        let night = night(now, zone);
        if self.cover(night) {
            night
        } else {
            calendar_day(now, zone)
        }
    }

    /// Whether `day` is one of them.
    pub(crate) fn cover(&self, day: Date) -> bool {
        self.0.contains(&day)
    }

    /// Whether all of `others` are among them.
    pub(crate) fn include(&self, others: &Self) -> bool {
        others.0.is_subset(&self.0)
    }

    /// The days in their order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Date> + '_ {
        self.0.iter().copied()
    }
}

/// The day of the calendar.
pub(crate) fn calendar_day(at: Timestamp, zone: &Zone) -> Date {
    zone.rules().to_datetime(at).date()
}

/// The day on which the night began that goes on until six in the morning.
pub(crate) fn night(at: Timestamp, zone: &Zone) -> Date {
    // At the very beginning of time there is no earlier; it is no concert's time.
    calendar_day(at.checked_sub(NIGHT_AFTER_MIDNIGHT).unwrap_or(at), zone)
}

impl TryFrom<Vec<Date>> for Days {
    type Error = DaysError;

    fn try_from(days: Vec<Date>) -> Result<Self, DaysError> {
        let count = days.len();
        let days: BTreeSet<_> = days.into_iter().collect();
        if (1..=MAX_DAYS).contains(&count) && days.len() == count {
            Ok(Self(days))
        } else {
            Err(DaysError)
        }
    }
}

impl From<Days> for Vec<Date> {
    fn from(days: Days) -> Self {
        days.0.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn shanghai() -> Zone {
        "Asia/Shanghai".parse().unwrap()
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_began_and_a_morning_to_its_own() {
        let (first, second) = (date(2026, 7, 1), date(2026, 7, 2));
        let festival = Days::try_from(vec![first, second]).unwrap();
        let sunrise = Days::try_from(vec![second]).unwrap();
        for (moment, at_festival, at_sunrise) in [
            ("2026-07-01T20:00:00+08:00", first, first),
            ("2026-07-02T05:59:59+08:00", first, second),
            ("2026-07-02T06:00:00+08:00", second, second),
        ] {
            let zone = shanghai();
            assert_eq!(festival.at(at(moment), &zone), at_festival, "{moment}");
            assert_eq!(sunrise.at(at(moment), &zone), at_sunrise, "{moment}");
        }
    }

    #[test]
    fn the_days_between_beginning_and_end_are_in_the_concerts_zone() {
        let from = at("2026-07-01T20:00:00+08:00");
        let one = Days::between(from, at("2026-07-02T02:00:00+08:00"), &shanghai()).unwrap();
        assert_eq!(Vec::from(one), [date(2026, 7, 1)]);
        let three = Days::between(from, at("2026-07-03T22:00:00+08:00"), &shanghai()).unwrap();
        assert_eq!(three.iter().count(), 3);
        let sunrise = at("2026-07-02T04:30:00+08:00");
        let morning = Days::between(sunrise, at("2026-07-02T05:30:00+08:00"), &shanghai());
        assert_eq!(Vec::from(morning.unwrap()), [date(2026, 7, 2)]);
        let month = Days::between(from, at("2026-08-01T22:00:00+08:00"), &shanghai());
        assert_eq!(month, Err(DaysError));
    }

    #[test]
    fn days_are_some_but_not_too_many_and_different() {
        let day = date(2026, 7, 1);
        for days in [vec![], vec![day, day]] {
            assert_eq!(Days::try_from(days), Err(DaysError));
        }
        let days = Days::try_from(vec![day.tomorrow().unwrap(), day]).unwrap();
        assert!(days.cover(day) && !days.cover(day.yesterday().unwrap()));
        let first = Days::try_from(vec![day]).unwrap();
        assert!(days.include(&first) && !first.include(&days));
    }
}
