//! What the template tells this context.

use platform::{ConfigError, Environment};
use web::Stage;

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) media_table: String,
    pub(crate) requests_table: String,
    pub(crate) media_bucket: String,
    pub(crate) media_queue_url: String,
    pub(crate) shops_queue_url: String,
    pub(crate) trade: Stage,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let config = Self {
            media_table: variables.required("MEDIA_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
            media_bucket: variables.required("MEDIA_BUCKET"),
            media_queue_url: variables.required("MEDIA_QUEUE"),
            shops_queue_url: variables.required("SHOPS_QUEUE"),
            trade: variables.required_as("TRADE_STAGE"),
        };
        variables.finish(config)
    }
}
