//! What AWS asks for, from `prices.json`.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::dollars::{AmountError, Picodollars};

const PRICES: &str = include_str!("../../prices.json");

/// A price list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Prices {
    /// Where they hold.
    pub(super) region: String,
    /// When somebody looked.
    pub(super) written_on: String,
    /// How far they are to be trusted.
    pub(super) note: String,
    prices: BTreeMap<String, PriceIn>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct PriceIn {
    dollars: String,
    per: u64,
    /// Where to look it up.
    #[serde(rename = "source")]
    _source: String,
}

/// So much for so many units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Price {
    pub(super) amount: Picodollars,
    pub(super) per: u64,
}

/// Why the price list is of no use.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PriceError {
    /// The file is broken.
    #[error("prices.json cannot be read")]
    Json(#[from] serde_json::Error),
    /// It lacks a price.
    #[error("prices.json has no price {0:?}")]
    Missing(&'static str),
    /// A price is no amount.
    #[error("the price {name:?} is unusable")]
    Amount {
        name: &'static str,
        #[source]
        source: AmountError,
    },
}

impl Prices {
    /// The list that is compiled in.
    pub(super) fn read() -> Result<Self, PriceError> {
        Ok(serde_json::from_str(PRICES)?)
    }

    /// One price.
    pub(super) fn of(&self, name: &'static str) -> Result<Price, PriceError> {
        let price = self.prices.get(name).ok_or(PriceError::Missing(name))?;
        let amount = price.dollars.parse();
        Ok(Price {
            amount: amount.map_err(|source| PriceError::Amount { name, source })?,
            per: price.per,
        })
    }
}
