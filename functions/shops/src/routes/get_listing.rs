//! `GET /v1/listings/{id}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Json, Path, with_version};

use super::listing_out::ListingOut;
use crate::App;

/// Look at a listing
///
/// For everybody, while it is published and its shop is open or on leave.
#[utoipa::path(
    get,
    path = "/v1/listings/{id}",
    tag = "shops",
    params(("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The listing; its version is the `ETag`", body = ListingOut),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn get_listing(
    State(app): State<App>,
    Path(id): Path<Id<kind::Listing>>,
) -> Result<Response, ApiError> {
    let listing = app.store.listing(id).await?;
    let listing = listing.filter(|listing| listing.state.is_published());
    let listing = listing.ok_or_else(ApiError::not_found)?;
    let shop = app.store.shop(listing.shop).await?;
    let shop = shop.filter(|shop| shop.state.is_public());
    let shop = shop.ok_or_else(ApiError::not_found)?;
    let out = ListingOut::public(&app, &listing, &shop).await?;
    Ok(with_version(listing.version, Json(out)))
}
