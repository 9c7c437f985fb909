//! How many minutes of each of the member's days were listened to, and what they were worth.
//!
//! Invariant: the days are sorted and none is later forgotten while a minute of it can still be
//! marked. A minute is counted once, on the date it had in the zone the member had then, so that a
//! new zone moves no minute to another day.

use jiff::{
    Span,
    civil::{Date, date},
};

use crate::bits::{BitReader, BitWriter, Malformed};

/// How numbers are written: days since 1970, days since the one before, minutes, points.
const FIRST_DAY_ORDER: u32 = 14;
const DAY_ORDER: u32 = 0;
const MINUTES_ORDER: u32 = 6;
const COUNT_ORDER: u32 = 4;

const EPOCH: Date = date(1970, 1, 1);

/// The counters of the days that minutes can still be marked on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Days(Vec<Day>);

/// One of the member's days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    /// Days since 1970.
    number: u32,
    /// How many of its minutes are marked.
    pub(crate) minutes: u32,
    /// How many points were granted for them: never more than minutes.
    pub(crate) granted: u32,
}

impl Days {
    /// The counters of a date, zero if nothing is counted yet.
    pub(crate) fn on(&self, date: Date) -> Day {
        let number = day_number(date);
        let counted = self.0.binary_search_by_key(&number, |day| day.number);
        let day = counted.ok().and_then(|index| self.0.get(index));
        day.copied().unwrap_or(Day {
            number,
            minutes: 0,
            granted: 0,
        })
    }

    /// Replaces the counters of the day.
    pub(crate) fn set(&mut self, day: Day) {
        match self.0.binary_search_by_key(&day.number, |day| day.number) {
            Ok(index) => {
                if let Some(counted) = self.0.get_mut(index) {
                    *counted = day;
                }
            }
            Err(index) => self.0.insert(index, day),
        }
    }

    /// Forgets the days on which no minute from the beginning (UTC) of `floor_day` on can lie. West
    /// of Greenwich that minute is on the day before.
    pub(crate) fn raise_floor(&mut self, floor_day: u32) {
        self.0
            .retain(|day| day.number.saturating_add(1) >= floor_day);
    }

    /// The counters in bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = BitWriter::default();
        let mut last: Option<u32> = None;
        // There are at most as many as the horizon has days, and two.
        writer.number(u32::try_from(self.0.len()).unwrap_or(u32::MAX), COUNT_ORDER);
        for day in &self.0 {
            match last.replace(day.number) {
                None => writer.number(day.number, FIRST_DAY_ORDER),
                Some(last) => writer.number(day.number - last - 1, DAY_ORDER),
            }
            writer.number(day.minutes - 1, MINUTES_ORDER);
            writer.number(day.granted, MINUTES_ORDER);
        }
        writer.finish()
    }

    /// The counters whose [`encode`](Days::encode)d form these bytes are.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Days, Malformed> {
        let mut reader = BitReader::new(bytes);
        let mut days = Vec::new();
        let mut last: Option<u32> = None;
        for _ in 0..reader.count(COUNT_ORDER)? {
            let number = match last {
                None => reader.number(FIRST_DAY_ORDER)?,
                Some(last) => last
                    .saturating_add(reader.number(DAY_ORDER)?)
                    .saturating_add(1),
            };
            last = Some(number);
            let minutes = reader.number(MINUTES_ORDER)?.saturating_add(1);
            let granted = reader.number(MINUTES_ORDER)?;
            if granted > minutes {
                return Err(Malformed("a day has more points than minutes"));
            }
            days.push(Day {
                number,
                minutes,
                granted,
            });
        }
        reader.finish()?;
        Ok(Days(days))
    }
}

/// A date in days since 1970; one before is 0.
pub(crate) fn day_number(date: Date) -> u32 {
    let days = date.since(EPOCH).map(|span: Span| span.get_days());
    u32::try_from(days.unwrap_or(0)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn days_survive_their_encoding(
            days in prop::collection::btree_map(
                20_000..20_040_u32, (1..1_500_u32, 0..1_500_u32), 0..30,
            ),
        ) {
            let mut counted = Days::default();
            for (number, (minutes, granted)) in days {
                counted.set(Day { number, minutes, granted: granted.min(minutes) });
            }
            prop_assert_eq!(Days::decode(&counted.encode()), Ok(counted));
        }

        #[test]
        fn garbage_is_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            let _ = Days::decode(&bytes);
        }
    }
}
