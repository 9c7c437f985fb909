//! What the template tells this context.

use jiff::SignedDuration;
use platform::{ConfigError, Environment};
use web::Stage;

use crate::fulfilment::Periods;

/// Every environment variable of this context.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) orders_table: String,
    pub(crate) quotas_table: String,
    pub(crate) requests_table: String,
    pub(crate) media_bucket: String,
    pub(crate) checkout_secret_arn: String,
    pub(crate) payments_queue_url: String,
    pub(crate) events_queue_url: String,
    pub(crate) webhooks_queue_url: String,
    pub(crate) trade: Stage,
    /// How long an order can be paid.
    pub(crate) payment: SignedDuration,
    pub(crate) periods: Periods,
}

impl Config {
    /// Reads all variables, or says all that is wrong with them.
    pub(crate) fn of(environment: &Environment) -> Result<Self, ConfigError> {
        let mut variables = environment.read();
        let config = Self {
            orders_table: variables.required("ORDERS_TABLE"),
            quotas_table: variables.required("QUOTAS_TABLE"),
            requests_table: variables.required("REQUESTS_TABLE"),
            media_bucket: variables.required("MEDIA_BUCKET"),
            checkout_secret_arn: variables.required("CHECKOUT_SECRET"),
            payments_queue_url: variables.required("PAYMENTS_QUEUE"),
            events_queue_url: variables.required("EVENTS_QUEUE"),
            webhooks_queue_url: variables.required("WEBHOOKS_QUEUE"),
            trade: variables.required_as("TRADE_STAGE"),
            payment: SignedDuration::from_mins(variables.required_number("PAYMENT_MINUTES").into()),
            periods: Periods {
                automatic_receipt: days(variables.required_number("AUTOMATIC_RECEIPT_DAYS")),
                dispute: days(variables.required_number("DISPUTE_DAYS")),
            },
        };
        variables.finish(config)
    }
}

fn days(count: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(count))
}
