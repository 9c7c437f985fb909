//! What the template tells this context.

use platform::{ConfigError, Environment};

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) points_table: String,
    pub(crate) wallets_table: String,
    pub(crate) requests_table: String,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Config, ConfigError> {
        let mut variables = environment.read();
        let config = Config {
            points_table: variables.required("POINTS_TABLE"),
            wallets_table: variables.required("WALLETS_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
        };
        variables.finish(config)
    }
}
