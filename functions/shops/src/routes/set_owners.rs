//! `PUT /v1/listings/{id}/owners`

use axum::{extract::State, response::Response};
use kernel::{BasisPoints, Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, IfMatch, Json, Path};

use super::{
    access::{check_version, own_listing},
    create_listing,
    edit_listing::edit_refusal,
    listing_management_out,
    listing_out::ListingOut,
};
use crate::{
    App,
    owners::{MAX_OWNERS, Owners},
};

/// How an offer is to be divided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OwnersIn {
    /// The owners and their shares, which sum to 10,000. The shop that lists the offer is one of them.
    #[schema(min_items = 1, max_items = 10)]
    owners: Vec<ShareIn>,
}

/// One shop's part.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShareIn {
    /// Which shop.
    #[schema(value_type = String, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    shop: Id<kind::Shop>,
    /// Its part, in basis points.
    #[schema(value_type = u16, example = 5000, minimum = 1, maximum = 10_000)]
    share_bp: BasisPoints,
}

/// Divide an offer among shops
///
/// For those who act for the shop's organization, with the scope `catalogue`. Every other owner must
/// accept before the listing can be published; each change asks all of them anew.
#[utoipa::path(
    put,
    path = "/v1/listings/{id}/owners",
    tag = "shops",
    request_body = OwnersIn,
    params(
        ("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`state_conflict`: pause it first", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: the shares are not the whole, or a shop is not open", body = web::Problem),
    )
)]
pub(crate) async fn set_owners(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Listing>>,
    IfMatch(version): IfMatch,
    Json(wanted): Json<OwnersIn>,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    check_version(version, listing.version)?;
    let lister = (listing.shop, listing.organization);
    let owners = proposed(&app, wanted, lister).await?;
    let divided = listing.clone().with_owners(owners, app.clock.now());
    let divided = divided.map_err(edit_refusal)?;
    let saved = app.store.save_listing(Some(&listing), &divided, Vec::new());
    saved.await.map_err(create_listing::refusal)?;
    listing_management_out::changed(&app, &divided).await
}

/// The division, if every owner is a shop that anybody can see.
async fn proposed(
    app: &App,
    wanted: OwnersIn,
    lister: (Id<kind::Shop>, Id<kind::Organization>),
) -> Result<Owners, ApiError> {
    let mut shares = Vec::with_capacity(MAX_OWNERS);
    for (index, share) in wanted.owners.iter().take(MAX_OWNERS + 1).enumerate() {
        let shop = app.store.shop(share.shop).await?;
        let shop = shop.filter(|shop| shop.state.is_public() || shop.id == lister.0);
        let shop = shop.ok_or_else(|| {
            let pointer = format!("/owners/{index}/shop");
            ApiError::field(pointer, "there is no such shop that is open")
        })?;
        shares.push((shop.id, shop.organization, share.share_bp));
    }
    Owners::proposed(shares, lister).map_err(|error| ApiError::field("/owners", error.to_string()))
}
