//! Points by the month at whose end they expire.
//!
//! Invariant: no lot is empty, there is one for each month (and, among the pending, for each day
//! from which they can be spent), and they are sorted, so that taking from the front takes what
//! expires first.

use jiff::Timestamp;
use kernel::Points;
use serde::{Deserialize, Serialize};

use crate::{
    bits::{BitReader, BitWriter, Malformed},
    month::Month,
};

/// How numbers are written: months since 1970, months since the lot before, days since 1970, points
/// of a lot, a number of lots.
const FIRST_MONTH_ORDER: u32 = 10;
const MONTH_ORDER: u32 = 0;
const DAY_ORDER: u32 = 14;
const POINTS_ORDER: u32 = 9;
const COUNT_ORDER: u32 = 3;

/// Points that expire together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// The month at whose end they expire.
    pub month: Month,
    /// How many.
    pub points: Points,
}

/// The lots of one wallet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Lots {
    active: Vec<Lot>,
    pending: Vec<PendingLot>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Lot {
    month: Month,
    points: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PendingLot {
    /// The day, in days since 1970, from whose beginning (UTC) the points can be spent.
    active_from: u32,
    lot: Lot,
}

impl Lots {
    /// Adds points that can be spent.
    pub(crate) fn add(&mut self, month: Month, points: i64) {
        if points == 0 {
            return;
        }
        match self.active.binary_search_by_key(&month, |lot| lot.month) {
            Ok(index) => {
                if let Some(lot) = self.active.get_mut(index) {
                    lot.points += points;
                }
            }
            Err(index) => self.active.insert(index, Lot { month, points }),
        }
    }

    /// Adds points that can be spent from a day on.
    pub(crate) fn add_pending(&mut self, active_from: u32, month: Month, points: i64) {
        if points == 0 {
            return;
        }
        let key = |pending: &PendingLot| (pending.active_from, pending.lot.month);
        let lot = Lot { month, points };
        match self
            .pending
            .binary_search_by_key(&(active_from, month), key)
        {
            Ok(index) => {
                if let Some(pending) = self.pending.get_mut(index) {
                    pending.lot.points += points;
                }
            }
            Err(index) => self.pending.insert(index, PendingLot { active_from, lot }),
        }
    }

    /// Turns the pending points that can be spent by now into active ones.
    pub(crate) fn activate(&mut self, now: Timestamp) {
        let day = now.as_second().div_euclid(86_400);
        let ready = self
            .pending
            .partition_point(|pending| i64::from(pending.active_from) <= day);
        let ready: Vec<PendingLot> = self.pending.drain(..ready).collect();
        for PendingLot { lot, .. } in ready {
            self.add(lot.month, lot.points);
        }
    }

    /// Takes active points, what expires first before the rest; at most as many as there are.
    pub(crate) fn take(&mut self, points: i64) -> Vec<Part> {
        let mut left = points;
        let mut parts = Vec::new();
        for lot in &mut self.active {
            let taken = left.min(lot.points);
            if taken <= 0 {
                break;
            }
            lot.points -= taken;
            left -= taken;
            parts.push(Part::of(lot.month, taken));
        }
        self.active.retain(|lot| lot.points > 0);
        parts
    }

    /// Takes pending points, what can be spent first before the rest; answers how many.
    pub(crate) fn take_pending(&mut self, points: i64) -> i64 {
        let mut left = points;
        for PendingLot { lot, .. } in &mut self.pending {
            let taken = left.min(lot.points);
            lot.points -= taken;
            left -= taken;
        }
        self.pending.retain(|pending| pending.lot.points > 0);
        points - left
    }

    /// Removes the active lots that have expired by now; answers how many points they held.
    pub(crate) fn expire(&mut self, now: Timestamp) -> i64 {
        let ended = self
            .active
            .partition_point(|lot| lot.month.ends_at() <= now);
        self.active.drain(..ended).map(|lot| lot.points).sum()
    }

    /// When the first lot ends, pending or not.
    pub(crate) fn first_end(&self) -> Option<Timestamp> {
        let pending = self.pending.iter().map(|pending| pending.lot.month);
        let months = self.active.iter().map(|lot| lot.month).chain(pending);
        months.min().map(|month| month.ends_at())
    }

    /// The active lots, what expires first before the rest.
    pub(crate) fn active(&self) -> impl Iterator<Item = Part> {
        self.active
            .iter()
            .map(|lot| Part::of(lot.month, lot.points))
    }

    /// How many points are active.
    pub(crate) fn active_points(&self) -> i64 {
        self.active.iter().map(|lot| lot.points).sum()
    }

    /// How many points are pending.
    pub(crate) fn pending_points(&self) -> i64 {
        self.pending.iter().map(|pending| pending.lot.points).sum()
    }

    /// The lots in bytes.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut writer = BitWriter::default();
        let mut month = None;
        writer.number(short(self.active.len()), COUNT_ORDER);
        for lot in &self.active {
            write_month(&mut writer, &mut month, lot.month);
            writer.number(short(lot.points), POINTS_ORDER);
        }
        writer.number(short(self.pending.len()), 0);
        for PendingLot { active_from, lot } in &self.pending {
            writer.number(*active_from, DAY_ORDER);
            writer.number(lot.month.index(), FIRST_MONTH_ORDER);
            writer.number(short(lot.points), POINTS_ORDER);
        }
        writer.finish()
    }

    /// The lots whose [`encode`](Lots::encode)d form these bytes are.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Lots, Malformed> {
        let mut reader = BitReader::new(bytes);
        let mut lots = Lots::default();
        let mut month = None;
        for _ in 0..reader.count(COUNT_ORDER)? {
            let month = read_month(&mut reader, &mut month)?;
            let points = read_points(&mut reader)?;
            lots.active.push(Lot { month, points });
        }
        let mut last = None;
        for _ in 0..reader.count(0)? {
            let active_from = reader.number(DAY_ORDER)?;
            let month = month_of(reader.number(FIRST_MONTH_ORDER)?)?;
            let points = read_points(&mut reader)?;
            let lot = Lot { month, points };
            if last.replace((active_from, month)) >= Some((active_from, month)) {
                return Err(Malformed("the pending lots are out of order"));
            }
            lots.pending.push(PendingLot { active_from, lot });
        }
        reader.finish()?;
        Ok(lots)
    }
}

/// A number of points or lots as it is written. No lot comes near the end of 32 bits: listening is
/// worth at most 1,440 points a day, and what is credited is bounded by [`crate::MAX_ISSUED`]; and a
/// wallet that did would not be read again, since its sum would be wrong.
fn short(number: impl TryInto<u32>) -> u32 {
    number.try_into().unwrap_or(u32::MAX)
}

fn write_month(writer: &mut BitWriter, last: &mut Option<Month>, month: Month) {
    match last.replace(month) {
        None => writer.number(month.index(), FIRST_MONTH_ORDER),
        Some(last) => writer.number(month.index() - last.index() - 1, MONTH_ORDER),
    }
}

fn read_month(reader: &mut BitReader<'_>, last: &mut Option<Month>) -> Result<Month, Malformed> {
    let index = match *last {
        None => reader.number(FIRST_MONTH_ORDER)?,
        Some(last) => last
            .index()
            .saturating_add(reader.number(MONTH_ORDER)?)
            .saturating_add(1),
    };
    let month = month_of(index)?;
    *last = Some(month);
    Ok(month)
}

fn month_of(index: u32) -> Result<Month, Malformed> {
    Month::from_index(index).map_err(|_| Malformed("a month is after the end of time"))
}

fn read_points(reader: &mut BitReader<'_>) -> Result<i64, Malformed> {
    match reader.number(POINTS_ORDER)? {
        0 => Err(Malformed("a lot is empty")),
        points => Ok(i64::from(points)),
    }
}

impl Part {
    pub(crate) fn of(month: Month, points: i64) -> Part {
        // A lot holds at least nothing and at most what was issued.
        let points = Points::new(points.max(0)).unwrap_or(Points::MAX);
        Part { month, points }
    }

    /// When they expire: the first instant, in UTC, after their month.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.month.ends_at()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn month(text: &str) -> Month {
        text.parse().unwrap()
    }

    #[test]
    fn what_expires_first_is_taken_first() {
        let mut lots = Lots::default();
        for (text, points) in [("2027-08", 5), ("2027-06", 3), ("2027-08", 1)] {
            lots.add(month(text), points);
        }
        let parts = lots.take(4);
        let expected = [Part::of(month("2027-06"), 3), Part::of(month("2027-08"), 1)];
        assert_eq!(parts, expected);
        assert_eq!(lots.active_points(), 5);
    }

    proptest! {
        #[test]
        fn lots_survive_their_encoding(
            active in prop::collection::vec((600..700_u32, 1..100_000_i64), 0..20),
            pending in prop::collection::vec(
                (20_000..20_040_u32, 600..700_u32, 1..2_000_i64), 0..20,
            ),
        ) {
            let mut lots = Lots::default();
            for (index, points) in active {
                lots.add(month_of(index).unwrap(), points);
            }
            for (day, index, points) in pending {
                lots.add_pending(day, month_of(index).unwrap(), points);
            }
            prop_assert_eq!(Lots::decode(&lots.encode()), Ok(lots));
        }

        #[test]
        fn garbage_is_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
            if let Ok(lots) = Lots::decode(&bytes) {
                prop_assert_eq!(Lots::decode(&lots.encode()), Ok(lots));
            }
        }
    }
}
