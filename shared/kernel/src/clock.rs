//! The time, handed to whoever needs it.
//!
//! Invariant: nothing on the platform asks the operating system for the time except through a
//! [`Clock`], so that every rule about time can be tried at any time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// Tells the time: the system's, or one a test sets. Clones of a manual clock share its time.
#[derive(Clone, Debug)]
pub struct Clock {
    source: Source,
}

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<Mutex<Timestamp>>),
}

/// Why a clock could not be moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// The system's clock is not ours to move.
    #[error("the system clock cannot be moved")]
    System,
    /// The new time would lie outside of the years −9999 to 9999.
    #[error("the clock cannot be moved out of its range")]
    OutOfRange,
}

impl Clock {
    /// The clock of the operating system.
    #[must_use]
    pub const fn system() -> Clock {
        Clock {
            source: Source::System,
        }
    }

    /// A clock that stands at `at` until it is moved.
    #[must_use]
    pub fn manual(at: Timestamp) -> Clock {
        Clock {
            source: Source::Manual(Arc::new(Mutex::new(at))),
        }
    }

    /// The time now, in UTC.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        match &self.source {
            Source::System => Timestamp::now(),
            Source::Manual(time) => *lock(time),
        }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.now().as_millisecond()
    }

    /// Seconds since 1970, as DynamoDB's time to live wants them.
    #[must_use]
    pub fn now_seconds(&self) -> i64 {
        self.now().as_second()
    }

    /// Moves a manual clock, and all its clones, by a duration; a negative one moves it back.
    ///
    /// # Errors
    /// [`ClockError::System`] on a system clock, [`ClockError::OutOfRange`] past its last year.
    pub fn advance(&self, by: SignedDuration) -> Result<(), ClockError> {
        // Read and written under one lock, so that two threads' advances add up.
        let mut time = self.manual_time()?;
        *time = time.checked_add(by).map_err(|_| ClockError::OutOfRange)?;
        Ok(())
    }

    /// Sets a manual clock, and all its clones, to a time.
    ///
    /// # Errors
    /// [`ClockError::System`] on a system clock.
    pub fn set(&self, to: Timestamp) -> Result<(), ClockError> {
        *self.manual_time()? = to;
        Ok(())
    }

    fn manual_time(&self) -> Result<MutexGuard<'_, Timestamp>, ClockError> {
        match &self.source {
            Source::System => Err(ClockError::System),
            Source::Manual(time) => Ok(lock(time)),
        }
    }
}

fn lock(time: &Mutex<Timestamp>) -> MutexGuard<'_, Timestamp> {
    // A timestamp is written whole or not at all, so a panic elsewhere leaves it sound.
    time.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_manual_clock_share_its_time() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let clone = clock.clone();
        clock.advance(SignedDuration::from_millis(61_500)).unwrap();
        assert_eq!((clone.now_ms(), clone.now_seconds()), (61_500, 61));

        let later = Timestamp::from_second(1_800_000_000).unwrap();
        clone.set(later).unwrap();
        assert_eq!(clock.now(), later);
    }

    #[test]
    fn a_manual_clock_stands_still_until_it_is_moved() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        assert_eq!(clock.now(), clock.now());
    }

    #[test]
    fn the_system_clock_refuses_to_be_moved() {
        let clock = Clock::system();
        let refused = Err(ClockError::System);
        assert_eq!(clock.advance(SignedDuration::from_secs(1)), refused);
        assert_eq!(clock.set(Timestamp::UNIX_EPOCH), refused);
        assert!(clock.now() > Timestamp::UNIX_EPOCH);
    }

    #[test]
    fn a_clock_does_not_leave_its_range() {
        let clock = Clock::manual(Timestamp::MAX);
        let refused = clock.advance(SignedDuration::from_secs(1));
        assert_eq!(refused, Err(ClockError::OutOfRange));
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
