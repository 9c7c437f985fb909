//! `GET /v1/shops/{id}/listings/{listing}`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{Acting, ApiError, Caller, Path};

use super::{
    access::{CATALOGUE, any_listing},
    listing_management_out,
    listing_out::ListingOut,
};
use crate::App;

/// Look at a listing as its own people do
///
/// For those who act for the shop's organization or for another owner's, with the scope `catalogue`,
/// and for operators; in every state.
#[utoipa::path(
    get,
    path = "/v1/shops/{id}/listings/{listing}",
    tag = "shops",
    params(
        ("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("listing" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
    ),
    responses(
        (status = 200, description = "The listing; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
    )
)]
pub(crate) async fn manage_listing(
    State(app): State<App>,
    caller: Caller,
    Path((shop, id)): Path<(Id<kind::Shop>, Id<kind::Listing>)>,
) -> Result<Response, ApiError> {
    let organization = if caller.has("operator") {
        None
    } else {
        let acting = Acting::of(&caller)?;
        acting.require(CATALOGUE)?;
        Some(acting.organization)
    };
    let listing = any_listing(&app, id).await?;
    let may_see = organization.is_none_or(|organization| listing.owners.include(organization));
    if listing.shop != shop || !may_see {
        return Err(ApiError::not_found());
    }
    listing_management_out::changed(&app, &listing).await
}
