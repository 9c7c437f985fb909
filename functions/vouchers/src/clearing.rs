//! The clearing: one account for each partner, in which everything that was exchanged or paid is
//! entered once, one line after the other: the rules, pure.
//!
//! Invariants:
//!
//! - The balance is what the partner owes the platform: opening + exchanges − settlements; below
//!   zero the platform owes. Every line says what it was after it.
//! - Lines are numbered without gaps, and none is posted before the one it follows. So a month's
//!   lines are final once the month is over, whatever comes late.
//! - The sums of a month are those of its lines: both are written under the account's number.

use std::{fmt, str::FromStr};

use kernel::{Currency, Event, Id, Money, Timestamp, kind, money::MoneyError};
use serde::{Deserialize, Serialize};
use wallet::Month;

use crate::{
    events::{EXCHANGE_RECORDED, SETTLEMENT_RECORDED},
    exchange::{Book, Direction, Exchange, Item, Posting},
    settlement::{Settlement, Way},
};

/// Something to enter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Entry {
    /// An exchange.
    Exchange(Exchange),
    /// A payment.
    Settlement(Settlement),
}

/// Names something to enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum EntryId {
    /// An exchange.
    Exchange(Id<kind::Exchange>),
    /// A payment.
    Settlement(Id<kind::Settlement>),
}

/// Where an account stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) book: Book,
    /// The number of the last line; 0 if there is none.
    pub(crate) sequence: u64,
    /// What the partner owes.
    pub(crate) balance: Money,
    /// When the last line was posted.
    pub(crate) posted_at: Timestamp,
}

/// One line of an account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    /// Counts from 1.
    pub(crate) sequence: u64,
    pub(crate) posted_at: Timestamp,
    pub(crate) entry: Entry,
    /// By how much the partner owes more, or less.
    pub(crate) balance_change: Money,
    pub(crate) balance_after: Money,
}

/// Where in an account a line stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LineAt {
    pub(crate) posted_at: Timestamp,
    pub(crate) sequence: u64,
}

/// A text that is no place in an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no place in a clearing account")]
pub(crate) struct LineAtError;

/// What one month of an account comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) month: Month,
    pub(crate) opening: Money,
    pub(crate) closing: Money,
    /// The numbers of its lines; none if the last is less than the first.
    pub(crate) first_sequence: u64,
    pub(crate) last_sequence: u64,
    /// In the order of their first exchange.
    pub(crate) exchanges: Vec<ExchangeSum>,
    pub(crate) received: Tally,
    pub(crate) paid: Tally,
}

/// What a month's exchanges of one item in one direction come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ExchangeSum {
    pub(crate) direction: Direction,
    pub(crate) item: Item,
    pub(crate) charges: Tally,
    pub(crate) reversals: Tally,
}

/// How much of something there was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tally {
    /// How many lines.
    pub(crate) lines: u64,
    /// How many vouchers, tickets or points; 0 for payments.
    pub(crate) quantity: u64,
    pub(crate) amount: Money,
}

/// What is entered at once: all of it or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Posted {
    /// What is to be the case while it is entered.
    pub(crate) before: Head,
    pub(crate) head: Head,
    pub(crate) sums: Sums,
    pub(crate) lines: Vec<Line>,
    /// What the platform owes the partner more, for its vouchers.
    pub(crate) earned: Money,
}

/// Enters `entries` after what `head` says, in the order in which they happened. `sums` are those of
/// the month of [`Head::next_posting`].
pub(crate) fn post(
    head: Head,
    sums: Sums,
    mut entries: Vec<Entry>,
    posted_at: Timestamp,
) -> Result<Posted, MoneyError> {
    // What was entered together has one order, however it arrived.
    entries.sort_by_key(|entry| (entry.occurred_at(), entry.id()));
    let mut posted = Posted {
        before: head,
        head: Head { posted_at, ..head },
        sums,
        lines: Vec::with_capacity(entries.len()),
        earned: Money::zero(head.balance.currency()),
    };
    for entry in entries {
        posted.enter(entry)?;
    }
    Ok(posted)
}

impl Posted {
    fn enter(&mut self, entry: Entry) -> Result<(), MoneyError> {
        let balance_change = entry.balance_change()?;
        self.head.balance = self.head.balance.checked_add(balance_change)?;
        self.head.sequence += 1;
        self.sums.add(&entry)?;
        self.sums.closing = self.head.balance;
        self.sums.last_sequence = self.head.sequence;
        if entry.is_outbound() {
            self.earned = self.earned.checked_sub(balance_change)?;
        }
        self.lines.push(Line {
            sequence: self.head.sequence,
            posted_at: self.head.posted_at,
            entry,
            balance_change,
            balance_after: self.head.balance,
        });
        Ok(())
    }
}

impl Head {
    /// An account without lines.
    pub(crate) fn empty(book: Book, currency: Currency) -> Self {
        Self {
            book,
            sequence: 0,
            balance: Money::zero(currency),
            posted_at: Timestamp::UNIX_EPOCH,
        }
    }

    /// When the next line is posted: now, and never before the last one, also where clocks differ.
    pub(crate) fn next_posting(&self, now: Timestamp) -> Timestamp {
        now.max(self.posted_at)
    }
}

impl Sums {
    /// The sums of a month without lines, after so many lines that led to `balance`.
    pub(crate) fn empty(month: Month, balance: Money, sequence: u64) -> Self {
        let nothing = Tally::nothing(balance.currency());
        Self {
            month,
            opening: balance,
            closing: balance,
            first_sequence: sequence + 1,
            last_sequence: sequence,
            exchanges: Vec::new(),
            received: nothing,
            paid: nothing,
        }
    }

    fn add(&mut self, entry: &Entry) -> Result<(), MoneyError> {
        match entry {
            Entry::Settlement(settlement) => {
                let tally = match settlement.way {
                    Way::Received => &mut self.received,
                    Way::Paid => &mut self.paid,
                };
                tally.add(0, settlement.amount.money())
            }
            Entry::Exchange(exchange) => {
                let sum = self.sum_of(exchange);
                let tally = match exchange.posting {
                    Posting::Charge => &mut sum.charges,
                    Posting::Reversal => &mut sum.reversals,
                };
                tally.add(exchange.quantity, exchange.amount)
            }
        }
    }

    fn sum_of(&mut self, exchange: &Exchange) -> &mut ExchangeSum {
        let key = (exchange.direction, exchange.item);
        let mut sums = self.exchanges.iter();
        let place = sums.position(|sum| (sum.direction, sum.item) == key);
        let place = place.unwrap_or_else(|| {
            let nothing = Tally::nothing(self.closing.currency());
            self.exchanges.push(ExchangeSum {
                direction: exchange.direction,
                item: exchange.item,
                charges: nothing,
                reversals: nothing,
            });
            self.exchanges.len() - 1
        });
        &mut self.exchanges[place]
    }
}

impl Line {
    /// Where it stands.
    pub(crate) fn at(&self) -> LineAt {
        LineAt {
            posted_at: self.posted_at,
            sequence: self.sequence,
        }
    }
}

impl fmt::Display for LineAt {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let posted_ms = self.posted_at.as_millisecond();
        write!(formatter, "{posted_ms}#{}", self.sequence)
    }
}

impl FromStr for LineAt {
    type Err = LineAtError;

    fn from_str(text: &str) -> Result<Self, LineAtError> {
        let (posted_ms, sequence) = text.split_once('#').ok_or(LineAtError)?;
        let posted_ms = posted_ms.parse().map_err(|_| LineAtError)?;
        Ok(Self {
            posted_at: Timestamp::from_millisecond(posted_ms).map_err(|_| LineAtError)?,
            sequence: sequence.parse().map_err(|_| LineAtError)?,
        })
    }
}

impl ExchangeSum {
    /// What was charged and not reversed.
    pub(crate) fn net(&self) -> Result<Money, MoneyError> {
        self.charges.amount.checked_sub(self.reversals.amount)
    }
}

impl Tally {
    fn nothing(currency: Currency) -> Self {
        Self {
            lines: 0,
            quantity: 0,
            amount: Money::zero(currency),
        }
    }

    fn add(&mut self, quantity: u32, amount: Money) -> Result<(), MoneyError> {
        self.amount = self.amount.checked_add(amount)?;
        self.quantity = self.quantity.saturating_add(quantity.into());
        self.lines += 1;
        Ok(())
    }
}

impl Entry {
    /// Names it.
    pub(crate) fn id(&self) -> EntryId {
        match self {
            Self::Exchange(exchange) => EntryId::Exchange(exchange.id),
            Self::Settlement(settlement) => EntryId::Settlement(settlement.id),
        }
    }

    /// The account it belongs into.
    pub(crate) fn book(&self) -> Book {
        match self {
            Self::Exchange(exchange) => exchange.book(),
            Self::Settlement(settlement) => settlement.book,
        }
    }

    /// When it happened, which may be long before it is posted.
    pub(crate) fn occurred_at(&self) -> Timestamp {
        match self {
            Self::Exchange(exchange) => exchange.occurred_at,
            Self::Settlement(settlement) => settlement.occurred_at,
        }
    }

    /// In which currency it is.
    pub(crate) fn currency(&self) -> Currency {
        match self {
            Self::Exchange(exchange) => exchange.amount.currency(),
            Self::Settlement(settlement) => settlement.amount.money().currency(),
        }
    }

    fn balance_change(&self) -> Result<Money, MoneyError> {
        match self {
            Self::Exchange(exchange) => exchange.balance_change(),
            Self::Settlement(settlement) => settlement.paid_in()?.checked_neg(),
        }
    }

    fn is_outbound(&self) -> bool {
        match self {
            Self::Exchange(exchange) => exchange.direction == Direction::Outbound,
            Self::Settlement(_) => false,
        }
    }
}

impl EntryId {
    /// What `event` says is to be entered, if it says so.
    pub(crate) fn of_event(event: &Event) -> Option<Self> {
        match event.kind.as_str() {
            EXCHANGE_RECORDED => event.subject.parse().ok().map(Self::Exchange),
            SETTLEMENT_RECORDED => event.subject.parse().ok().map(Self::Settlement),
            _ => None,
        }
    }
}
