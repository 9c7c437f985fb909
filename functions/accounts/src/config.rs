//! What the template tells this context.

use kernel::Jurisdictions;
use platform::{ConfigError, Environment};

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) accounts_table: String,
    pub(crate) keys_table: String,
    pub(crate) requests_table: String,
    pub(crate) secret_arn: String,
    pub(crate) points_queue_url: String,
    pub(crate) listening_queue_url: String,
    pub(crate) shops_queue_url: String,
    pub(crate) webhooks_queue_url: String,
    pub(crate) signups_per_hour_per_address: u32,
    pub(crate) login_failures_per_quarter_hour: u32,
    pub(crate) jurisdictions: Jurisdictions,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let config = Self {
            accounts_table: variables.required("ACCOUNTS_TABLE"),
            keys_table: variables.required("KEYS_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
            secret_arn: variables.required("ACCOUNTS_SECRET"),
            points_queue_url: variables.required("POINTS_QUEUE"),
            listening_queue_url: variables.required("LISTENING_QUEUE"),
            shops_queue_url: variables.required("SHOPS_QUEUE"),
            webhooks_queue_url: variables.required("WEBHOOKS_QUEUE"),
            signups_per_hour_per_address: variables.required_number("SIGNUPS_PER_HOUR_PER_ADDRESS"),
            login_failures_per_quarter_hour: variables
                .required_number("LOGIN_FAILURES_PER_QUARTER_HOUR"),
            jurisdictions: variables.required_as("JURISDICTIONS"),
        };
        variables.finish(config)
    }
}
