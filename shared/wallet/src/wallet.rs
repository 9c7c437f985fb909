//! One member's wallet.

use jiff::Timestamp;
use kernel::{Id, kind};

use crate::{
    book::Book, days::Days, holds::Holds, minutes::Minutes, movement::Movement, zone::Zone,
};

/// A member's minutes, lots and holds, and what has been changed since they were loaded.
///
/// All changes are pure and take the time from outside; see the other `impl` blocks for earning
/// ([`mark`](Wallet::mark), [`credit`](Wallet::credit)), spending ([`spend`](Wallet::spend), [`restore`](Wallet::restore),
/// [`claw_back`](Wallet::claw_back)), putting right ([`adjust`](Wallet::adjust)) and holds
/// ([`hold`](Wallet::hold), [`post`](Wallet::post), [`void`](Wallet::void)). Each first books what time has done, so that a sweeper that never runs
/// changes no outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    pub(crate) account: Id<kind::Account>,
    /// The version that was loaded; 0 if there is no item yet.
    pub(crate) version: u64,
    pub(crate) zone: Zone,
    /// The version of the account that told the zone.
    pub(crate) zone_version: u64,
    pub(crate) minutes: Minutes,
    pub(crate) days: Days,
    pub(crate) book: Book,
    pub(crate) holds: Holds,
    /// What was done since it was loaded.
    pub(crate) movements: Vec<Movement>,
    /// When the last of it was done.
    pub(crate) moved_at: Timestamp,
}

impl Wallet {
    /// The wallet of an account that has none yet.
    #[must_use]
    pub fn empty(account: Id<kind::Account>) -> Wallet {
        Wallet {
            account,
            version: 0,
            zone: Zone::UTC,
            zone_version: 0,
            minutes: Minutes::default(),
            days: Days::default(),
            book: Book::default(),
            holds: Holds::default(),
            movements: Vec::new(),
            moved_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// Whose it is.
    #[must_use]
    pub fn account(&self) -> Id<kind::Account> {
        self.account
    }

    /// The version that was loaded; 0 if there was none.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.version
    }

    /// The zone in which the member's days begin and end.
    #[must_use]
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// What was done since it was loaded.
    #[must_use]
    pub fn movements(&self) -> &[Movement] {
        &self.movements
    }

    /// Whether anything was done that is worth a write.
    #[must_use]
    pub fn is_changed(&self) -> bool {
        !self.movements.is_empty()
    }

    /// Sets the zone that the given version of the account tells. Of several the latest version
    /// counts, in whatever order they come; minutes that were counted stay on their dates.
    pub fn set_time_zone(&mut self, zone: Zone, account_version: u64, now: Timestamp) {
        if account_version <= self.zone_version {
            return;
        }
        // The version is kept even if the zone is the same, or an older one could undo it later.
        self.zone = zone;
        self.zone_version = account_version;
        self.moved(now, Movement::ZoneSet);
    }

    /// Books what time has done by now: holds that ended give their points back, pending points
    /// become active, lots past their month expire.
    pub fn settle(&mut self, now: Timestamp) {
        for ended in self.holds.end(now) {
            self.put_back(ended.hold, &ended.parts, ended.at, now);
        }
        let expired = self.book.settle(now);
        self.expired(expired, now);
        self.holds.forget(now);
    }

    /// When the first lot or hold ends that has not been booked.
    pub(crate) fn due_at(&self) -> Option<Timestamp> {
        let ends = [self.book.lots.first_end(), self.holds.first_end()];
        ends.into_iter().flatten().min()
    }

    /// Whether all that was issued is somewhere.
    pub(crate) fn is_conserved(&self) -> bool {
        self.book.is_conserved(self.holds.points())
    }

    /// Records what was done.
    pub(crate) fn moved(&mut self, now: Timestamp, movement: Movement) {
        self.movements.push(movement);
        self.moved_at = now;
    }

    /// Records what expired, if anything did.
    pub(crate) fn expired(&mut self, expired: i64, now: Timestamp) {
        let points = crate::balance::points(expired);
        if !points.is_zero() {
            self.moved(now, Movement::Expired { points });
        }
    }
}
