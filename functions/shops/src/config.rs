//! What the template tells this context.

use kernel::{CommissionRate, Currencies};
use platform::{ConfigError, Environment};
use web::Stage;

const DEFAULT_COMMISSION: &str = "DEFAULT_COMMISSION_BASIS_POINTS";

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) shops_table: String,
    pub(crate) quotas_table: String,
    pub(crate) requests_table: String,
    pub(crate) orders_queue_url: String,
    pub(crate) shops_queue_url: String,
    pub(crate) webhooks_queue_url: String,
    pub(crate) default_commission: CommissionRate,
    pub(crate) currencies: Currencies,
    pub(crate) trade: Stage,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let shops_table = variables.required("SHOPS_TABLE");
        let quotas_table = variables.required("QUOTAS_TABLE");
        let requests_table = variables.required("REQUESTS_TABLE");
        let orders_queue_url = variables.required("ORDERS_QUEUE");
        let shops_queue_url = variables.required("SHOPS_QUEUE");
        let webhooks_queue_url = variables.required("WEBHOOKS_QUEUE");
        let currencies = variables.required_as("CURRENCIES");
        let trade = variables.required_as("TRADE_STAGE");
        let basis_points = variables.required_number(DEFAULT_COMMISSION);
        let basis_points = variables.finish(basis_points)?;
        Ok(Self {
            shops_table,
            quotas_table,
            requests_table,
            orders_queue_url,
            shops_queue_url,
            webhooks_queue_url,
            default_commission: commission(basis_points)?,
            currencies,
            trade,
        })
    }
}

/// What the platform keeps of a sale if nobody says otherwise: 1 % to 9.99 %.
fn commission(basis_points: u32) -> Result<CommissionRate, ConfigError> {
    let rate = u16::try_from(basis_points).ok();
    let rate = rate.and_then(|rate| CommissionRate::new(rate).ok());
    rate.ok_or_else(|| {
        ConfigError::of(format!(
            "{DEFAULT_COMMISSION} is {basis_points}; it must be {} to {}",
            CommissionRate::MIN.get(),
            CommissionRate::MAX.get()
        ))
    })
}
