//! `DELETE /v1/listings/{id}/variants/{sku}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{Acting, ApiError, IfMatch, Path};

use super::{
    access::{check_version, own_listing},
    create_listing,
    edit_listing::edit_refusal,
    listing_management_out,
    listing_out::ListingOut,
};
use crate::App;

/// Remove a variant
///
/// For those who act for the shop's organization, with the scope `catalogue`. What was ordered of it
/// stays ordered; bundles that it is part of can be sold on. A published listing keeps something to
/// sell.
#[utoipa::path(
    delete,
    path = "/v1/listings/{id}/variants/{sku}",
    tag = "shops",
    params(
        ("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("sku" = String, Path, description = "The variant", example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: in this state it stays as it is", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
    )
)]
pub(crate) async fn remove_variant(
    State(app): State<App>,
    acting: Acting,
    Path((id, sku)): Path<(Id<kind::Listing>, Id<kind::Sku>)>,
    IfMatch(version): IfMatch,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    check_version(version, listing.version)?;
    if listing.sku(sku).is_none() {
        return Err(ApiError::not_found());
    }
    let shortened = listing.clone().without_sku(sku, app.clock.now());
    let shortened = shortened.map_err(edit_refusal)?;
    let saved = app
        .store
        .save_listing(Some(&listing), &shortened, Vec::new());
    saved.await.map_err(create_listing::refusal)?;
    listing_management_out::changed(&app, &shortened).await
}
