//! What the template tells this context.

use platform::{ConfigError, Environment};
use web::Stage;

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) events_table: String,
    pub(crate) quotas_table: String,
    pub(crate) requests_table: String,
    pub(crate) secret_arn: String,
    pub(crate) events_queue_url: String,
    pub(crate) orders_queue_url: String,
    pub(crate) shops_queue_url: String,
    pub(crate) vouchers_queue_url: String,
    pub(crate) webhooks_queue_url: String,
    pub(crate) trade: Stage,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let config = Self {
            events_table: variables.required("EVENTS_TABLE"),
            quotas_table: variables.required("QUOTAS_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
            secret_arn: variables.required("EVENTS_SECRET"),
            events_queue_url: variables.required("EVENTS_QUEUE"),
            orders_queue_url: variables.required("ORDERS_QUEUE"),
            shops_queue_url: variables.required("SHOPS_QUEUE"),
            vouchers_queue_url: variables.required("VOUCHERS_QUEUE"),
            webhooks_queue_url: variables.required("WEBHOOKS_QUEUE"),
            trade: variables.required_as("TRADE_STAGE"),
        };
        variables.finish(config)
    }
}
