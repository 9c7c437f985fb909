//! The journal: one entry for every movement of points.

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use platform::{ServiceError, table::Change};
use wallet::{Booked, Movement, Reason};

/// A line in the book of a member's points. It never changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Whose.
    pub(crate) account: Id<kind::Account>,
    /// The version of the wallet it comes from.
    pub(crate) version: u64,
    /// Which of that version's movements it is.
    pub(crate) number: usize,
    /// When, to the second.
    pub(crate) occurred_at: Timestamp,
    /// By how much the balance, available and pending together, grew or shrank.
    pub(crate) points: i64,
    /// What happened.
    pub(crate) story: Story,
}

/// What an entry tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Story {
    /// Points for minutes of a day, by a version of the rule.
    Earned {
        date: Date,
        minutes: u32,
        rule_version: u32,
    },
    /// Points were spent on something.
    Spent { reference: Reason },
    /// Points were set aside for something.
    Held {
        hold: Id<kind::Hold>,
        reference: Reason,
    },
    /// What a hold had set aside was spent; what was not comes back.
    Posted { hold: Id<kind::Hold> },
    /// What a hold had set aside came back.
    Voided { hold: Id<kind::Hold> },
    /// What was spent on something came back.
    Restored { reference: Reason },
    /// Points were given for something done elsewhere.
    Credited { reference: Reason },
    /// Points were taken away.
    Revoked { reference: Reason },
    /// Operators put the balance right.
    Adjusted { reference: Reason },
    /// Points came to the end of their time.
    Expired,
}

impl Entry {
    /// Names the entry: the same however often the stream tells of its change.
    pub(crate) fn id(&self) -> Id<kind::Entry> {
        let account = self.account.to_string();
        Id::derive(&[
            &account,
            &self.version.to_string(),
            &self.number.to_string(),
        ])
    }
}

/// What a change of a wallet means for the journal.
pub(crate) fn entries(change: &Change) -> Result<Vec<Entry>, ServiceError> {
    let booked = Booked::of(change)?;
    Ok(booked.map(entries_of).unwrap_or_default())
}

fn entries_of(booked: Booked) -> Vec<Entry> {
    let movements = booked.movements.iter().enumerate();
    let entries = movements.filter_map(|(number, movement)| {
        Some(Entry {
            account: booked.account,
            version: booked.version,
            number,
            occurred_at: booked.at,
            points: movement.balance_change(),
            story: story(movement)?,
        })
    });
    entries.collect()
}

/// Minutes that were worth no points, and what is not about points, are no entry.
fn story(movement: &Movement) -> Option<Story> {
    match movement.clone() {
        Movement::Earned { points, .. } if points.is_zero() => None,
        Movement::Earned {
            date,
            minutes,
            rule_version,
            points: _,
        } => Some(Story::Earned {
            date,
            minutes,
            rule_version,
        }),
        Movement::Spent { reason, points: _ } => Some(Story::Spent { reference: reason }),
        Movement::Held {
            hold,
            reason,
            points: _,
        } => Some(Story::Held {
            hold,
            reference: reason,
        }),
        Movement::Posted {
            hold,
            points: _,
            returned: _,
        } => Some(Story::Posted { hold }),
        Movement::Voided { hold, points: _ } => Some(Story::Voided { hold }),
        Movement::Restored { reason, points: _ } => Some(Story::Restored { reference: reason }),
        Movement::Credited { reason, points: _ } => Some(Story::Credited { reference: reason }),
        Movement::Revoked { reason, points: _ } => Some(Story::Revoked { reference: reason }),
        Movement::Adjusted { reason, points: _ } => Some(Story::Adjusted { reference: reason }),
        Movement::Expired { points: _ } => Some(Story::Expired),
        Movement::ZoneSet => None,
    }
}
