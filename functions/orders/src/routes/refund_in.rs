//! How lines are named of which money goes back.

use kernel::{Id, Money, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::{order::Order, refund::Wish};

/// How much of one line goes back: so many units, or so much money while the buyer keeps them.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefundPartIn {
    /// Which line.
    #[schema(value_type = String, example = "lin_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    line: Id<kind::OrderLine>,
    /// How many units; not together with `amount_minor`.
    #[schema(example = 1, minimum = 1)]
    quantity: Option<u32>,
    /// How much, in minor units of the order's currency; not together with `quantity`.
    #[schema(example = 500, minimum = 1)]
    amount_minor: Option<i64>,
}

/// The wishes, in the currency of the order.
pub(super) fn wishes(
    order: &Order,
    parts: &[RefundPartIn],
) -> Result<Vec<(Id<kind::OrderLine>, Wish)>, ApiError> {
    let wishes = parts.iter().enumerate().map(|(index, part)| {
        let field = |name: &str, detail: &'static str| {
            ApiError::field(format!("/lines/{index}{name}"), detail)
        };
        let wish = match (part.quantity, part.amount_minor) {
            (Some(units), None) => Wish::Units(units),
            (None, Some(minor)) => Money::new(minor, order.currency)
                .map(Wish::Amount)
                .map_err(|_| field("/amount_minor", "it is out of range"))?,
            (Some(_), Some(_)) | (None, None) => {
                return Err(field("", "it has either quantity or amount_minor"));
            }
        };
        Ok((part.line, wish))
    });
    wishes.collect()
}
