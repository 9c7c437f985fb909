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

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use kernel::Id;

    use super::*;
    use crate::{Play, Rules};

    fn points(number: i64) -> Points {
        Points::new(number).unwrap()
    }

    fn reason() -> Reason {
        Reason::new("test").unwrap()
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    /// Listens for so many minutes until now.
    fn earn(wallet: &mut Wallet, minutes: i64, now: Timestamp) {
        let end_s = now.as_second();
        let start_s = end_s - minutes * 60;
        wallet.mark(&[Play { start_s, end_s }], &Rules::founding(), now);
    }

    /// 100 points that expire with June 2027, and 50 that expire with July.
    fn two_lots() -> (Wallet, Timestamp) {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        earn(&mut wallet, 100, at("2026-06-10T12:00:00Z"));
        let now = at("2026-07-10T12:00:00Z");
        earn(&mut wallet, 50, now);
        (wallet, now)
    }

    #[test]
    fn what_expires_first_is_spent_first() {
        let (mut wallet, now) = two_lots();
        let spent = wallet.spend(points(120), reason(), now).unwrap();
        let ends: Vec<_> = spent.parts.iter().map(Part::expires_at).collect();
        let expected = [at("2027-07-01T00:00:00Z"), at("2027-08-01T00:00:00Z")];
        assert_eq!(ends, expected);
        assert_eq!(wallet.balance(now).available, 30);
        let available = 30;
        let refused = wallet.spend(points(31), reason(), now);
        assert_eq!(refused, Err(SpendError::Insufficient { available }));
    }

    #[test]
    fn what_is_restored_expires_when_it_would_have() {
        let (mut wallet, now) = two_lots();
        let before = wallet.balance(now);
        let spent = wallet.spend(points(120), reason(), now).unwrap();
        let later = now + SignedDuration::from_hours(24 * 30);
        wallet.restore(&spent, reason(), later).unwrap();
        assert_eq!(wallet.balance(later), before);
        assert_eq!(
            wallet.restore(&spent, reason(), later),
            Err(RestoreError::NeverSpent)
        );
    }

    #[test]
    fn what_is_restored_after_its_time_expires_at_once() {
        let (mut wallet, now) = two_lots();
        let spent = wallet.spend(points(120), reason(), now).unwrap();
        let between = at("2027-07-01T00:00:00Z");
        wallet.restore(&spent, reason(), between).unwrap();
        assert_eq!(wallet.balance(between).available, 50);
        let points = points(100);
        assert_eq!(
            wallet.movements().last(),
            Some(&Movement::Expired { points })
        );
        assert!(wallet.is_conserved());
    }

    #[test]
    fn a_claw_back_of_spent_points_is_owed_blocks_spending_and_is_repaid_by_listening() {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        let now = at("2026-06-10T12:00:00Z");
        earn(&mut wallet, 100, now);
        wallet.spend(points(80), reason(), now).unwrap();
        wallet.claw_back(points(50), reason(), now);
        assert_eq!(wallet.balance(now).available, -30);
        let available = -30;
        let refused = wallet.spend(points(1), reason(), now);
        assert_eq!(refused, Err(SpendError::Insufficient { available }));

        let tomorrow = now + SignedDuration::from_hours(24);
        earn(&mut wallet, 20, tomorrow);
        assert_eq!(wallet.balance(tomorrow).available, -10);
        earn(&mut wallet, 45, tomorrow);
        assert_eq!(wallet.balance(tomorrow).available, 15);
        assert!(wallet.spend(points(15), reason(), tomorrow).is_ok());
        assert!(wallet.is_conserved());
    }

    #[test]
    fn nothing_can_be_spent_of_nothing_and_nothing_costs_nothing() {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        let now = at("2026-06-10T12:00:00Z");
        let spent = wallet.spend(Points::ZERO, reason(), now).unwrap();
        assert!(spent.parts.is_empty() && !wallet.is_changed());
    }

    #[test]
    fn what_was_spent_is_kept_as_readable_parts() {
        let (mut wallet, now) = two_lots();
        let spent = wallet.spend(points(120), reason(), now).unwrap();
        let json = serde_json::to_string(&spent).unwrap();
        let expected = r#"[{"month":"2027-06","points":100},{"month":"2027-07","points":20}]"#;
        assert_eq!(json, expected);
        assert_eq!(serde_json::from_str::<Spent>(&json).unwrap(), spent);
    }
}
