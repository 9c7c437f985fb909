//! What a wallet shows.

use jiff::{Timestamp, civil::Date};
use kernel::Points;

use crate::{Wallet, rules::Rules};

/// What a member has at one moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Balance {
    /// What can be spent. Negative after points were clawed back that had been spent.
    pub available: i64,
    /// What can be spent later.
    pub pending: Points,
    /// What is set aside by holds.
    pub held: Points,
    /// When the available points expire, the first before the rest.
    pub expiring: Vec<Expiring>,
}

/// Points that expire together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expiring {
    /// When.
    pub expires_at: Timestamp,
    /// How many.
    pub points: Points,
}

/// What a member has listened to on one of their days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Today {
    /// The day, in the member's own zone.
    pub date: Date,
    /// How many of its minutes are marked.
    pub minutes: u32,
    /// How many points were granted for them.
    pub points: Points,
    /// How many points the day is worth at most.
    pub daily_cap: Points,
}

impl Wallet {
    /// What the member has now, whether or not the ends of lots and holds have been booked.
    #[must_use]
    pub fn balance(&self, now: Timestamp) -> Balance {
        let mut settled = self.clone();
        settled.settle(now);
        let expiring = settled.book.lots.active().map(|part| Expiring {
            expires_at: part.expires_at(),
            points: part.points,
        });
        Balance {
            available: settled.book.available(),
            pending: points(settled.book.lots.pending_points()),
            held: points(settled.holds.points()),
            expiring: expiring.collect(),
        }
    }

    /// What the member has listened to on the day that it is for them.
    #[must_use]
    pub fn today(&self, rules: &Rules, now: Timestamp) -> Today {
        let date = self.zone.date_at(now);
        let day = self.days.on(date);
        Today {
            date,
            minutes: day.minutes,
            points: points(i64::from(day.granted)),
            daily_cap: rules.on(date).terms.daily_cap(),
        }
    }
}

/// A number of points that the book keeps, which is never negative.
pub(crate) fn points(number: i64) -> Points {
    Points::new(number.max(0)).unwrap_or(Points::MAX)
}
