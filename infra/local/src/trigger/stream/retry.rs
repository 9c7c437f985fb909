//! What becomes of a batch that failed. Pure.

use engines::template::StreamTrigger;
use jiff::{SignedDuration, Timestamp};

use super::record::Record;

/// Some records in their order, which go to the function together.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Piece {
    pub(super) records: Vec<Record>,
    /// How often the function was started with them, alone or among others.
    pub(super) invocations: u32,
    /// How many of those counted as retries.
    pub(super) retries: u32,
    /// The last of those invocations.
    pub(super) request_id: Option<String>,
    /// Whether that invocation ended in an error, and not in an answer that names failures.
    pub(super) ended_in_error: bool,
}

/// How an invocation went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Everything is done.
    Done,
    /// Everything before the record with this index is done.
    FailedFrom(usize),
    /// Nobody knows what is done.
    Failed,
}

/// What happens next with a piece.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Next {
    /// Nothing: it is done.
    Done,
    /// These follow, in this order.
    Again(Vec<Piece>),
    /// It was tried often enough.
    GiveUp(Piece),
}

/// How much patience the template has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Policy {
    maximum_retries: Option<u32>,
    bisects: bool,
    maximum_age: Option<SignedDuration>,
}

impl Piece {
    /// Records that the function has not seen yet.
    pub(super) fn new(records: Vec<Record>) -> Self {
        Self {
            records,
            ..Self::default()
        }
    }

    /// Leaves the first `count` records here and gives the others, with the same history.
    fn split_off(&mut self, count: usize) -> Self {
        let others = self.records.split_off(count);
        Self {
            records: others,
            request_id: self.request_id.clone(),
            ..*self
        }
    }
}

impl Policy {
    /// What the template says.
    pub(super) fn of(trigger: &StreamTrigger) -> Self {
        Self {
            maximum_retries: trigger.maximum_retries,
            bisects: trigger.bisects_on_error,
            maximum_age: trigger
                .maximum_record_age_seconds
                .map(|seconds| SignedDuration::from_secs(seconds.into())),
        }
    }

    /// Takes from the front of `piece` what is too old at `now`.
    pub(super) fn take_expired(&self, piece: &mut Piece, now: Timestamp) -> Option<Piece> {
        let maximum_age = self.maximum_age?;
        let is_fresh = |record: &Record| now.duration_since(record.created_at) <= maximum_age;
        let count = piece.records.iter().position(is_fresh);
        let fresh = piece.split_off(count.unwrap_or(piece.records.len()));
        let expired = std::mem::replace(piece, fresh);
        (!expired.records.is_empty()).then_some(expired)
    }

    /// Decides about `piece` after the invocation `request_id`. Cutting a piece costs none of its
    /// retries.
    ///
    /// Where the function names the record it failed on, the cut is made before that record. If that
    /// record already was the first one, the piece is halved as after an error, so that a record that
    /// never succeeds ends up alone and is given up alone.
    pub(super) fn after(&self, mut piece: Piece, outcome: Outcome, request_id: String) -> Next {
        piece.invocations += 1;
        piece.request_id = Some(request_id);
        piece.ended_in_error = outcome == Outcome::Failed;
        let done = match outcome {
            Outcome::Done => return Next::Done,
            Outcome::FailedFrom(index) => index,
            Outcome::Failed => 0,
        };
        let mut rest = piece.split_off(done);
        if self.bisects && done > 0 {
            return Next::Again(vec![rest]);
        }
        if self.bisects && rest.records.len() > 1 {
            let second = rest.split_off(rest.records.len() / 2);
            return Next::Again(vec![rest, second]);
        }
        if self
            .maximum_retries
            .is_some_and(|maximum| rest.retries >= maximum)
        {
            return Next::GiveUp(rest);
        }
        rest.retries += 1;
        Next::Again(vec![rest])
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn records(numbers: std::ops::Range<usize>) -> Vec<Record> {
        numbers
            .map(|number| Record {
                sequence_number: number.to_string(),
                created_at: Timestamp::from_second(i64::try_from(number).unwrap()).unwrap(),
                json: String::new(),
            })
            .collect()
    }

    fn numbers_of(piece: &Piece) -> Vec<usize> {
        let numbers = piece.records.iter().map(|record| &record.sequence_number);
        numbers.map(|number| number.parse().unwrap()).collect()
    }

    fn policy(maximum_retries: Option<u32>, bisects: bool) -> Policy {
        Policy {
            maximum_retries,
            bisects,
            maximum_age: None,
        }
    }

    /// The numbers and the retries of what follows.
    fn again(next: Next) -> Vec<(Vec<usize>, u32)> {
        match next {
            Next::Again(pieces) => pieces
                .iter()
                .map(|piece| (numbers_of(piece), piece.retries))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    fn after(policy: &Policy, piece: Piece, outcome: Outcome) -> Next {
        policy.after(piece, outcome, "req".to_owned())
    }

    #[test]
    fn what_is_done_needs_nothing_more() {
        let piece = Piece::new(records(0..3));
        assert_eq!(after(&policy(None, true), piece, Outcome::Done), Next::Done);
    }

    #[test]
    fn a_batch_is_tried_again_whole_until_its_retries_are_used_up() {
        let policy = policy(Some(2), false);
        let mut piece = Piece::new(records(0..3));
        for retries in 1..=2 {
            let Next::Again(mut pieces) = after(&policy, piece, Outcome::Failed) else {
                panic!("given up before {retries}");
            };
            piece = pieces.pop().unwrap();
            assert!(pieces.is_empty());
            assert_eq!(
                (numbers_of(&piece), piece.retries),
                (vec![0, 1, 2], retries)
            );
        }
        let Next::GiveUp(piece) = after(&policy, piece, Outcome::Failed) else {
            panic!("tried too often");
        };
        assert_eq!((piece.invocations, piece.ended_in_error), (3, true));
        assert_eq!(piece.request_id.as_deref(), Some("req"));
    }

    #[test]
    fn without_a_limit_a_batch_is_tried_for_ever() {
        let mut piece = Piece::new(records(0..1));
        piece.retries = 100_000;
        let next = after(&policy(None, false), piece, Outcome::Failed);
        assert_eq!(again(next), [(vec![0], 100_001)]);
    }

    #[test]
    fn a_named_record_and_what_follows_are_tried_again() {
        let whole = || Piece::new(records(0..4));
        let next = after(&policy(Some(5), false), whole(), Outcome::FailedFrom(2));
        assert_eq!(again(next), [(vec![2, 3], 1)]);
        // Cut before the named record, which costs no retry.
        let next = after(&policy(Some(5), true), whole(), Outcome::FailedFrom(2));
        assert_eq!(again(next), [(vec![2, 3], 0)]);
        let Next::GiveUp(rest) = after(&policy(Some(0), false), whole(), Outcome::FailedFrom(1))
        else {
            panic!("tried again");
        };
        assert_eq!(
            (numbers_of(&rest), rest.ended_in_error),
            (vec![1, 2, 3], false)
        );
    }

    #[test]
    fn a_batch_that_is_cut_in_two_loses_no_retry() {
        let policy = policy(Some(0), true);
        for outcome in [Outcome::Failed, Outcome::FailedFrom(0)] {
            let next = after(&policy, Piece::new(records(0..5)), outcome);
            assert_eq!(again(next), [(vec![0, 1], 0), (vec![2, 3, 4], 0)]);
            let alone = after(&policy, Piece::new(records(0..1)), outcome);
            assert!(matches!(alone, Next::GiveUp(_)), "{alone:?}");
        }
    }

    /// What a function does with a batch whose poisonous records are known.
    fn outcome_of(piece: &Piece, poison: &BTreeSet<usize>, names_failures: bool) -> Outcome {
        let numbers = numbers_of(piece);
        match numbers.iter().position(|number| poison.contains(number)) {
            None => Outcome::Done,
            Some(first) if names_failures => Outcome::FailedFrom(first),
            Some(_) => Outcome::Failed,
        }
    }

    #[test]
    fn cutting_gives_up_the_poisonous_records_alone_and_keeps_the_order() {
        const COUNT: usize = 7;
        // Every set of poisonous records there is.
        for bits in 0_u32..1 << COUNT {
            let poison: BTreeSet<usize> = (0..COUNT)
                .filter(|index| bits & (1 << index) != 0)
                .collect();
            for names_failures in [true, false] {
                let policy = policy(Some(3), true);
                let mut pieces = vec![Piece::new(records(0..COUNT))];
                let mut settled = Vec::new();
                while let Some(piece) = pieces.pop() {
                    let outcome = outcome_of(&piece, &poison, names_failures);
                    let numbers = numbers_of(&piece);
                    match after(&policy, piece, outcome) {
                        Next::Done => settled.extend(numbers.iter().map(|number| (*number, true))),
                        Next::Again(again) => {
                            if let Outcome::FailedFrom(first) = outcome {
                                settled.extend(numbers[..first].iter().map(|each| (*each, true)));
                            }
                            pieces.extend(again.into_iter().rev());
                        }
                        Next::GiveUp(given_up) => {
                            assert_eq!(given_up.retries, 3);
                            let numbers = numbers_of(&given_up);
                            settled.extend(numbers.iter().map(|number| (*number, false)));
                        }
                    }
                }
                let expected: Vec<_> = (0..COUNT)
                    .map(|number| (number, !poison.contains(&number)))
                    .collect();
                assert_eq!(settled, expected, "{poison:?} {names_failures}");
            }
        }
    }

    #[test]
    fn records_that_are_too_old_are_taken_from_the_front() {
        let policy = Policy {
            maximum_age: Some(SignedDuration::from_secs(60)),
            ..policy(None, false)
        };
        // Record n was written n seconds after 1970.
        for (now_seconds, expired) in [(60, 0), (61, 1), (63, 3), (100, 4)] {
            let mut piece = Piece::new(records(0..4));
            piece.retries = 2;
            let now = Timestamp::from_second(now_seconds).unwrap();
            let taken = policy.take_expired(&mut piece, now).unwrap_or_default();
            assert_eq!(numbers_of(&taken), (0..expired).collect::<Vec<_>>());
            assert_eq!(numbers_of(&piece), (expired..4).collect::<Vec<_>>());
            assert_eq!(piece.retries, 2);
        }
    }

    #[test]
    fn without_a_limit_no_record_is_too_old() {
        let mut piece = Piece::new(records(0..4));
        assert_eq!(
            policy(None, false).take_expired(&mut piece, Timestamp::MAX),
            None
        );
        assert_eq!(piece.records.len(), 4);
    }
}
