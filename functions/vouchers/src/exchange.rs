//! Exchanges: what one side gave the other, at the price both agreed on, as it is written down for
//! the clearing.
//!
//! Invariant: a record is written in the transaction that does what it records, under an id that
//! derives from what was exchanged, so that nothing is owed twice and nothing is given unrecorded.
//! It never changes; what is taken back is a record of its own.

use std::{fmt, str::FromStr};

use kernel::{Id, Money, Timestamp, id::IdError, kind, money::MoneyError};
use serde::{Deserialize, Serialize};

use crate::{
    member::TransactionId,
    partner::{Mode, Partner},
};

/// One exchange with a partner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Exchange {
    /// [`Exchange::id_of`] its subject and posting.
    pub(crate) id: Id<kind::Exchange>,
    pub(crate) partner: Id<kind::Partner>,
    pub(crate) direction: Direction,
    pub(crate) item: Item,
    pub(crate) posting: Posting,
    /// How many vouchers, tickets or points.
    pub(crate) quantity: u32,
    pub(crate) price: UnitPrice,
    /// What it is worth, never negative: a reversal has the amount of what it reverses.
    pub(crate) amount: Money,
    /// By which name both sides know it.
    pub(crate) reference: Reference,
    pub(crate) subject: Subject,
    /// Whether it was only tried out: it is recorded alike, and owed by nobody.
    pub(crate) sandbox: bool,
    pub(crate) occurred_at: Timestamp,
}

/// Who gave something to whose customers, and so who owes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExchangeDirection)]
pub(crate) enum Direction {
    /// A member's points became the partner's voucher: the platform owes.
    Outbound,
    /// A purchase at the partner became points or a ticket: the partner owes.
    Inbound,
}

/// What was exchanged.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExchangeItem)]
pub(crate) enum Item {
    /// Vouchers of the partner.
    Voucher,
    /// Tickets for a concert.
    Ticket,
    /// Listening points.
    Points,
}

/// Whether something was given or taken back.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExchangePosting)]
pub(crate) enum Posting {
    /// It was given.
    Charge,
    /// What was given has been taken back.
    Reversal,
}

/// The agreed price of so many pieces: of one voucher or ticket, of a thousand points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnitPrice {
    pub(crate) price: Money,
    /// For how many pieces the price is; 0 is taken as 1.
    pub(crate) per_quantity: u32,
}

/// What an exchange was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) enum Subject {
    /// A voucher that was issued.
    Voucher(Id<kind::Voucher>),
    /// A grant that was claimed.
    Grant(Id<kind::PartnerGrant>),
}

/// The name both sides know an exchange by: 1 to 64 visible ASCII characters. Inbound it is the
/// partner's own transaction id, outbound the voucher's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Reference(String);

/// A text that no side would know anything by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a reference is 1 to {MAX_REFERENCE_BYTES} visible ASCII characters")]
pub(crate) struct ReferenceError;

/// In whose account something is entered: a partner has one that counts, and one for trying out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Book {
    pub(crate) partner: Id<kind::Partner>,
    pub(crate) sandbox: bool,
}

const MAX_REFERENCE_BYTES: usize = 64;

impl Book {
    /// Where what `partner` does now is entered. What is to be undone later belongs where it was
    /// entered, wherever the partner is by then.
    pub(crate) fn of(partner: &Partner) -> Self {
        Self {
            partner: partner.id,
            sandbox: partner.mode == Mode::Sandbox,
        }
    }
}

impl Exchange {
    /// The id of the record that `subject` was given or taken back: there is one of each at most.
    pub(crate) fn id_of(subject: Subject, posting: Posting) -> Id<kind::Exchange> {
        Id::derive(&["exchange", &subject.to_string(), posting.as_str()])
    }

    /// The record that takes this one back.
    pub(crate) fn reversed(&self, occurred_at: Timestamp) -> Self {
        Self {
            id: Self::id_of(self.subject, Posting::Reversal),
            posting: Posting::Reversal,
            occurred_at,
            ..self.clone()
        }
    }

    /// The account it is entered in.
    pub(crate) fn book(&self) -> Book {
        Book {
            partner: self.partner,
            sandbox: self.sandbox,
        }
    }

    /// By how much the partner owes more than before, or less.
    pub(crate) fn balance_change(&self) -> Result<Money, MoneyError> {
        match (self.direction, self.posting) {
            (Direction::Inbound, Posting::Charge) | (Direction::Outbound, Posting::Reversal) => {
                Ok(self.amount)
            }
            (Direction::Inbound, Posting::Reversal) | (Direction::Outbound, Posting::Charge) => {
                self.amount.checked_neg()
            }
        }
    }
}

impl Direction {
    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Outbound => "outbound",
            Self::Inbound => "inbound",
        }
    }
}

impl Item {
    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Voucher => "voucher",
            Self::Ticket => "ticket",
            Self::Points => "points",
        }
    }
}

impl Posting {
    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Charge => "charge",
            Self::Reversal => "reversal",
        }
    }
}

impl UnitPrice {
    /// So much for each.
    pub(crate) fn each(price: Money) -> Self {
        Self {
            price,
            per_quantity: 1,
        }
    }

    /// What so many cost, rounded half up to the minor unit.
    pub(crate) fn amount(self, quantity: u32) -> Result<Money, MoneyError> {
        let per = i128::from(self.per_quantity.max(1));
        let whole = i128::from(self.price.minor()) * i128::from(quantity);
        let rounded = (2 * whole + per).div_euclid(2 * per);
        let minor = i64::try_from(rounded).map_err(|_| MoneyError::OutOfRange)?;
        Money::new(minor, self.price.currency())
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Voucher(voucher) => voucher.fmt(formatter),
            Self::Grant(grant) => grant.fmt(formatter),
        }
    }
}

impl FromStr for Subject {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        text.parse()
            .map(Self::Voucher)
            .or_else(|_| text.parse().map(Self::Grant))
    }
}

impl TryFrom<String> for Subject {
    type Error = IdError;

    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.to_string()
    }
}

impl Reference {
    /// The reference.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        let fits = (1..=MAX_REFERENCE_BYTES).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ReferenceError)
        }
    }
}

impl TryFrom<String> for Reference {
    type Error = ReferenceError;

    fn try_from(text: String) -> Result<Self, ReferenceError> {
        text.parse()
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

impl From<Id<kind::Voucher>> for Reference {
    fn from(voucher: Id<kind::Voucher>) -> Self {
        Self(voucher.to_string())
    }
}

impl From<&TransactionId> for Reference {
    fn from(transaction: &TransactionId) -> Self {
        Self(transaction.as_str().to_owned())
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;

    fn fen(minor: i64) -> Money {
        Money::new(minor, Currency::CNY).unwrap()
    }

    #[test]
    fn what_is_given_and_what_is_taken_back_have_one_id_each() {
        let voucher = Subject::Voucher(Id::derive(&["v"]));
        let grant = Subject::Grant(Id::derive(&["v"]));
        let ids = [voucher, grant].map(|subject| {
            [Posting::Charge, Posting::Reversal].map(|posting| Exchange::id_of(subject, posting))
        });
        let ids = ids.concat();
        for (place, id) in ids.iter().enumerate() {
            assert_eq!(ids.iter().position(|other| other == id), Some(place));
        }
    }

    #[test]
    fn half_a_fen_is_rounded_up() {
        let price = UnitPrice {
            price: fen(1),
            per_quantity: 100,
        };
        for (points, amount) in [(0, 0), (49, 0), (50, 1), (149, 1), (150, 2)] {
            assert_eq!(price.amount(points), Ok(fen(amount)), "{points}");
        }
    }

    #[test]
    fn a_reference_is_what_both_sides_can_print() {
        for text in ["", " ", "a b", "é", "line\nbreak", &"x".repeat(65)] {
            assert_eq!(text.parse::<Reference>(), Err(ReferenceError), "{text:?}");
        }
        assert!("=1+1".parse::<Reference>().is_ok());
    }

    proptest! {
        #[test]
        fn the_amount_is_within_half_a_unit_of_the_exact_one(
            minor in 0i64..1_000_000, per in 1u32..10_000, quantity in any::<u32>(),
        ) {
            let price = UnitPrice { price: fen(minor), per_quantity: per };
            let amount = i128::from(price.amount(quantity).unwrap().minor());
            let exact = i128::from(minor) * i128::from(quantity);
            let error = 2 * (amount * i128::from(per) - exact);
            prop_assert!(error > -i128::from(per) && error <= i128::from(per));
        }
    }
}
