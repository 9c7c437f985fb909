//! What the template tells this context.

use kernel::Currencies;
use platform::{ConfigError, Environment};
use web::Stage;

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) vouchers_table: String,
    pub(crate) wallets_table: String,
    pub(crate) requests_table: String,
    pub(crate) quotas_table: String,
    pub(crate) secret_arn: String,
    pub(crate) codes_bucket: String,
    pub(crate) vouchers_queue_url: String,
    pub(crate) events_queue_url: String,
    pub(crate) webhooks_queue_url: String,
    pub(crate) currencies: Currencies,
    pub(crate) rewards: Stage,
    pub(crate) partners: Stage,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let config = Self {
            vouchers_table: variables.required("VOUCHERS_TABLE"),
            wallets_table: variables.required("WALLETS_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
            quotas_table: variables.required("QUOTAS_TABLE"),
            secret_arn: variables.required("VOUCHERS_SECRET"),
            codes_bucket: variables.required("CODES_BUCKET"),
            vouchers_queue_url: variables.required("VOUCHERS_QUEUE"),
            events_queue_url: variables.required("EVENTS_QUEUE"),
            webhooks_queue_url: variables.required("WEBHOOKS_QUEUE"),
            currencies: variables.required_as("CURRENCIES"),
            rewards: variables.required_as("REWARDS_STAGE"),
            partners: variables.required_as("PARTNERS_STAGE"),
        };
        variables.finish(config)
    }
}
