//! Statements: what one month of a partner's clearing account comes to, and who pays whom.
//!
//! Months are those of UTC, and what is in one is decided by when a line was posted, not by when it
//! happened: so a month that is over stays as it is, and what came late is in the next one.

use jiff::SignedDuration;
use kernel::{Currency, Money, Timestamp, money::MoneyError};
use wallet::Month;

use crate::{
    clearing::{Line, Sums},
    exchange::Book,
    text::Name,
};

/// A month of an account, without its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Statement {
    pub(crate) book: Book,
    pub(crate) partner_name: Name,
    pub(crate) sums: Sums,
    /// Whether no line can be added to the month any more.
    pub(crate) is_final: bool,
    pub(crate) netting: Netting,
}

/// What settles the balance at the end of the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Netting {
    pub(crate) payer: Payer,
    pub(crate) amount: Money,
}

/// Who has to pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Payer {
    /// The partner pays the platform.
    Partner,
    /// The platform pays the partner.
    Platform,
    /// The account is even.
    Nobody,
}

/// For how long after a month a line may still be on its way into it: the worker takes the time
/// before it writes, and no function runs for longer than this, nor do clocks differ by as much.
const STRAGGLERS: SignedDuration = SignedDuration::from_mins(15);

impl Statement {
    /// The statement of the month whose sums these are.
    pub(crate) fn new(
        book: Book,
        partner_name: Name,
        sums: Sums,
        now: Timestamp,
    ) -> Result<Self, MoneyError> {
        Ok(Self {
            is_final: now.duration_since(sums.month.ends_at()) >= STRAGGLERS,
            netting: Netting::of(sums.closing)?,
            book,
            partner_name,
            sums,
        })
    }

    /// Who pays whom how much, as a sentence.
    pub(crate) fn sentence(&self) -> String {
        let (partner, amount) = (self.partner_name.as_str(), self.netting.amount);
        let (month, end) = (self.sums.month, "at the end of");
        match self.netting.payer {
            Payer::Partner => format!("{partner} owes Planet {amount} {end} {month}."),
            Payer::Platform => format!("Planet owes {partner} {amount} {end} {month}."),
            Payer::Nobody => format!("Planet and {partner} owe each other nothing {end} {month}."),
        }
    }
}

impl Netting {
    fn of(balance: Money) -> Result<Self, MoneyError> {
        let (payer, amount) = if balance.is_negative() {
            (Payer::Platform, balance.checked_neg()?)
        } else if balance.is_zero() {
            (Payer::Nobody, balance)
        } else {
            (Payer::Partner, balance)
        };
        Ok(Self { payer, amount })
    }
}

impl Sums {
    /// The sums of a month in which nothing was posted, after the account's `last` line before its
    /// end, if there was one.
    pub(crate) fn after(month: Month, last: Option<&Line>, currency: Currency) -> Self {
        let balance = last.map_or(Money::zero(currency), |line| line.balance_after);
        Self::empty(month, balance, last.map_or(0, |line| line.sequence))
    }
}

#[cfg(test)]
mod tests {
    use kernel::Id;

    use super::*;

    fn statement(closing: i64, now: &str) -> Statement {
        let book = Book {
            partner: Id::derive(&["partner"]),
            sandbox: false,
        };
        let closing = Money::new(closing, Currency::CNY).unwrap();
        let sums = Sums::empty("2026-06".parse().unwrap(), closing, 7);
        let name = "Golden Rooster".parse().unwrap();
        Statement::new(book, name, sums, now.parse().unwrap()).unwrap()
    }

    #[test]
    fn the_netting_says_who_pays_whom_how_much() {
        let now = "2026-06-15T00:00:00Z";
        for (closing, payer, amount, sentence) in [
            (
                1_234,
                Payer::Partner,
                1_234,
                "Golden Rooster owes Planet CNY 12.34 at the end of 2026-06.",
            ),
            (
                -1,
                Payer::Platform,
                1,
                "Planet owes Golden Rooster CNY 0.01 at the end of 2026-06.",
            ),
            (
                0,
                Payer::Nobody,
                0,
                "Planet and Golden Rooster owe each other nothing at the end of 2026-06.",
            ),
        ] {
            let statement = statement(closing, now);
            let netting = statement.netting;
            assert_eq!((netting.payer, netting.amount.minor()), (payer, amount));
            assert_eq!(statement.sentence(), sentence);
        }
    }

    #[test]
    fn a_month_is_final_when_nothing_can_be_on_its_way_into_it() {
        for (now, is_final) in [
            ("2026-06-30T23:59:59Z", false),
            ("2026-07-01T00:00:00Z", false),
            ("2026-07-01T00:14:59Z", false),
            ("2026-07-01T00:15:00Z", true),
        ] {
            assert_eq!(statement(0, now).is_final, is_final, "{now}");
        }
    }
}
