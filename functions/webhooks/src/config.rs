//! What the template tells this context.

use platform::{ConfigError, Environment};
use web::Stage;

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) webhooks_table: String,
    pub(crate) requests_table: String,
    pub(crate) secret_arn: String,
    pub(crate) webhooks_queue_url: String,
    pub(crate) deliveries_queue_url: String,
    pub(crate) webhooks: Stage,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let config = Self {
            webhooks_table: variables.required("WEBHOOKS_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
            secret_arn: variables.required("WEBHOOKS_SECRET"),
            webhooks_queue_url: variables.required("WEBHOOKS_QUEUE"),
            deliveries_queue_url: variables.required("DELIVERIES_QUEUE"),
            webhooks: variables.required_as("WEBHOOKS_STAGE"),
        };
        variables.finish(config)
    }
}
