//! How a variant's stock is shown.

use kernel::{Id, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::App;

/// A variant's stock, as it is at this moment.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct StockOut {
    /// The variant.
    #[schema(value_type = String, example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    sku: Id<kind::Sku>,
    /// Units that are not sold: allocated and saleable ones.
    #[schema(example = 100)]
    on_hand: u32,
    /// Units that are held for buyers who are paying.
    #[schema(example = 3)]
    allocated: u32,
    /// Units that can be bought.
    #[schema(example = 97)]
    saleable: u32,
    /// Units that were sold.
    #[schema(example = 12)]
    sold: u32,
}

impl StockOut {
    /// The stock of a variant that has one.
    pub(super) async fn of(app: &App, sku: Id<kind::Sku>) -> Result<Self, ApiError> {
        let usage = app.store.stock(sku).await?;
        let usage = usage.ok_or_else(ApiError::not_found)?;
        Ok(Self {
            sku,
            on_hand: usage.capacity.saturating_sub(usage.committed),
            allocated: usage.held,
            saleable: usage.available,
            sold: usage.committed,
        })
    }
}
