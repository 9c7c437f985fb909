//! The accounts of one wallet: what was issued, and where all of it is.
//!
//! Invariant: issued = active + pending + held + spent + expired + revoked, where `active` is what
//! the lots hold less the debt. There is a debt only while no lot is active: whatever can be spent
//! pays it first.

use jiff::Timestamp;

use crate::{
    lots::{Lots, Part},
    month::Month,
};

/// Lots, debt and totals. What is held stands in the holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Book {
    pub(crate) lots: Lots,
    /// What a claw-back asked for after it was spent; later points repay it.
    pub(crate) debt: i64,
    pub(crate) issued: i64,
    pub(crate) spent: i64,
    pub(crate) expired: i64,
    pub(crate) revoked: i64,
}

impl Book {
    /// What can be spent; negative while there is a debt.
    pub(crate) fn available(&self) -> i64 {
        self.lots.active_points() - self.debt
    }

    /// Books what time has done by now; answers how many points have expired.
    ///
    /// What can be spent from an earlier day on repays the debt before anything expires, since each
    /// lot could be spent before it expired.
    pub(crate) fn settle(&mut self, now: Timestamp) -> i64 {
        self.lots.activate(now);
        self.repay();
        let expired = self.lots.expire(now);
        self.expired += expired;
        expired
    }

    /// New points, pending until the day `active_from` if there is one. Once all are issued, they
    /// [`repay`](Book::repay).
    pub(crate) fn issue(&mut self, month: Month, active_from: Option<u32>, points: i64) {
        self.issued += points;
        match active_from {
            Some(day) => self.lots.add_pending(day, month, points),
            None => self.lots.add(month, points),
        }
    }

    /// Takes active points out of the book, what expires first before the rest. The caller makes
    /// sure that so many are available, and books where they went.
    pub(crate) fn take(&mut self, points: i64) -> Vec<Part> {
        self.lots.take(points)
    }

    /// Puts parts back into the lots they came from; answers how many points had expired by `at`
    /// and are booked so instead.
    pub(crate) fn put_back(&mut self, parts: &[Part], at: Timestamp) -> i64 {
        // What could be spent by then takes part in repaying.
        self.lots.activate(at);
        let mut expired = 0;
        for part in parts {
            if part.expires_at() <= at {
                expired += part.points.get();
            } else {
                self.lots.add(part.month, part.points.get());
            }
        }
        self.expired += expired;
        self.repay();
        expired
    }

    /// Takes points away: pending ones first, then active ones, and what is missing becomes a debt.
    pub(crate) fn revoke(&mut self, points: i64) {
        self.revoked += points;
        self.debt += points - self.lots.take_pending(points);
        self.repay();
    }

    /// Whether all that was issued is somewhere, with so many points held.
    pub(crate) fn is_conserved(&self, held: i64) -> bool {
        let parts = [
            self.lots.active_points(),
            self.lots.pending_points(),
            held,
            self.spent,
            self.expired,
            self.revoked,
        ];
        let sum: i128 = parts.into_iter().map(i128::from).sum();
        sum - i128::from(self.debt) == i128::from(self.issued)
    }

    /// Pays the debt from what can be spent, what expires first before the rest.
    pub(crate) fn repay(&mut self) {
        if self.debt > 0 {
            let repaid = self.debt.min(self.lots.active_points());
            self.lots.take(repaid);
            self.debt -= repaid;
        }
    }
}
