//! What the template tells this context.

use platform::{ConfigError, Environment};

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) payments_table: String,
    pub(crate) requests_table: String,
    pub(crate) checkout_secret_arn: String,
    pub(crate) alipay_secret_arn: String,
    pub(crate) alipay_gateway_url: String,
    pub(crate) public_url: String,
    pub(crate) orders_queue_url: String,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let config = Self {
            payments_table: variables.required("PAYMENTS_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
            checkout_secret_arn: variables.required("CHECKOUT_SECRET"),
            alipay_secret_arn: variables.required("ALIPAY_SECRET"),
            alipay_gateway_url: variables.required("ALIPAY_GATEWAY_URL"),
            public_url: variables.required("PUBLIC_URL"),
            orders_queue_url: variables.required("ORDERS_QUEUE"),
        };
        variables.finish(config)
    }
}
