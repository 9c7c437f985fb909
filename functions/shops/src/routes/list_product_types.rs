//! `GET /v1/product-types`

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;
use web::Json;

use crate::{App, product_type::ProductType};

/// All product types.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProductTypesOut {
    /// What can be done with works and recordings: what grants are for.
    #[schema(example = json!(["download", "karaoke"]))]
    uses: Vec<String>,
    /// The types.
    items: Vec<ProductType>,
}

/// List the product types
///
/// For everybody. Types are data: what a listing of each says of itself, how it is delivered and
/// counted, which rights it needs.
#[utoipa::path(
    get,
    path = "/v1/product-types",
    tag = "shops",
    responses((status = 200, description = "All types", body = ProductTypesOut))
)]
pub(crate) async fn list_product_types(State(app): State<App>) -> Json<ProductTypesOut> {
    Json(ProductTypesOut {
        uses: app.catalogue.uses().map(ToString::to_string).collect(),
        items: app.catalogue.types().to_vec(),
    })
}
