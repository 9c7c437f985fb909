//! Spending, and taking back.

use jiff::Timestamp;
use kernel::Points;
use serde::{Deserialize, Serialize};

use crate::{Wallet, balance::points, lots::Part, movement::Movement, movement::Reason};

/// Points that were spent, by the lots they came from: what a reversal needs to give each back its
/// own expiry. Keep it with what they were spent on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Spent {
    /// The parts, what expires first before the rest.
    pub parts: Vec<Part>,
}

/// Why points could not be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SpendError {
    /// There are fewer.
    #[error("only {available} points are available")]
    Insufficient {
        /// How many there are; negative after a claw-back.
        available: i64,
    },
}

/// Why points could not be given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// The wallet has not spent so many.
    #[error("more points would come back than were ever spent")]
    NeverSpent,
}

impl Spent {
    /// How many.
    #[must_use]
    pub fn points(&self) -> Points {
        points(sum(&self.parts))
    }
}

impl Wallet {
    /// Spends available points, what expires first before the rest.
    ///
    /// # Errors
    /// [`SpendError::Insufficient`] if there are fewer.
    pub fn spend(
        &mut self,
        points: Points,
        reason: Reason,
        now: Timestamp,
    ) -> Result<Spent, SpendError> {
        let parts = self.take_available(points, now)?;
        self.book.spent += points.get();
        if !points.is_zero() {
            self.moved(now, Movement::Spent { points, reason });
        }
        Ok(Spent { parts })
    }

    /// Gives spent points back to the lots they came from, so that they expire when they would
    /// have. What has expired meanwhile expires now.
    ///
    /// Two calls give back twice: the caller's transaction sees to it that a thing is reversed once.
    ///
    /// # Errors
    /// [`RestoreError::NeverSpent`] if the wallet has spent fewer than that.
    pub fn restore(
        &mut self,
        spent: &Spent,
        reason: Reason,
        now: Timestamp,
    ) -> Result<(), RestoreError> {
        let restored = spent.points();
        if restored.get() > self.book.spent {
            return Err(RestoreError::NeverSpent);
        }
        self.settle(now);
        if restored.is_zero() {
            return Ok(());
        }
        self.book.spent -= restored.get();
        let points = restored;
        self.moved(now, Movement::Restored { points, reason });
        let expired = self.book.put_back(&spent.parts, now);
        self.expired(expired, now);
        Ok(())
    }

    /// Takes points away that should not have been granted: pending ones first, then available
    /// ones, what can be spent or expires first before the rest. What has been spent already makes
    /// the balance negative; later earnings repay it, and until then nothing can be spent.
    pub fn claw_back(&mut self, points: Points, reason: Reason, now: Timestamp) {
        self.settle(now);
        if !points.is_zero() {
            self.book.revoke(points.get());
            self.moved(now, Movement::Revoked { points, reason });
        }
    }

    /// Takes available points out of the lots, for the caller to book elsewhere.
    pub(crate) fn take_available(
        &mut self,
        points: Points,
        now: Timestamp,
    ) -> Result<Vec<Part>, SpendError> {
        self.settle(now);
        let available = self.book.available();
        if points.get() > available && !points.is_zero() {
            return Err(SpendError::Insufficient { available });
        }
        Ok(self.book.take(points.get()))
    }
}

/// How many points parts are.
pub(crate) fn sum(parts: &[Part]) -> i64 {
    parts.iter().map(|part| part.points.get()).sum()
}
