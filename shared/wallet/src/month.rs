//! Calendar months.

use std::{fmt, str::FromStr};

use jiff::{
    Timestamp,
    civil::{Date, date},
    tz::TimeZone,
};
use serde::{Deserialize, Serialize};

/// A calendar month, at whose end (UTC) points expire. As text: `2027-06`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Month {
    /// Months since January 1970.
    index: u32,
}

/// A text or number that is no month from 1970 on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a month must look like 2027-06")]
pub struct MonthError;

impl Month {
    /// The month so many months after that of a date; of a date before 1970, after January 1970.
    pub(crate) fn after(date: Date, months: u32) -> Month {
        let months_of_date = i64::from(date.year() - 1970) * 12 + i64::from(date.month()) - 1;
        let index = u32::try_from(months_of_date.max(0)).unwrap_or(u32::MAX);
        // The last months of the year 9999 lie further away than any clock we are given.
        Month::from_index(index.saturating_add(months)).unwrap_or(Month { index })
    }

    /// The month, in UTC, in which a time lies.
    #[must_use]
    pub fn of(at: Timestamp) -> Month {
        Month::after(at.to_zoned(TimeZone::UTC).date(), 0)
    }

    /// The first instant, in UTC, of the month.
    #[must_use]
    pub fn starts_at(&self) -> Timestamp {
        let before = self.index.checked_sub(1);
        before
            .and_then(|before| Month::end_of(before).ok())
            .unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// The first instant, in UTC, after the month.
    #[must_use]
    pub fn ends_at(&self) -> Timestamp {
        // A month whose end is out of range is never made; see `from_index`.
        Month::end_of(self.index).unwrap_or(Timestamp::MAX)
    }

    /// Months since January 1970.
    pub(crate) fn index(&self) -> u32 {
        self.index
    }

    /// The month so many months after January 1970.
    pub(crate) fn from_index(index: u32) -> Result<Month, MonthError> {
        Month::end_of(index).map(|_| Month { index })
    }

    fn end_of(index: u32) -> Result<Timestamp, MonthError> {
        let next = index.checked_add(1).ok_or(MonthError)?;
        let year = i16::try_from(next / 12).map_err(|_| MonthError)?;
        let year = year.checked_add(1970).ok_or(MonthError)?;
        // One of 1 to 12.
        let month = (next % 12) as i8 + 1;
        let first = Date::new(year, month, 1).map_err(|_| MonthError)?;
        let midnight = first.to_zoned(TimeZone::UTC).map_err(|_| MonthError)?;
        Ok(midnight.timestamp())
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:04}-{:02}",
            self.index / 12 + 1970,
            self.index % 12 + 1
        )
    }
}

impl FromStr for Month {
    type Err = MonthError;

    fn from_str(text: &str) -> Result<Month, MonthError> {
        let first: Date = format!("{text}-01").parse().map_err(|_| MonthError)?;
        let month = Month::after(first, 0);
        // One month has one spelling.
        if first < date(1970, 1, 1) || month.to_string() != text {
            return Err(MonthError);
        }
        Month::from_index(month.index)
    }
}

impl TryFrom<String> for Month {
    type Error = MonthError;

    fn try_from(text: String) -> Result<Month, MonthError> {
        text.parse()
    }
}

impl From<Month> for String {
    fn from(month: Month) -> String {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn a_lot_ends_with_the_month_so_many_months_later() {
        for (earned, months, expires, ends_at) in [
            (date(2026, 6, 15), 12, "2027-06", "2027-07-01T00:00:00Z"),
            (date(2026, 12, 31), 1, "2027-01", "2027-02-01T00:00:00Z"),
            (date(2026, 1, 31), 0, "2026-01", "2026-02-01T00:00:00Z"),
            (date(1969, 1, 31), 0, "1970-01", "1970-02-01T00:00:00Z"),
        ] {
            let lot = Month::after(earned, months);
            assert_eq!(lot.to_string(), expires);
            assert_eq!(lot, month(expires));
            assert_eq!(lot.ends_at(), ends_at.parse().unwrap());
        }
    }

    #[test]
    fn a_month_holds_its_times_from_the_first_instant_to_the_last() {
        for (at, within) in [
            ("1970-01-01T00:00:00Z", "1970-01"),
            ("2026-06-01T00:00:00Z", "2026-06"),
            ("2026-06-30T23:59:59.999999999Z", "2026-06"),
            ("2026-07-01T00:00:00Z", "2026-07"),
        ] {
            let at: Timestamp = at.parse().unwrap();
            let within = month(within);
            assert_eq!(Month::of(at), within);
            assert!((within.starts_at()..within.ends_at()).contains(&at));
        }
    }

    #[test]
    fn a_month_has_one_spelling() {
        for text in [
            "",
            "2027",
            "2027-6",
            "2027-13",
            "1969-12",
            "+2027-06",
            "2027-06-01",
        ] {
            assert_eq!(text.parse::<Month>(), Err(MonthError), "{text}");
        }
    }
}
