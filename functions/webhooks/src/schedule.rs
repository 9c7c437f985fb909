//! When something is sent again.
//!
//! A delivery is tried twelve times over more than three days; the waits are spread by a tenth in both
//! directions, so that what failed together does not come back together. How far one goes follows
//! from its id: the rule is pure, and a retry of ours decides the same.

use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};

/// How long a delivery waits before each of its attempts, in seconds. Less a tenth, the sum is still
/// more than the 75 hours and 35 minutes that are promised.
const WAITS_S: [i64; 12] = [
    0, 5, 300, 1_800, 7_200, 18_000, 36_000, 43_200, 50_400, 50_400, 50_400, 50_400,
];

/// How long an endpoint that fails is left alone after the first probe that failed.
const FIRST_PROBE_WAIT_S: i64 = 5;
/// How long at most, so that one that is well again gets everything soon.
const LONGEST_PROBE_WAIT_S: i64 = 300;

/// How long a delivery waits after `tries` attempts have failed; `None` if that was the last.
pub(crate) fn wait_after(
    tries: u32,
    delivery: Id<kind::WebhookDelivery>,
) -> Option<SignedDuration> {
    let index = usize::try_from(tries).ok()?;
    let wait_s = *WAITS_S.get(index)?;
    // A delivery's id is a digest, so each of its bytes is as good as a die.
    let bytes = delivery.as_bytes();
    let die = i64::from(bytes[index % bytes.len()]);
    let per_mille = 900 + 200 * die / 255;
    Some(SignedDuration::from_millis(wait_s * per_mille))
}

/// How long an endpoint is left alone after `probes` of them have failed.
pub(crate) fn probe_wait(probes: u32) -> SignedDuration {
    let doubled = probes.saturating_sub(1).min(16);
    let wait_s = (FIRST_PROBE_WAIT_S << doubled).min(LONGEST_PROBE_WAIT_S);
    SignedDuration::from_secs(wait_s)
}

/// A time later than `from`; what cannot be told lies at the end of time.
pub(crate) fn later(from: Timestamp, by: SignedDuration) -> Timestamp {
    from.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What R-13 promises.
    const PROMISED: SignedDuration = SignedDuration::from_mins(75 * 60 + 35);

    fn delivery(byte: u8) -> Id<kind::WebhookDelivery> {
        Id::from_bytes([byte; 16])
    }

    fn span(delivery: Id<kind::WebhookDelivery>) -> (u32, SignedDuration) {
        let waits = (1..).map_while(|tries| wait_after(tries, delivery));
        waits.fold((1, SignedDuration::ZERO), |(tries, sum), wait| {
            (tries + 1, sum + wait)
        })
    }

    #[test]
    fn the_shortest_schedule_is_twelve_attempts_and_longer_than_promised() {
        let (attempts, shortest) = span(delivery(0));
        assert_eq!(attempts, 12);
        assert!(shortest > PROMISED, "{shortest}");
        assert_eq!(
            wait_after(1, delivery(0)),
            Some(SignedDuration::from_millis(4_500))
        );
        assert_eq!(
            wait_after(1, delivery(255)),
            Some(SignedDuration::from_millis(5_500))
        );
        for tries in [12, 13, u32::MAX] {
            assert_eq!(wait_after(tries, delivery(7)), None);
        }
    }

    #[test]
    fn probes_double_up_to_five_minutes() {
        let waits: Vec<_> = (1..=9).map(|probes| probe_wait(probes).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
        assert_eq!(probe_wait(u32::MAX).as_secs(), 300);
        assert_eq!(probe_wait(0).as_secs(), 5);
    }

    proptest! {
        #[test]
        fn every_schedule_keeps_the_promise_within_its_tenth(bytes in any::<[u8; 16]>()) {
            let (attempts, span) = span(Id::from_bytes(bytes));
            prop_assert_eq!(attempts, 12);
            prop_assert!(span > PROMISED);
            let middle: i64 = WAITS_S.iter().sum();
            prop_assert!(span <= SignedDuration::from_millis(middle * 1_100));
        }
    }
}
