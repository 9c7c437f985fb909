//! What operators put right.

use jiff::Timestamp;

use crate::{
    Wallet,
    balance::points,
    credit::CreditError,
    movement::{Movement, Reason},
    rules::Rules,
    spend::SpendError,
};

/// Why a wallet was not adjusted. Nothing has changed but what time had done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AdjustError {
    /// The wallet has been issued too many points already.
    #[error(transparent)]
    Full(#[from] CreditError),
    /// Fewer points are available than would be taken away.
    #[error(transparent)]
    Insufficient(#[from] SpendError),
}

impl Wallet {
    /// Changes the balance by so many points. What is added can be spent at once and expires as
    /// [credited](Wallet::credit) points do. What is taken away comes out of the available lots, what
    /// expires first before the rest, and counts as revoked; unlike [`claw_back`](Wallet::claw_back)
    /// this never makes a debt.
    ///
    /// Two calls adjust twice: the caller's transaction sees to it that a decision has its effect
    /// once.
    ///
    /// # Errors
    /// [`AdjustError`] if the wallet takes no more, or has fewer available than are taken away.
    pub fn adjust(
        &mut self,
        by: i64,
        rules: &Rules,
        reason: Reason,
        now: Timestamp,
    ) -> Result<(), AdjustError> {
        if by > 0 {
            self.give(points(by), rules, now)?;
        } else {
            let taken = points(by.saturating_neg());
            self.take_available(taken, now)?;
            self.book.revoked += taken.get();
        }
        if by != 0 {
            self.moved(now, Movement::Adjusted { points: by, reason });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use kernel::Id;

    use super::*;
    use crate::{MAX_ISSUED, Play, balance::Expiring};

    fn reason() -> Reason {
        Reason::new("adj_test").unwrap()
    }

    fn now() -> Timestamp {
        "2026-06-10T12:00:00Z".parse().unwrap()
    }

    fn adjust(wallet: &mut Wallet, by: i64, now: Timestamp) -> Result<(), AdjustError> {
        wallet.adjust(by, &Rules::founding(), reason(), now)
    }

    #[test]
    fn what_is_added_can_be_spent_at_once_and_expires_as_points_of_that_day_do() {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        adjust(&mut wallet, 50, now()).unwrap();
        let balance = wallet.balance(now());
        let expires_at = "2027-07-01T00:00:00Z".parse().unwrap();
        let points = points(50);
        assert_eq!(balance.available, 50);
        assert_eq!(balance.expiring, [Expiring { expires_at, points }]);
        assert!(wallet.is_conserved());
    }

    #[test]
    fn what_is_taken_away_comes_out_of_what_expires_first() {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        adjust(&mut wallet, 100, now()).unwrap();
        let later = now() + SignedDuration::from_hours(24 * 30);
        adjust(&mut wallet, 50, later).unwrap();
        adjust(&mut wallet, -120, later).unwrap();
        let expires_at = "2027-08-01T00:00:00Z".parse().unwrap();
        let points = points(30);
        let left = wallet.balance(later).expiring;
        assert_eq!(left, [Expiring { expires_at, points }]);
        let told: i64 = wallet.movements().iter().map(|m| m.balance_change()).sum();
        assert_eq!(told, 30);
        assert!(wallet.is_conserved());
    }

    #[test]
    fn what_is_held_or_pending_or_owed_is_not_taken_away_and_no_debt_is_made() {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        adjust(&mut wallet, 100, now()).unwrap();
        let until = now() + SignedDuration::from_hours(1);
        wallet
            .hold(Id::derive(&["hold"]), points(70), until, reason(), now())
            .unwrap();
        let before = wallet.clone();
        let available = 30;
        let refused = adjust(&mut wallet, -31, now());
        let insufficient = SpendError::Insufficient { available };
        assert_eq!(refused, Err(AdjustError::Insufficient(insufficient)));
        assert_eq!(wallet, before);
        wallet.claw_back(points(40), reason(), now());
        assert!(adjust(&mut wallet, -1, now()).is_err());
        // What is added repays first.
        adjust(&mut wallet, 15, now()).unwrap();
        assert_eq!(wallet.balance(now()).available, 5);
        assert!(wallet.is_conserved());
    }

    #[test]
    fn nothing_is_no_movement() {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        assert_eq!(adjust(&mut wallet, 0, now()), Ok(()));
        assert!(!wallet.is_changed());
    }

    #[test]
    fn a_wallet_takes_no_more_than_it_can_keep() {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        adjust(&mut wallet, MAX_ISSUED, now()).unwrap();
        let full = CreditError::Full { issued: MAX_ISSUED };
        let refused = adjust(&mut wallet, 1, now());
        assert_eq!(refused, Err(AdjustError::Full(full)));
        assert!(adjust(&mut wallet, i64::MIN, now()).is_err());
        assert!(wallet.is_conserved());
    }

    #[test]
    fn pending_points_stay_until_they_can_be_spent() {
        let mut wallet = Wallet::empty(Id::derive(&["member"]));
        let terms = crate::Terms::new(1, 120, 7, 12).unwrap();
        let rules = Rules::with(vec![crate::EarnRule {
            version: 2,
            effective_from: jiff::civil::Date::MIN,
            terms,
        }]);
        let end_s = now().as_second();
        let start_s = end_s - 3_600;
        wallet.mark(&[Play { start_s, end_s }], &rules, now());
        assert_eq!(wallet.balance(now()).pending, points(60));
        assert!(adjust(&mut wallet, -1, now()).is_err());
        assert_eq!(wallet.balance(now()).pending, points(60));
    }
}
