//! The environment variables.

use platform::{ConfigError, Environment};

/// What the template tells this function.
pub(crate) struct Config {
    pub(crate) listening_table: String,
    pub(crate) listens_queue: String,
    pub(crate) keys_table: String,
    pub(crate) requests_table: String,
    pub(crate) requests_per_ten_seconds: u32,
}

impl Config {
    /// Reads all variables; what is missing is reported together.
    pub(crate) fn read(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let config = Self {
            listening_table: variables.required("LISTENING_TABLE"),
            listens_queue: variables.required("LISTENS_QUEUE"),
            keys_table: variables.required("KEYS_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
            requests_per_ten_seconds: variables.required_number("LISTEN_REQUESTS_PER_TEN_SECONDS"),
        };
        variables.finish(config)
    }
}
