//! `POST /v1/shops/{id}/listings`

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use kernel::{Id, Timestamp, kind};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{Acting, ApiError, Code, Json, Path, fields::if_present};

use super::{
    access::own_shop,
    listing_fields::{self, IllustrationIn},
    listing_management_out,
    listing_out::ListingOut,
};
use crate::{
    App,
    listing::{Listing, ListingState},
    owners::Owners,
    product_type::Word,
    shop::{Shop, ShopState},
    store::SaveListingError,
    text::{Prose, Title},
};

/// Something to offer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListingIn {
    /// Of which type it is; `GET /v1/product-types` lists them.
    #[schema(value_type = String, example = "digital_track")]
    product_type: Word,
    /// One line of 1 to 200 characters.
    #[schema(value_type = String, example = "Night Market (Live)", min_length = 1, max_length = 200)]
    title: Title,
    /// What it is, in 1 to 4,000 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 4000)]
    description: Option<Prose>,
    /// What it says of itself, as its type has it.
    #[serde(default)]
    #[schema(value_type = Object, required = false, example = json!({ "artist": "The Stalls" }))]
    attributes: BTreeMap<String, Value>,
    /// The files that show it.
    #[serde(default)]
    #[schema(required = false)]
    media: Vec<IllustrationIn>,
    /// When it is delivered, if not at once; for types that can be sold before their release.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, format = DateTime)]
    released_at: Option<Timestamp>,
    /// Accepts the terms of selling here. Without that it cannot be published.
    #[serde(default)]
    #[schema(required = false)]
    accept_terms: bool,
}

/// Prepare a listing
///
/// For those who act for the shop's organization, with the scope `catalogue`. It is a draft; give it
/// variants, submit it, publish it. It costs nothing.
#[utoipa::path(
    post,
    path = "/v1/shops/{id}/listings",
    tag = "shops",
    request_body = ListingIn,
    params(("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The draft; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such shop", body = web::Problem),
        (status = 409, description = "`media_not_ready`; `state_conflict`: the shop has ended", body = web::Problem),
        (status = 422, description = "`validation_failed`: something is not as its type wants it", body = web::Problem),
    )
)]
pub(crate) async fn create_listing(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Shop>>,
    Json(wanted): Json<ListingIn>,
) -> Result<Response, ApiError> {
    let shop = own_shop(&app, &acting, id).await?;
    if shop.state == ShopState::Terminated {
        return Err(ApiError::new(Code::StateConflict).detail("the shop has ended"));
    }
    let listing = drafted(&app, &shop, wanted).await?;
    let saved = app.store.save_listing(None, &listing, Vec::new()).await;
    saved.map_err(refusal)?;
    listing_management_out::created(&app, &listing).await
}

/// The draft of what is wanted, if it is as its type wants it.
async fn drafted(app: &App, shop: &Shop, wanted: ListingIn) -> Result<Listing, ApiError> {
    let product_type = app.catalogue.product_type(wanted.product_type.as_str());
    let product_type = product_type
        .ok_or_else(|| ApiError::field("/product_type", "there is no such product type"))?;
    let attributes = listing_fields::attributes(wanted.attributes, product_type)?;
    let released_at = listing_fields::release(wanted.released_at, product_type)?;
    let media = wanted.media;
    let media = listing_fields::illustrations(app, shop.organization, product_type, media).await?;
    let now = app.clock.now();
    Ok(Listing {
        id: Id::generate(&app.clock),
        shop: shop.id,
        organization: shop.organization,
        region: shop.region,
        currency: shop.currency,
        product_type: wanted.product_type,
        title: wanted.title,
        description: wanted.description,
        attributes,
        media,
        skus: Vec::new(),
        owners: Owners::sole(shop.id, shop.organization),
        released_at,
        terms_accepted_at: wanted.accept_terms.then_some(now),
        state: ListingState::Draft,
        suspension: None,
        rejection: None,
        published_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
    })
}

/// Somebody else changed it between our read and our write: to the caller that is the same as
/// having come too late.
pub(super) fn refusal(error: SaveListingError) -> ApiError {
    let code = match error {
        SaveListingError::Changed => Code::PreconditionFailed,
        SaveListingError::ShopNotOpen => Code::ShopUnavailable,
        SaveListingError::RightsChanged
        | SaveListingError::ConcertChanged
        | SaveListingError::StockChanged => Code::StateConflict,
        SaveListingError::Service(error) => return error.into(),
    };
    ApiError::new(code).detail(error.to_string())
}
