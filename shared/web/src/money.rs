//! How an amount of money is shown.

use kernel::Money;
use serde::Serialize;
use utoipa::ToSchema;

/// An amount of money in whole minor units. Requests carry amounts in the same form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Money)]
pub struct MoneyOut {
    /// How many minor units: cents, fen, or whole yen.
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
