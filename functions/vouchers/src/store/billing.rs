//! Partners' accounts of what they may take.

use kernel::{Currency, Id, Money, kind};
use platform::{
    ServiceError,
    table::{self, Write},
};
use serde::{Deserialize, Serialize};

use super::{Store, attributes};
use crate::{
    billing::{Alert, Billing, Today},
    exchange::Book,
    keys,
};

/// What a cancelled transaction calls the write of a partner's account.
pub(crate) const BILLING: &str = "billing";

/// Amounts are kept as bare minor units, so that the clearing can add to them in place.
#[derive(Serialize, Deserialize)]
struct BillingItem {
    pk: String,
    sk: String,
    partner: Id<kind::Partner>,
    sandbox: bool,
    currency: Currency,
    #[serde(default)]
    used_minor: i64,
    #[serde(default)]
    settled_minor: i64,
    #[serde(default)]
    earned_minor: i64,
    #[serde(default)]
    today: Today,
    #[serde(default)]
    alert: Alert,
    version: u64,
}

impl Store {
    /// The account of `book`; an empty one in `currency` if nothing has happened yet.
    pub(crate) async fn billing(
        &self,
        book: Book,
        currency: Currency,
    ) -> Result<Billing, ServiceError> {
        match self.table.get::<BillingItem>(&keys::billing(book)).await? {
            Some(item) => Billing::try_from(item),
            None => Ok(Billing::empty(book, currency)),
        }
    }

    /// The write that keeps an account as it was decided on: put it into the transaction that
    /// decides. It fails, and is to be decided anew, if the account has changed since it was read.
    pub(crate) fn save_billing(&self, billing: &Billing) -> Write {
        let (pk, sk) = attributes(&keys::billing(billing.book));
        let item = BillingItem {
            pk,
            sk,
            partner: billing.book.partner,
            sandbox: billing.book.sandbox,
            currency: billing.used.currency(),
            used_minor: billing.used.minor(),
            settled_minor: billing.settled.minor(),
            earned_minor: billing.earned.minor(),
            today: billing.today,
            alert: billing.alert.clone(),
            version: billing.version + 1,
        };
        let write = Write::put(&self.table, &item).labelled(BILLING);
        if billing.version == 0 {
            write.when_absent()
        } else {
            write
                .when("#version = :version")
                .bind(":version", billing.version)
        }
    }

    /// The write that enters what the platform owes a partner for its vouchers, whatever else
    /// happens to the account meanwhile: `owed` is negative for what was reversed.
    pub(super) fn earn(&self, book: Book, owed: Money) -> Write {
        Write::update(
            &self.table,
            keys::billing(book),
            "SET #partner = :partner, #sandbox = :sandbox, #currency = :currency \
             ADD #earned_minor :owed, #version :one",
        )
        .when("attribute_not_exists(pk) OR #currency = :currency")
        .bind(":partner", book.partner)
        .bind(":sandbox", book.sandbox)
        .bind(":currency", owed.currency())
        .bind(":owed", owed.minor())
        .bind(":one", 1)
        .labelled(BILLING)
    }
}

/// The account that is kept as `item`.
pub(crate) fn billing_of(item: table::Item) -> Result<Billing, ServiceError> {
    item.parse::<BillingItem>(BILLING)
        .and_then(Billing::try_from)
}

impl TryFrom<BillingItem> for Billing {
    type Error = ServiceError;

    fn try_from(item: BillingItem) -> Result<Self, ServiceError> {
        let money = |minor| {
            Money::new(minor, item.currency)
                .map_err(|error| ServiceError::malformed(BILLING, error))
        };
        Ok(Self {
            book: Book {
                partner: item.partner,
                sandbox: item.sandbox,
            },
            used: money(item.used_minor)?,
            settled: money(item.settled_minor)?,
            earned: money(item.earned_minor)?,
            today: item.today,
            alert: item.alert,
            version: item.version,
        })
    }
}
