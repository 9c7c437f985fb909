//! AWS's cron expressions: six fields, and when they fire next.
//!
//! Pure, and in the schedule's own time zone. Where clocks are put forward, a time that does not
//! exist is left out; where they are put back, a time that comes twice fires the first time: so does
//! EventBridge.

mod fields;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

pub(super) use self::fields::CronError;
use self::fields::{DAY_OF_MONTH, DAY_OF_WEEK, HOURS, MINUTES, MONTH, YEAR};

/// When a schedule fires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cron {
    minutes: BTreeSet<i16>,
    hours: BTreeSet<i16>,
    days: Days,
    months: BTreeSet<i16>,
    years: BTreeSet<i16>,
}

/// One of the two fields for days says `?`, and the other counts.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Days {
    OfMonth(BTreeSet<i16>),
    /// From 1, which is Sunday, to 7.
    OfWeek(BTreeSet<i16>),
}

impl Cron {
    /// Reads minutes, hours, day of month, month, day of week and year.
    pub(super) fn parse(fields: &[String; 6]) -> Result<Self, CronError> {
        let [minutes, hours, day_of_month, months, day_of_week, years] = fields;
        let days = match (day_of_month.as_str(), day_of_week.as_str()) {
            ("?", "?") => return Err(CronError::NoDay),
            (_, "?") => Days::OfMonth(DAY_OF_MONTH.parse(day_of_month)?),
            ("?", _) => Days::OfWeek(DAY_OF_WEEK.parse(day_of_week)?),
            _ => return Err(CronError::TwoDays),
        };
        Ok(Self {
            minutes: MINUTES.parse(minutes)?,
            hours: HOURS.parse(hours)?,
            days,
            months: MONTH.parse(months)?,
            years: YEAR.parse(years)?,
        })
    }

    /// The first firing after `after`, or `None` if there is none any more.
    pub(super) fn next(&self, after: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let from = zone.to_datetime(after);
        let mut date = from.date();
        while let Some(day) = self.first_day(date) {
            let earliest = if day == from.date() {
                (from.hour(), from.minute())
            } else {
                (0, 0)
            };
            let firing = self
                .times_from(earliest)
                .filter_map(|(hour, minute)| instant(day.at(hour, minute, 0, 0), zone))
                // In the second pass through an hour that comes twice, the times of the first one
                // still lie ahead on the wall and behind in truth.
                .find(|instant| *instant > after);
            if firing.is_some() {
                return firing;
            }
            date = day.tomorrow().ok()?;
        }
        None
    }

    /// The first day from `date` on that fits, whatever the time.
    fn first_day(&self, mut date: Date) -> Option<Date> {
        loop {
            let year = *self.years.range(date.year()..).next()?;
            if year > date.year() {
                date = Date::new(year, 1, 1).ok()?;
            }
            if !self.months.contains(&i16::from(date.month())) {
                date = date.last_of_month().tomorrow().ok()?;
            } else if self.days.contain(date) {
                return Some(date);
            } else {
                date = date.tomorrow().ok()?;
            }
        }
    }

    /// The times of a day in their order, without those before `earliest`.
    fn times_from(&self, earliest: (i8, i8)) -> impl Iterator<Item = (i8, i8)> {
        self.hours
            .iter()
            .flat_map(|hour| self.minutes.iter().map(move |minute| (*hour, *minute)))
            .filter_map(|(hour, minute)| {
                Some((i8::try_from(hour).ok()?, i8::try_from(minute).ok()?))
            })
            .filter(move |time| *time >= earliest)
    }
}

impl Days {
    fn contain(&self, date: Date) -> bool {
        match self {
            Self::OfMonth(days) => days.contains(&i16::from(date.day())),
            Self::OfWeek(days) => days.contains(&i16::from(date.weekday().to_sunday_one_offset())),
        }
    }
}

/// The moment at which a clock on the wall shows `time` for the first time, if it ever does.
fn instant(time: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(time);
    match ambiguous.offset() {
        AmbiguousOffset::Gap { .. } => None,
        AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Fold { .. } => {
            ambiguous.earlier().ok()
        }
    }
}
