//! Settlements: money that went between the platform and a partner, outside of the platform, as an
//! operator enters it.

use kernel::{Id, Money, Timestamp, kind, money::MoneyError};
use serde::{Deserialize, Serialize};

use crate::exchange::{Book, Reference};

/// Money that a partner paid, or was paid. It is entered once and never changes; what was entered
/// in error is settled the other way round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Settlement {
    /// [`Settlement::id_of`] the rest.
    pub(crate) id: Id<kind::Settlement>,
    pub(crate) book: Book,
    pub(crate) way: Way,
    pub(crate) amount: PaidAmount,
    /// By which name the bank knows the payment.
    pub(crate) reference: Reference,
    /// The operator who entered it.
    pub(crate) entered_by: Id<kind::Account>,
    pub(crate) occurred_at: Timestamp,
}

/// Who paid, as the platform sees it.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = SettlementDirection)]
pub(crate) enum Way {
    /// The partner paid the platform: a debt, or something in advance.
    Received,
    /// The platform paid the partner.
    Paid,
}

/// An amount that can be paid: more than nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Money", into = "Money")]
pub(crate) struct PaidAmount(Money);

/// An amount that nobody pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a payment is of more than nothing")]
pub(crate) struct PaidAmountError;

impl Settlement {
    /// The id of the payment that the bank knows as `reference`: entered again, in whatever request,
    /// it is the same.
    pub(crate) fn id_of(book: Book, way: Way, reference: &Reference) -> Id<kind::Settlement> {
        let realm = if book.sandbox { "sandbox" } else { "live" };
        let partner = book.partner.to_string();
        Id::derive(&[
            "settlement",
            realm,
            &partner,
            way.as_str(),
            reference.as_str(),
        ])
    }

    /// What the partner has paid by it; negative if it was paid.
    pub(crate) fn paid_in(&self) -> Result<Money, MoneyError> {
        match self.way {
            Way::Received => Ok(self.amount.money()),
            Way::Paid => self.amount.money().checked_neg(),
        }
    }
}

impl Way {
    /// As it is written.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Paid => "paid",
        }
    }
}

impl PaidAmount {
    /// The amount.
    pub(crate) fn money(self) -> Money {
        self.0
    }
}

impl TryFrom<Money> for PaidAmount {
    type Error = PaidAmountError;

    fn try_from(amount: Money) -> Result<Self, PaidAmountError> {
        if amount.is_zero() || amount.is_negative() {
            return Err(PaidAmountError);
        }
        Ok(Self(amount))
    }
}

impl From<PaidAmount> for Money {
    fn from(amount: PaidAmount) -> Self {
        amount.0
    }
}
