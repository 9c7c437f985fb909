//! `PUT /v1/listings/{id}/variants/{sku}/stock`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Code, IfMatch, Json, Path, with_version};

use super::{
    access::{check_version, own_listing},
    create_listing,
    edit_listing::edit_refusal,
    stock_out::StockOut,
};
use crate::{App, store::SetStockError};

/// How many units there are.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct StockIn {
    /// How many units the seller has that are not sold, with those that are held for buyers who are
    /// paying.
    #[schema(example = 100, maximum = 1_000_000)]
    on_hand: u32,
}

const MAX_ON_HAND: u32 = 1_000_000;

/// Set a variant's stock
///
/// For those who act for the shop's organization, with the scope `catalogue`. A sale at the same moment
/// takes from the new number. With `If-Match`, only if the listing still has that version.
#[utoipa::path(
    put,
    path = "/v1/listings/{id}/variants/{sku}/stock",
    tag = "shops",
    request_body = StockIn,
    params(
        ("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("sku" = String, Path, description = "The variant", example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The stock as it is now; the listing's version is the `ETag`", body = StockOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: it is not counted, more is held than that, or somebody buys at this moment", body = web::Problem),
        (status = 412, description = "`precondition_failed`: the listing has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`", body = web::Problem),
    )
)]
pub(crate) async fn set_stock(
    State(app): State<App>,
    acting: Acting,
    Path((id, sku)): Path<(Id<kind::Listing>, Id<kind::Sku>)>,
    IfMatch(version): IfMatch,
    Json(wanted): Json<StockIn>,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    check_version(version, listing.version)?;
    if wanted.on_hand > MAX_ON_HAND {
        let detail = format!("it is more than {MAX_ON_HAND}");
        return Err(ApiError::field("/on_hand", detail));
    }
    let variant = listing.sku(sku).cloned().ok_or_else(ApiError::not_found)?;
    let stocked = variant.stocked().ok_or_else(|| {
        ApiError::new(Code::StateConflict).detail("this variant has no stock of its own")
    })?;
    let changed = listing.clone().with_sku(stocked, app.clock.now());
    let changed = changed.map_err(edit_refusal)?;
    let set = app.store.set_stock(&listing, &changed, sku, wanted.on_hand);
    set.await.map_err(refusal)?;
    let out = StockOut::of(&app, sku).await?;
    Ok(with_version(changed.version, Json(out)))
}

fn refusal(error: SetStockError) -> ApiError {
    match error {
        SetStockError::Held { .. } | SetStockError::TooMany => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
        SetStockError::Save(error) => create_listing::refusal(error),
        SetStockError::Service(error) => error.into(),
    }
}
