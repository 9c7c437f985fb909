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
        while let Some(seen) = known.peek() {
            if seen.start >= run.end {
                break;
            }
            if seen.start > start {
                let end = seen.start;
                new.push(Run { start, end });
            }
            start = start.max(seen.end);
            if seen.end > run.end {
                // It may hold minutes of the next one too.
                break;
            }
            known.next();
        }
        if start < run.end {
            let end = run.end;
            new.push(Run { start, end });
        }
    }
    new
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    const FLOOR_DAY: u32 = 20_000;
    const FLOOR: u32 = FLOOR_DAY * MINUTES_PER_DAY;
    const UNTIL: u32 = FLOOR + HORIZON_DAYS * MINUTES_PER_DAY;

    fn empty() -> Minutes {
        let mut minutes = Minutes::default();
        minutes.raise_floor(FLOOR_DAY);
        minutes
    }

    /// Plays before, around, in and after the horizon.
    fn any_play() -> impl Strategy<Value = Play> {
        let seconds = (i64::from(FLOOR) - 600) * 60..(i64::from(UNTIL) + 600) * 60;
        let length = prop_oneof![-60..600_i64, 0..20_000_i64];
        (seconds, length).prop_map(|(start_s, length_s)| Play {
            start_s,
            end_s: start_s + length_s,
        })
    }

    fn any_plays() -> impl Strategy<Value = Vec<Play>> {
        prop::collection::vec(any_play(), 0..60)
    }

    fn minute_by_minute(plays: &[Play]) -> BTreeSet<u32> {
        let mut marked = BTreeSet::new();
        for play in plays {
            // A second of every minute, and the last.
            let seconds = (play.start_s..play.end_s).step_by(60);
            for second in seconds.chain((play.start_s < play.end_s).then(|| play.end_s - 1)) {
                marked.insert(u32::try_from(second / 60).unwrap());
            }
        }
        marked
            .split_off(&FLOOR)
            .into_iter()
            .filter(|minute| *minute < UNTIL)
            .collect()
    }

    fn all(runs: &[Run]) -> BTreeSet<u32> {
        runs.iter().flat_map(|run| run.start..run.end).collect()
    }

    #[test]
    fn a_play_marks_every_minute_in_which_it_sounded() {
        for (start_s, end_s, expected) in [
            (0, 1, Some((0, 1))),
            (59, 61, Some((0, 2))),
            (60, 120, Some((1, 2))),
            (60, 60, None),
            (61, 60, None),
            (-60, 0, None),
            (-1, 1, Some((0, 1))),
            (i64::MIN, i64::MAX, Some((0, 100))),
            (i64::MAX, i64::MIN, None),
            (6_000, i64::MAX, None),
        ] {
            let minutes = Play { start_s, end_s }.minutes(0, 100);
            let minutes = minutes.map(|run| (run.start, run.end));
            assert_eq!(minutes, expected, "{start_s} to {end_s}");
        }
    }

    #[test]
    fn even_the_worst_listening_takes_little_more_than_a_bit_a_minute() {
        let mut minutes = empty();
        let every_other = (FLOOR..UNTIL).step_by(2).map(i64::from);
        let plays: Vec<Play> = every_other
            .map(|minute| Play {
                start_s: minute * 60,
                end_s: minute * 60 + 30,
            })
            .collect();
        minutes.mark(&plays, UNTIL);
        let bits = HORIZON_DAYS * MINUTES_PER_DAY;
        assert!(minutes.encode().len() * 8 <= (bits + bits / 2) as usize + 100);
    }

    proptest! {
        #[test]
        fn marking_is_the_union_of_sets(batches in prop::collection::vec(any_plays(), 0..6)) {
            let mut minutes = empty();
            let mut model = BTreeSet::new();
            for plays in batches {
                let asked = minute_by_minute(&plays);
                let new = minutes.mark(&plays, UNTIL);
                let expected: BTreeSet<u32> = asked.difference(&model).copied().collect();
                prop_assert_eq!(all(&new), expected);
                model.extend(asked);
                prop_assert_eq!(all(&minutes.runs), model.clone());
                prop_assert!(minutes.runs.windows(2).all(|two| two[0].end < two[1].start));
                prop_assert_eq!(minutes.mark(&plays, UNTIL), vec![]);
                prop_assert_eq!(Minutes::decode(&minutes.encode()), Ok(minutes.clone()));
            }
        }

        #[test]
        fn a_minute_before_the_floor_is_never_marked_again(
            plays in any_plays(), days in 0..40_u32,
        ) {
            let mut minutes = empty();
            minutes.mark(&plays, UNTIL);
            let kept = all(&minutes.runs).split_off(&(FLOOR + days * MINUTES_PER_DAY));
            minutes.raise_floor(FLOOR_DAY + days);
            minutes.raise_floor(FLOOR_DAY);
            prop_assert_eq!(all(&minutes.runs), kept);
            prop_assert_eq!(minutes.mark(&plays, UNTIL), vec![]);
            prop_assert_eq!(Minutes::decode(&minutes.encode()), Ok(minutes));
        }

        #[test]
        fn garbage_is_no_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Ok(minutes) = Minutes::decode(&bytes) {
                prop_assert_eq!(Minutes::decode(&minutes.encode()), Ok(minutes));
            }
        }
    }
}
