//! The minutes in which a member has listened.
//!
//! Invariant: the runs are sorted, apart from each other and none begins before the floor. The
//! floor only rises, so a minute that was forgotten can never be marked a second time.

use crate::{
    bits::{BitReader, BitWriter, Malformed, length_bits},
    mark::Play,
};

/// How many days back minutes can be marked: a listen may be reported 14 days late, and its message
/// may lie 14 days in a dead-letter queue before it is sent again.
pub const HORIZON_DAYS: u32 = 28;

pub(crate) const MINUTES_PER_DAY: u32 = 24 * 60;

/// The largest orders that fit the first byte.
const MAX_ORDER: u32 = 15;
/// How the floor, a number of days since 1970, is written.
const FLOOR_ORDER: u32 = 14;
/// How the number of runs is written: a month of a busy listener has some two hundred.
const COUNT_ORDER: u32 = 6;

/// Whole UTC minutes since 1970, from `start` up to but without `end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Run {
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// A set of minutes, none before its floor.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Minutes {
    /// Days since 1970; a whole day, so that it changes once a day.
    floor_day: u32,
    runs: Vec<Run>,
}

impl Minutes {
    /// Marks the minutes in which a play sounded, up to but without the minute `until`, and answers
    /// those that were not marked before.
    pub(crate) fn mark(&mut self, plays: &[Play], until: u32) -> Vec<Run> {
        let floor = self.floor_day.saturating_mul(MINUTES_PER_DAY);
        let asked = plays.iter().filter_map(|play| play.minutes(floor, until));
        let new = difference(&joined(asked.collect()), &self.runs);
        if !new.is_empty() {
            self.runs = joined(self.runs.iter().chain(&new).copied().collect());
        }
        new
    }

    /// Forgets all minutes before a day, for good. An earlier floor than the present one is none.
    pub(crate) fn raise_floor(&mut self, floor_day: u32) {
        if floor_day <= self.floor_day {
            return;
        }
        self.floor_day = floor_day;
        let floor = floor_day.saturating_mul(MINUTES_PER_DAY);
        self.runs.retain(|run| run.end > floor);
        if let Some(first) = self.runs.first_mut() {
            first.start = first.start.max(floor);
        }
    }

    /// The first day that has not been forgotten, in days since 1970.
    pub(crate) fn floor_day(&self) -> u32 {
        self.floor_day
    }

    /// The set in bytes: the orders that suit it best, its floor, then gap and length of each run.
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut end = self.floor_day.saturating_mul(MINUTES_PER_DAY);
        let mut gaps = Vec::with_capacity(self.runs.len());
        let mut lengths = Vec::with_capacity(self.runs.len());
        for run in &self.runs {
            gaps.push(run.start - end);
            lengths.push(run.end - run.start - 1);
            end = run.end;
        }
        let (gap_order, length_order) = (best_order(&gaps), best_order(&lengths));
        let mut writer = BitWriter::default();
        writer.number(gap_order, 3);
        writer.number(length_order, 3);
        writer.number(self.floor_day, FLOOR_ORDER);
        // There are fewer runs than minutes, which are counted in 32 bits.
        writer.number(u32::try_from(gaps.len()).unwrap_or(u32::MAX), COUNT_ORDER);
        for (gap, length) in gaps.into_iter().zip(lengths) {
            writer.number(gap, gap_order);
            writer.number(length, length_order);
        }
        writer.finish()
    }

    /// The set whose [`encode`](Minutes::encode)d form these bytes are.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Minutes, Malformed> {
        let too_late = Malformed("a minute is after the end of time");
        let mut reader = BitReader::new(bytes);
        let gap_order = reader.number(3)?;
        let length_order = reader.number(3)?;
        if gap_order > MAX_ORDER || length_order > MAX_ORDER {
            return Err(Malformed("the order of the minutes is too high"));
        }
        let floor_day = reader.number(FLOOR_ORDER)?;
        let mut end = floor_day.checked_mul(MINUTES_PER_DAY).ok_or(too_late)?;
        let count = reader.count(COUNT_ORDER)?;
        let mut runs = Vec::with_capacity(count);
        for index in 0..count {
            let gap = reader.number(gap_order)?;
            if gap == 0 && index > 0 {
                return Err(Malformed("two runs of minutes are one"));
            }
            let start = end.checked_add(gap).ok_or(too_late)?;
            let length = reader.number(length_order)?;
            end = start
                .checked_add(length)
                .and_then(|last| last.checked_add(1))
                .ok_or(too_late)?;
            runs.push(Run { start, end });
        }
        reader.finish()?;
        Ok(Minutes { floor_day, runs })
    }
}

/// The order in which these numbers take the fewest bits. Even the worst listening, every other
/// minute of the day, then takes a bit a minute.
fn best_order(numbers: &[u32]) -> u32 {
    let total_bits = |order: &u32| -> u64 {
        let bits = numbers.iter().map(|number| length_bits(*number, *order));
        bits.map(u64::from).sum()
    };
    (0..=MAX_ORDER).min_by_key(total_bits).unwrap_or(0)
}

/// The runs sorted, and those that touch made one.
fn joined(mut runs: Vec<Run>) -> Vec<Run> {
    runs.sort_unstable();
    let mut joined: Vec<Run> = Vec::with_capacity(runs.len());
    for run in runs {
        match joined.last_mut() {
            Some(last) if run.start <= last.end => last.end = last.end.max(run.end),
            _ => joined.push(run),
        }
    }
    joined
}

/// What of `asked` is not in `known`; both are joined.
fn difference(asked: &[Run], known: &[Run]) -> Vec<Run> {
    let mut new = Vec::new();
    let mut known = known.iter().peekable();
    for run in asked {
        let mut start = run.start;
        while let Some(seen) = known.next_if(|seen| seen.start < run.end) {
            if seen.start > start {
                let end = seen.start;
                new.push(Run { start, end });
            }
            start = start.max(seen.end);
            if known.peek().is_none_or(|next| next.start >= run.end) {
                break;
            }
        }
        if start < run.end {
            let end = run.end;
            new.push(Run { start, end });
        }
    }
    new
}
