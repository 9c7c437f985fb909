//! The member's time zone, which says where their days begin and end.

use std::fmt;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::minutes::Run;

/// A time zone by its IANA name, such as `Asia/Shanghai`.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

/// A name under which there is no time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("there is no time zone of that name")]
pub struct UnknownZone;

impl Zone {
    /// The zone of those who have not said theirs.
    pub const UTC: Zone = Zone(TimeZone::UTC);

    /// The zone of an IANA name.
    ///
    /// # Errors
    /// [`UnknownZone`] if the time zone database has none of that name.
    pub fn parse(name: &str) -> Result<Zone, UnknownZone> {
        let zone = TimeZone::get(name).map_err(|_| UnknownZone)?;
        match zone.iana_name() {
            Some(_) if !zone.is_unknown() => Ok(Zone(zone)),
            Some(_) | None => Err(UnknownZone),
        }
    }

    /// The IANA name.
    #[must_use]
    pub fn name(&self) -> &str {
        // Without a name it could not have been parsed.
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The date that it is in this zone.
    #[must_use]
    pub fn date_at(&self, at: Timestamp) -> Date {
        self.0.to_datetime(at).date()
    }

    /// Divides a run of minutes among the zone's dates.
    pub(crate) fn days(&self, run: Run) -> Vec<(Date, u32)> {
        let mut days = Vec::new();
        let mut start = run.start;
        while start < run.end {
            let date = self.date_at(minute_begins(start));
            // Where a date comes twice, its second coming is found minute by minute.
            let end = self.first_minute_after(date).clamp(start + 1, run.end);
            days.push((date, end - start));
            start = end;
        }
        days
    }

    /// The first minute of the day after a date.
    fn first_minute_after(&self, date: Date) -> u32 {
        let midnight = date
            .tomorrow()
            .and_then(|next| next.to_zoned(self.0.clone()));
        match midnight {
            // A minute belongs to the date that it begins on.
            Ok(midnight) => {
                let minute = midnight.timestamp().as_second().max(0).unsigned_abs();
                u32::try_from(minute.div_ceil(60)).unwrap_or(u32::MAX)
            }
            Err(_) => u32::MAX,
        }
    }
}

/// The instant at which a minute begins.
fn minute_begins(minute: u32) -> Timestamp {
    // Minutes end in the year 10136, a little after the end of time.
    Timestamp::from_second(i64::from(minute) * 60).unwrap_or(Timestamp::MAX)
}

impl Default for Zone {
    fn default() -> Zone {
        Zone::UTC
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for Zone {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for Zone {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Zone, D::Error> {
        let name = String::deserialize(deserializer)?;
        Zone::parse(&name).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ZONES: [&str; 8] = [
        "UTC",
        "Asia/Shanghai",
        "America/New_York",
        "Australia/Lord_Howe",
        "Asia/Kathmandu",
        "America/Santiago",
        "Pacific/Kiritimati",
        "Africa/Cairo",
    ];

    #[test]
    fn what_is_no_name_of_a_zone_is_refused() {
        for name in [
            "",
            "Mars/Olympus",
            "+08:00",
            "../etc/passwd",
            "Asia/Shanghai ",
            "Etc/Unknown",
        ] {
            assert_eq!(Zone::parse(name), Err(UnknownZone), "{name}");
        }
    }

    proptest! {
        /// Over the years 2020 to 2030, with every change of clocks in them.
        #[test]
        fn every_minute_goes_to_the_date_it_begins_on(
            zone in prop::sample::select(&ZONES[..]),
            start in 26_297_280..31_557_600_u32,
            length in 1..3_000_u32,
        ) {
            let zone = Zone::parse(zone).unwrap();
            let run = Run { start, end: start + length };
            let mut one_by_one: Vec<(Date, u32)> = Vec::new();
            for minute in run.start..run.end {
                let date = zone.date_at(minute_begins(minute));
                match one_by_one.last_mut() {
                    Some((last, minutes)) if *last == date => *minutes += 1,
                    _ => one_by_one.push((date, 1)),
                }
            }
            prop_assert_eq!(zone.days(run), one_by_one);
        }
    }
}
