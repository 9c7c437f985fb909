//! How an amount is written, in and out.

use kernel::Money;
use serde::Serialize;
use utoipa::ToSchema;

/// An amount of money in whole minor units.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MoneyOut {
    /// How many minor units: fen of CNY.
    #[schema(example = 12_300)]
    minor: i64,
    /// The currency's ISO 4217 code.
    #[schema(example = "CNY")]
    currency: &'static str,
}

impl From<Money> for MoneyOut {
    fn from(money: Money) -> Self {
        Self {
            minor: money.minor(),
            currency: money.currency().code(),
        }
    }
}
