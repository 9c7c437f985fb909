//! When a concert takes place.

use kernel::{Timestamp, Zone};
use serde::{Deserialize, Serialize};

use crate::days::{Days, DaysError, calendar_day, night};

/// Beginning, end and days. Every day lies between beginning and end, in the concert's own zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) starts_at: Timestamp,
    pub(crate) ends_at: Timestamp,
    pub(crate) time_zone: Zone,
    pub(crate) days: Days,
}

/// A change of times: what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct TimesEdit {
    pub(crate) starts_at: Option<Timestamp>,
    pub(crate) ends_at: Option<Timestamp>,
    pub(crate) time_zone: Option<Zone>,
    pub(crate) days: Option<Days>,
}

/// Why times do not agree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TimesError {
    /// It ends before it begins, or at once.
    #[error("the end must lie after the beginning")]
    Backwards,
    /// It lasts too long.
    #[error("the days between beginning and end: {0}")]
    Days(#[from] DaysError),
    /// A day lies before the beginning or after the end.
    #[error("every day must lie between beginning and end")]
    Outside,
}

impl Times {
    /// These times; without days, all between beginning and end.
    pub(crate) fn new(
        starts_at: Timestamp,
        ends_at: Timestamp,
        time_zone: Zone,
        days: Option<Days>,
    ) -> Result<Self, TimesError> {
        if ends_at <= starts_at {
            return Err(TimesError::Backwards);
        }
        let days = match days {
            Some(days) => days,
            None => Days::between(starts_at, ends_at, &time_zone)?,
        };
        let first = night(starts_at, &time_zone);
        let last = calendar_day(ends_at, &time_zone);
        if days.iter().any(|day| day < first || day > last) {
            return Err(TimesError::Outside);
        }
        Ok(Self {
            starts_at,
            ends_at,
            time_zone,
            days,
        })
    }

    /// The times after `edit`. Days that were simply all there are follow it; days that were chosen
    /// must still fit.
    pub(crate) fn edited(self, edit: TimesEdit) -> Result<Self, TimesError> {
        let all = Days::between(self.starts_at, self.ends_at, &self.time_zone);
        let chosen = Some(self.days).filter(|days| all.as_ref() != Ok(days));
        Self::new(
            edit.starts_at.unwrap_or(self.starts_at),
            edit.ends_at.unwrap_or(self.ends_at),
            edit.time_zone.unwrap_or(self.time_zone),
            edit.days.or(chosen),
        )
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn two_nights(days: Option<Days>) -> Result<Times, TimesError> {
        Times::new(
            at("2026-07-01T20:00:00+08:00"),
            at("2026-07-03T01:00:00+08:00"),
            "Asia/Shanghai".parse().unwrap(),
            days,
        )
    }

    fn day(day: jiff::civil::Date) -> Days {
        vec![day].try_into().unwrap()
    }

    #[test]
    fn without_days_there_are_all_between_beginning_and_end() {
        let days: Vec<_> = two_nights(None).unwrap().days.into();
        assert_eq!(days, [date(2026, 7, 1), date(2026, 7, 2)]);
    }

    #[test]
    fn the_end_is_after_the_beginning_and_every_day_between() {
        let start = at("2026-07-01T20:00:00+08:00");
        let zone = "UTC".parse().unwrap();
        assert_eq!(
            Times::new(start, start, zone, None),
            Err(TimesError::Backwards)
        );
        for outside in [date(2026, 6, 30), date(2026, 7, 4)] {
            assert_eq!(two_nights(Some(day(outside))), Err(TimesError::Outside));
        }
    }

    #[test]
    fn all_days_follow_a_move_and_chosen_days_must_fit_it() {
        let shorter = TimesEdit {
            ends_at: Some(at("2026-07-01T23:00:00+08:00")),
            ..TimesEdit::default()
        };
        let moved = two_nights(None).unwrap().edited(shorter.clone()).unwrap();
        assert_eq!(moved.days, day(date(2026, 7, 1)));
        let second = two_nights(Some(day(date(2026, 7, 2)))).unwrap();
        assert_eq!(second.edited(shorter), Err(TimesError::Outside));
    }
}
