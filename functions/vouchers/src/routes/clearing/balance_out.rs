//! How a partner's balance is shown.

use kernel::{Id, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, MoneyOut};

use crate::{App, billing::Billing, exchange::Book, partner::Partner};

/// What a partner owes, and what it may still take.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BalanceOut {
    /// The partner.
    #[schema(value_type = String, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    partner: Id<kind::Partner>,
    /// Whether it was only tried out. Nobody owes anything of it.
    sandbox: bool,
    /// What the partner owes by the last line of its account; negative if the platform owes.
    balance: MoneyOut,
    /// The number of that line; 0 if there is none.
    #[schema(example = 4711)]
    last_line: u64,
    /// What the partner will owe if everything that is granted is claimed; negative if the platform
    /// will.
    exposure: MoneyOut,
    /// How much it may still take, by what it has paid or by its credit; null for no limit.
    available: Option<MoneyOut>,
    /// Below which amount available it is told.
    alert_below: Option<MoneyOut>,
    /// Whether less than that is available.
    is_low: bool,
    /// What it has granted on this day of UTC.
    today: TodayOut,
}

/// What a partner has granted on this day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PartnerTodayOut)]
pub(crate) struct TodayOut {
    /// How many grants.
    #[schema(example = 12)]
    grants: u32,
    /// How many points in them.
    #[schema(example = 3_600)]
    points: i64,
}

impl BalanceOut {
    /// Where the accounts of `partner` stand.
    pub(super) async fn load(
        app: &App,
        partner: &Partner,
        sandbox: bool,
    ) -> Result<Self, ApiError> {
        let book = Book {
            partner: partner.id,
            sandbox,
        };
        let currency = partner.terms.currency;
        let (head, billing) = tokio::try_join!(
            app.store.clearing_head(book),
            app.store.billing(book, currency),
        )?;
        let balance = head.map_or(kernel::Money::zero(currency), |head| head.balance);
        let last_line = head.map_or(0, |head| head.sequence);
        let exposure = billing.exposure().map_err(ApiError::internal)?;
        let available = billing.available(&partner.terms);
        let available = available.map_err(ApiError::internal)?;
        let is_low = billing.is_low(&partner.terms).map_err(ApiError::internal)?;
        Ok(Self {
            partner: partner.id,
            sandbox,
            balance: balance.into(),
            last_line,
            exposure: exposure.into(),
            available: available.map(MoneyOut::from),
            alert_below: partner.terms.alert_below.map(MoneyOut::from),
            is_low,
            today: TodayOut::of(app, &billing),
        })
    }
}

impl TodayOut {
    fn of(app: &App, billing: &Billing) -> Self {
        let today = billing.today.on(app.clock.now());
        Self {
            grants: today.grants,
            points: today.points.get(),
        }
    }
}
