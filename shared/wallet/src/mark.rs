//! From plays to points.

use std::collections::BTreeMap;

use jiff::{Span, Timestamp, civil::Date, tz::TimeZone};
use kernel::Points;

use crate::{
    Wallet,
    days::day_number,
    minutes::{HORIZON_DAYS, Run},
    month::Month,
    movement::Movement,
    rules::{EarnRule, Rules},
};

/// How far the clocks of two of our machines may part. A play that intake took as past must not
/// lose its last minutes because this machine's clock is behind.
const CLOCK_TOLERANCE_S: i64 = 300;

/// A stretch of time in which something sounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Play {
    /// When it began, in seconds since 1970.
    pub start_s: i64,
    /// When it ended; this second no longer belongs to it.
    pub end_s: i64,
}

/// What plays came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Accrued {
    /// How many minutes were marked that had not been.
    pub minutes: u32,
    /// How many points were granted for them.
    pub points: Points,
}

impl Play {
    /// The minutes in which it sounded, of those from `floor` up to but without `until`.
    pub(crate) fn minutes(&self, floor: u32, until: u32) -> Option<Run> {
        if self.end_s <= self.start_s {
            return None;
        }
        let first = self.start_s.div_euclid(60);
        // A play ends after its first second, so there is one before its end.
        let last = (self.end_s - 1).div_euclid(60);
        let within = |minute: i64| {
            let minute = u32::try_from(minute.max(0)).unwrap_or(u32::MAX);
            minute.clamp(floor, until.max(floor))
        };
        let (start, end) = (within(first), within(last + 1));
        (start < end).then_some(Run { start, end })
    }
}

impl Wallet {
    /// Marks the minutes in which the plays sounded and grants what they are worth.
    ///
    /// Marking is a union of sets: plays may come twice, in any order, overlap or come again under
    /// another name, and the wallet is the same. What lies before the horizon ([`HORIZON_DAYS`]) or
    /// after `now` (and five minutes, by which clocks may part) is not marked. If all of it was
    /// marked before, nothing changes.
    pub fn mark(&mut self, plays: &[Play], rules: &Rules, now: Timestamp) -> Accrued {
        self.forget_before_horizon(now);
        let until_s = now.as_second().saturating_add(CLOCK_TOLERANCE_S);
        // The first minute that begins after; see also `Play::minutes`.
        let until = u32::try_from(until_s.div_euclid(60).max(0)).unwrap_or(u32::MAX);
        let new = self.minutes.mark(plays, until.saturating_add(1));
        if new.is_empty() {
            return Accrued::default();
        }
        self.settle(now);
        let mut minutes_by_date = BTreeMap::new();
        for run in new {
            for (date, minutes) in self.zone.days(run) {
                *minutes_by_date.entry(date).or_insert(0) += minutes;
            }
        }
        let mut accrued = Accrued::default();
        for (date, minutes) in minutes_by_date {
            let points = self.grant(date, minutes, rules.on(date), now);
            accrued.minutes += minutes;
            // Both are at most 1,440 a day.
            accrued.points = accrued.points.checked_add(points).unwrap_or(Points::MAX);
        }
        self.book.repay();
        accrued
    }

    /// Counts minutes of a date, and issues what the date is worth now and was not before.
    fn grant(&mut self, date: Date, minutes: u32, rule: &EarnRule, now: Timestamp) -> Points {
        let mut day = self.days.on(date);
        day.minutes += minutes;
        let granted = Points::new(i64::from(day.granted)).unwrap_or(Points::MAX);
        let points = rule.terms.points_for(day.minutes).saturating_sub(granted);
        // At most 1,440 a day, like the minutes.
        day.granted += u32::try_from(points.get()).unwrap_or(0);
        self.days.set(day);

        let month = Month::after(date, rule.terms.lot_months());
        // Without days to wait nothing waits, not even where the member's date is ahead of UTC's.
        let pending = match rule.terms.pending_days() {
            0 => None,
            days => active_from(date, days).filter(|day| *day > today(now)),
        };
        self.book.issue(month, pending, points.get());
        self.moved(
            now,
            Movement::Earned {
                date,
                minutes,
                points,
                rule_version: rule.version,
            },
        );
        points
    }

    /// Raises the floor. By itself that is no change to write down: the next load does it again.
    fn forget_before_horizon(&mut self, now: Timestamp) {
        self.minutes
            .raise_floor(today(now).saturating_sub(HORIZON_DAYS));
        self.days.raise_floor(self.minutes.floor_day());
    }
}

/// The day, in days since 1970, so many after a date.
fn active_from(date: Date, pending_days: u32) -> Option<u32> {
    let days = Span::new().try_days(pending_days).ok()?;
    date.checked_add(days).ok().map(day_number)
}

/// The UTC day in days since 1970.
fn today(now: Timestamp) -> u32 {
    day_number(now.to_zoned(TimeZone::UTC).date())
}
