//! When the provider is asked again for what nobody has told us.
//!
//! A notify may never come, so every open payment and every unresolved refund is asked for, first
//! after a minute and then at intervals that double. The longest interval for a payment is part of a
//! promise: with the minute that the schedule may be late, an order is known to be paid within ten
//! minutes of the payment, even if not one notify arrives.

use jiff::SignedDuration;
use kernel::Timestamp;

/// How a thing is asked for: one minute, then twice as long each time, but never longer than this.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rhythm {
    longest_minutes: i64,
}

/// For payments that somebody may be making right now.
pub(crate) const PAYMENTS: Rhythm = Rhythm { longest_minutes: 8 };
/// For refunds, which nobody waits for at a counter.
pub(crate) const REFUNDS: Rhythm = Rhythm {
    longest_minutes: 60,
};

impl Rhythm {
    /// When to ask again after having asked `asked` times, the last time now.
    pub(crate) fn next(self, asked: u32, now: Timestamp) -> Timestamp {
        let doubled = 1_i64.checked_shl(asked).filter(|minutes| *minutes > 0);
        let minutes = doubled
            .unwrap_or(self.longest_minutes)
            .min(self.longest_minutes);
        // A time that cannot be told lies beyond every deadline here.
        now.checked_add(SignedDuration::from_mins(minutes))
            .unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(rhythm: Rhythm, asked: u32) -> i64 {
        let now = Timestamp::UNIX_EPOCH;
        rhythm.next(asked, now).as_second() / 60
    }

    #[test]
    fn the_intervals_double_up_to_the_longest() {
        let payments: Vec<_> = (0..6).map(|asked| minutes(PAYMENTS, asked)).collect();
        assert_eq!(payments, [1, 2, 4, 8, 8, 8]);
        let refunds: Vec<_> = (0..8).map(|asked| minutes(REFUNDS, asked)).collect();
        assert_eq!(refunds, [1, 2, 4, 8, 16, 32, 60, 60]);
        for asked in [62, 63, 64, 65, u32::MAX] {
            assert_eq!(minutes(PAYMENTS, asked), 8, "{asked}");
        }
    }

    #[test]
    fn an_interval_and_the_lateness_of_the_schedule_fit_into_the_promise() {
        const SCHEDULE_MINUTES: i64 = 1;
        const PROMISED_MINUTES: i64 = 10;
        const { assert!(PAYMENTS.longest_minutes + SCHEDULE_MINUTES < PROMISED_MINUTES) };
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        assert_eq!(PAYMENTS.next(3, Timestamp::MAX), Timestamp::MAX);
    }
}
