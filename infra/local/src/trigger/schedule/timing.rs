//! When a schedule fires. Pure.

use engines::template::{RateOrCron, Schedule};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};

use super::Problem;
use crate::trigger::cron::Cron;

/// When a schedule fires.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Timing {
    /// When it is made, and then again and again.
    Rate(SignedDuration),
    /// When the clock on the wall of a time zone shows certain times.
    Cron(Cron, TimeZone),
}

impl Timing {
    /// Reads the expression and the time zone of `schedule`.
    pub(super) fn read(schedule: &Schedule) -> Result<Self, Problem> {
        let zone = match &schedule.time_zone {
            None => TimeZone::UTC,
            Some(name) => TimeZone::get(name).map_err(|_| Problem::TimeZone(name.clone()))?,
        };
        match &schedule.expression {
            RateOrCron::Rate(every) => Ok(Self::Rate(
                SignedDuration::try_from(*every).unwrap_or(SignedDuration::MAX),
            )),
            RateOrCron::Cron(fields) => Ok(Self::Cron(Cron::parse(fields)?, zone)),
        }
    }

    /// The first firing of a schedule that is made at `created`. One with a rate fires at once, as
    /// AWS's scheduler does with one that has no start date.
    pub(super) fn first(&self, created: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate(_) => Some(created),
            Self::Cron(..) => self.next(created, created),
        }
    }

    /// The first firing after `after` of a schedule that was made at `created`; `None` if it never
    /// fires again.
    pub(super) fn next(&self, created: Timestamp, after: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Rate(every) => {
                let every = every.as_nanos();
                let passed = after.duration_since(created).as_nanos();
                let periods = passed.checked_div_euclid(every)?.checked_add(1)?;
                let until_then = SignedDuration::try_from_nanos_i128(every.checked_mul(periods)?)?;
                created.checked_add(until_then).ok()
            }
            Self::Cron(cron, zone) => cron.next(after, zone),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn schedule(expression: RateOrCron, time_zone: Option<&str>) -> Schedule {
        Schedule {
            event: "Sweep".to_owned(),
            name: None,
            expression,
            time_zone: time_zone.map(str::to_owned),
            input: None,
            is_enabled: true,
        }
    }

    fn daily_at_nine() -> RateOrCron {
        RateOrCron::Cron(["0", "9", "*", "*", "?", "*"].map(str::to_owned))
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_rate_fires_at_once_and_then_counts_from_there() {
        let five_minutes = RateOrCron::Rate(Duration::from_secs(300));
        let timing = Timing::read(&schedule(five_minutes, None)).unwrap();
        let created = at("2026-06-01T12:00:20Z");
        assert_eq!(timing.first(created), Some(created));
        for (after, next) in [
            ("2026-06-01T12:00:20Z", "2026-06-01T12:05:20Z"),
            ("2026-06-01T12:05:19.999Z", "2026-06-01T12:05:20Z"),
            ("2026-06-01T12:05:20Z", "2026-06-01T12:10:20Z"),
            ("2026-06-02T00:00:00Z", "2026-06-02T00:00:20Z"),
            // A clock that was put back does not stop the schedule for long.
            ("2026-06-01T11:00:00Z", "2026-06-01T11:00:20Z"),
        ] {
            assert_eq!(
                timing.next(created, at(after)),
                Some(at(next)),
                "after {after}"
            );
        }
    }

    #[test]
    fn a_rate_that_nobody_will_see_again_ends() {
        let aeons = RateOrCron::Rate(Duration::from_secs(u64::MAX));
        let timing = Timing::read(&schedule(aeons, None)).unwrap();
        let created = at("2026-06-01T12:00:00Z");
        assert_eq!(timing.first(created), Some(created));
        assert_eq!(timing.next(created, created), None);
    }

    #[test]
    fn a_cron_fires_in_its_time_zone_and_in_utc_without_one() {
        let created = at("2026-06-01T00:00:00Z");
        let utc = Timing::read(&schedule(daily_at_nine(), None)).unwrap();
        assert_eq!(utc.first(created), Some(at("2026-06-01T09:00:00Z")));
        let shanghai = Timing::read(&schedule(daily_at_nine(), Some("Asia/Shanghai"))).unwrap();
        assert_eq!(shanghai.first(created), Some(at("2026-06-01T01:00:00Z")));
    }

    #[test]
    fn a_time_zone_that_does_not_exist_is_an_error() {
        let problem = Timing::read(&schedule(daily_at_nine(), Some("Mars/Olympus"))).unwrap_err();
        assert_eq!(problem.to_string(), "there is no time zone Mars/Olympus");
    }
}
