//! How an amount of money is shown, and in which currencies one may be asked.

use kernel::{Currencies, Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{ApiError, Code};

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

/// Refuses a currency in which this deployment takes no prices; `pointer` is where it stands in the
/// request.
pub fn offered(
    currencies: &Currencies,
    currency: Currency,
    pointer: &'static str,
) -> Result<(), ApiError> {
    if currencies.contains(currency) {
        return Ok(());
    }
    let detail = format!("nothing is given a price in {currency} here");
    Err(ApiError::new(Code::CurrencyNotOffered).and_field(pointer, detail))
}
