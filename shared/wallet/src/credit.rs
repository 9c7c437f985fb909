//! Points for what was done elsewhere.

use jiff::Timestamp;
use kernel::Points;

use crate::{
    Wallet,
    month::Month,
    movement::{Movement, Reason},
    rules::Rules,
};

/// How many points a wallet can have been issued, ever, for another credit to be taken: so far that
/// no honest member comes near, and less than half of what a stored lot holds.
pub const MAX_ISSUED: i64 = 2_000_000_000;

/// Why points could not be credited. Nothing has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreditError {
    /// The wallet would have been issued more than [`MAX_ISSUED`] points.
    #[error("a wallet takes {MAX_ISSUED} points in all, and this one took {issued}")]
    Full {
        /// How many it took until now.
        issued: i64,
    },
}

impl Wallet {
    /// Issues points that can be spent at once. They expire with the points of listening on the same
    /// day: at the end of the month that the rule of the member's own date says. A debt is repaid
    /// from them first.
    ///
    /// Two calls credit twice: the caller's transaction sees to it that a thing is credited once.
    ///
    /// # Errors
    /// [`CreditError::Full`] if the wallet has been issued too many already.
    pub fn credit(
        &mut self,
        points: Points,
        rules: &Rules,
        reason: Reason,
        now: Timestamp,
    ) -> Result<(), CreditError> {
        self.give(points, rules, now)?;
        if !points.is_zero() {
            self.moved(now, Movement::Credited { points, reason });
        }
        Ok(())
    }

    /// Issues points that can be spent at once, for the caller to tell why.
    pub(crate) fn give(
        &mut self,
        points: Points,
        rules: &Rules,
        now: Timestamp,
    ) -> Result<(), CreditError> {
        self.settle(now);
        let issued = self.book.issued;
        if points.get() > MAX_ISSUED.saturating_sub(issued) {
            return Err(CreditError::Full { issued });
        }
        let date = self.zone.date_at(now);
        let month = Month::after(date, rules.on(date).terms.lot_months());
        self.book.issue(month, None, points.get());
        self.book.repay();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kernel::Id;

    use super::*;
    use crate::{Zone, balance::Expiring};

    fn points(number: i64) -> Points {
        Points::new(number).unwrap()
    }

    fn reason() -> Reason {
        Reason::new("pgr_test").unwrap()
    }

    fn now() -> Timestamp {
        "2026-06-30T20:00:00Z".parse().unwrap()
    }

    fn wallet() -> Wallet {
        Wallet::empty(Id::derive(&["member"]))
    }

    #[test]
    fn what_is_credited_can_be_spent_at_once_and_expires_as_points_of_that_day_do() {
        let mut wallet = wallet();
        // Where it is July already.
        wallet.set_time_zone(Zone::parse("Asia/Shanghai").unwrap(), 1, now());
        wallet
            .credit(points(50), &Rules::founding(), reason(), now())
            .unwrap();
        let balance = wallet.balance(now());
        let expires_at = "2027-08-01T00:00:00Z".parse().unwrap();
        let points = points(50);
        assert_eq!(balance.available, 50);
        assert_eq!(balance.expiring, [Expiring { expires_at, points }]);
        assert!(wallet.is_conserved());
    }

    #[test]
    fn a_credit_repays_what_is_owed_first() {
        let mut wallet = wallet();
        let rules = Rules::founding();
        wallet.claw_back(points(30), reason(), now());
        wallet.credit(points(50), &rules, reason(), now()).unwrap();
        assert_eq!(wallet.balance(now()).available, 20);
        let told: i64 = wallet.movements().iter().map(|m| m.balance_change()).sum();
        assert_eq!(told, 20);
        assert!(wallet.is_conserved());
    }

    #[test]
    fn nothing_is_no_movement() {
        let mut wallet = wallet();
        let credited = wallet.credit(Points::ZERO, &Rules::founding(), reason(), now());
        assert_eq!(credited, Ok(()));
        assert!(!wallet.is_changed());
    }

    #[test]
    fn a_wallet_takes_no_more_than_it_can_keep_and_then_nothing_has_changed() {
        let mut wallet = wallet();
        let rules = Rules::founding();
        let issued = MAX_ISSUED - 1;
        wallet
            .credit(points(issued), &rules, reason(), now())
            .unwrap();
        let before = wallet.clone();
        let refused = wallet.credit(points(2), &rules, reason(), now());
        assert_eq!(refused, Err(CreditError::Full { issued }));
        assert_eq!(wallet, before);
        // What was spent was issued all the same.
        wallet.spend(points(issued), reason(), now()).unwrap();
        let refused = wallet.credit(points(2), &rules, reason(), now());
        assert_eq!(refused, Err(CreditError::Full { issued }));
        assert!(wallet.credit(points(1), &rules, reason(), now()).is_ok());
        assert!(wallet.is_conserved());
    }
}
