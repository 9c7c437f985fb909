//! What must hold of every listen.

use proptest::prelude::*;

use super::*;

const NOW_S: i64 = 1_780_000_000;

fn length(ms: i64) -> Length {
    Length::of_ms(ms).unwrap()
}

fn any_length() -> impl Strategy<Value = Length> {
    prop_oneof![
        0..=Length::MAX_MS,
        0..=600_000i64,
        Just(0),
        Just(29_999),
        Just(30_000),
        Just(Length::MAX_MS),
    ]
    .prop_map(length)
}

/// Any time at all, but mostly near those at which something changes.
fn any_start_s() -> impl Strategy<Value = i64> {
    let near = |at_s: i64| (at_s - 10..=at_s + 10).boxed();
    prop_oneof![
        any::<i64>(),
        near(0),
        near(EARLIEST_START_S),
        near(NOW_S - MAX_AGE_S),
        NOW_S - 2 * MAX_AGE_S..=NOW_S,
        NOW_S - 3_600..=NOW_S + 600,
        near(NOW_S),
        near(NOW_S + MAX_CLOCK_SKEW_S),
        Just(i64::MIN),
        Just(i64::MAX),
    ]
}

fn any_listen() -> impl Strategy<Value = Listen> {
    (any_start_s(), any_length(), prop::option::of(any_length()))
        .prop_map(|(start_s, duration, played)| Listen::measured(start_s, duration, played))
}

fn earned(listen: Listen, received_at_s: i64) -> Option<(i64, i64)> {
    match listen.judge(received_at_s) {
        Ok(Verdict::Earns(span)) => Some((span.start_s, span.end_s)),
        Ok(Verdict::Late) | Err(_) => None,
    }
}

#[test]
fn half_of_the_track_or_four_minutes_are_enough() {
    for (duration_ms, played_ms, verdict) in [
        (29_999, 29_999, Err(Rejection::TooShort)),
        (30_000, 15_000, Ok(15)),
        (30_000, 14_999, Err(Rejection::NotPlayedEnough)),
        (30_001, 15_000, Err(Rejection::NotPlayedEnough)),
        (30_001, 15_001, Ok(15)),
        (479_999, 239_999, Err(Rejection::NotPlayedEnough)),
        (479_999, 240_000, Ok(240)),
        (7_200_000, 239_999, Err(Rejection::NotPlayedEnough)),
        (7_200_000, 240_000, Ok(240)),
        (7_200_000, 7_200_000, Ok(7_200)),
        (Length::MAX_MS, Length::MAX_MS, Ok(MAX_CREDIT_S)),
    ] {
        let start_s = NOW_S - 86_400;
        let listen = Listen::measured(start_s, length(duration_ms), Some(length(played_ms)));
        let verdict = verdict.map(|played_s| {
            Verdict::Earns(Span {
                start_s,
                end_s: start_s + played_s,
            })
        });
        assert_eq!(listen.judge(NOW_S), verdict, "{played_ms} of {duration_ms}");
    }
}

#[test]
fn each_bound_of_time_falls_on_its_side() {
    let judge = |start_s| Listen::attested(start_s, None).judge(NOW_S);
    assert_eq!(judge(EARLIEST_START_S - 1), Err(Rejection::TooLongAgo));
    assert_eq!(judge(EARLIEST_START_S), Ok(Verdict::Late));
    assert_eq!(judge(NOW_S - MAX_AGE_S - 1), Ok(Verdict::Late));
    assert!(matches!(judge(NOW_S - MAX_AGE_S), Ok(Verdict::Earns(_))));
    assert!(matches!(
        judge(NOW_S + MAX_CLOCK_SKEW_S),
        Ok(Verdict::Earns(_))
    ));
    assert_eq!(
        judge(NOW_S + MAX_CLOCK_SKEW_S + 1),
        Err(Rejection::InTheFuture)
    );
    assert_eq!(judge(-1), Err(Rejection::TooLongAgo));
}

#[test]
fn a_listen_of_unknown_length_is_credited_with_thirty_seconds() {
    let start_s = NOW_S - 1_000;
    assert_eq!(
        earned(Listen::attested(start_s, None), NOW_S),
        Some((start_s, start_s + 30))
    );
}

#[test]
fn a_player_that_stamps_the_end_is_credited_with_the_time_before() {
    let listen = Listen::attested_at_end(NOW_S, Some(length(200_000)));
    assert_eq!(earned(listen, NOW_S), Some((NOW_S - 200, NOW_S)));
}

#[test]
fn a_listen_that_has_only_begun_is_credited_with_its_second() {
    for ahead_s in [0, 1, MAX_CLOCK_SKEW_S] {
        let listen = Listen::attested(NOW_S + ahead_s, Some(length(200_000)));
        assert_eq!(earned(listen, NOW_S), Some((NOW_S, NOW_S + 1)), "{ahead_s}");
    }
}

proptest! {
    #[test]
    fn nobody_earns_time_that_has_not_passed(listen in any_listen()) {
        if let Some((start_s, end_s)) = earned(listen, NOW_S) {
            // The current second has begun, so it may be claimed by what begins in it.
            prop_assert!(start_s < end_s && start_s <= NOW_S);
            prop_assert!(end_s <= NOW_S || (start_s, end_s) == (NOW_S, NOW_S + 1));
        }
    }

    #[test]
    fn a_credit_is_never_more_than_was_played_and_never_older_than_a_fortnight(
        listen in any_listen(),
    ) {
        if let Some((start_s, end_s)) = earned(listen, NOW_S) {
            let seconds = end_s - start_s;
            prop_assert!(seconds <= MAX_CREDIT_S);
            prop_assert!(seconds * 1_000 <= listen.played.0.max(1_000));
            prop_assert!(start_s >= NOW_S - MAX_AGE_S);
        }
    }

    #[test]
    fn what_earns_is_eligible_by_the_rule_of_the_field(listen in any_listen()) {
        if earned(listen, NOW_S).is_some() {
            let half_ms = listen.duration.0.div_euclid(2) + listen.duration.0 % 2;
            prop_assert!(listen.duration.0 >= 30_000);
            prop_assert!(listen.played.0 >= half_ms.min(240_000));
            prop_assert!(listen.played <= listen.duration);
        }
    }

    #[test]
    fn a_listen_reported_again_later_covers_what_it_covered_before(
        listen in any_listen(), later_s in 0..=86_400i64,
    ) {
        let both = earned(listen, NOW_S).zip(earned(listen, NOW_S + later_s));
        if let Some(((start_s, end_s), (later_start_s, later_end_s))) = both {
            // A begin ahead of our clock was moved back to the first reception; all others stay.
            prop_assert!(later_end_s >= end_s || listen.started_at_s > NOW_S);
            prop_assert!(later_start_s == start_s || listen.started_at_s > NOW_S);
        }
    }

    #[test]
    fn more_of_the_same_track_never_counts_less(
        start_s in any_start_s(), duration in any_length(), one in any_length(), more in any_length(),
    ) {
        let (less, more) = (one.min(more), one.max(more));
        let credit = |played| earned(Listen::measured(start_s, duration, Some(played)), NOW_S)
            .map_or(0, |(start_s, end_s)| end_s - start_s);
        prop_assert!(credit(less) <= credit(more));
    }

    #[test]
    fn lengths_are_taken_exactly_up_to_their_limit(ms in any::<u64>()) {
        let limit = u64::try_from(Length::MAX_MS).unwrap();
        prop_assert_eq!(Length::try_from(ms).is_ok(), ms <= limit);
    }

    #[test]
    fn no_claim_whatever_makes_the_rules_fail(
        start_s in any::<i64>(), seconds in any::<i64>(), now_s in any::<i64>(),
    ) {
        let duration = Length::of_s(seconds).ok();
        let _ = Listen::attested(start_s, duration).judge(now_s);
        let _ = Listen::attested_at_end(start_s, duration).judge(now_s);
    }
}
