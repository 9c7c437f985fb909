//! `POST /v1/listings/{id}/owners/{shop}/accept`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{Acting, ApiError, IfMatch, Path};

use super::{
    access::{CATALOGUE, check_version},
    create_listing,
    edit_listing::edit_refusal,
    listing_management_out,
    listing_out::ListingOut,
};
use crate::App;

/// Accept one's share of an offer
///
/// For those who act for the organization of the shop that is to be an owner, with the scope
/// `catalogue`. With `If-Match`, only to the division that was seen.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/owners/{shop}/accept",
    tag = "shops",
    params(
        ("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("shop" = String, Path, description = "The shop that is to be an owner", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` of the listing that was seen"),
    ),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: no such share is offered", body = web::Problem),
        (status = 409, description = "`state_conflict`: the listing stays as it is now", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
    )
)]
pub(crate) async fn accept_share(
    State(app): State<App>,
    acting: Acting,
    Path((id, shop)): Path<(Id<kind::Listing>, Id<kind::Shop>)>,
    IfMatch(version): IfMatch,
) -> Result<Response, ApiError> {
    acting.require(CATALOGUE)?;
    let listing = app.store.listing(id).await?;
    let listing = listing.ok_or_else(ApiError::not_found)?;
    let accepted = listing.owners.clone().accepted(shop, acting.organization);
    let accepted = accepted.ok_or_else(ApiError::not_found)?;
    check_version(version, listing.version)?;
    if accepted == listing.owners {
        return listing_management_out::changed(&app, &listing).await;
    }
    let agreed = listing.clone().with_owners(accepted, app.clock.now());
    let agreed = agreed.map_err(edit_refusal)?;
    let saved = app.store.save_listing(Some(&listing), &agreed, Vec::new());
    saved.await.map_err(create_listing::refusal)?;
    listing_management_out::changed(&app, &agreed).await
}
