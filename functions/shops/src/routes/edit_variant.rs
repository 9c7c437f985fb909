//! `PATCH /v1/listings/{id}/variants/{sku}`

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use kernel::{Id, Money, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, IfMatch, Json, MoneyOut, Path, fields::if_present};

use super::{
    access::{check_version, own_listing},
    create_listing,
    edit_listing::{edit_refusal, type_of},
    listing_fields, listing_management_out,
    listing_out::ListingOut,
    variant_fields,
};
use crate::{
    App,
    product_type::Word,
    sku::SkuEdit,
    text::{Choice, Title},
};

/// What is to be changed; what is absent stays as it is. What was ordered stays as it was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantPatch {
    /// One line of 1 to 200 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    title: Option<Title>,
    /// In what it differs from the others: all of it.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Object, required = false)]
    options: Option<BTreeMap<Word, Choice>>,
    /// What it costs from now on, in the shop's currency, more than nothing.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = MoneyOut, required = false)]
    price: Option<Money>,
    /// Says instead that it costs nothing from now on.
    #[serde(default)]
    #[schema(required = false)]
    free: bool,
    /// The files that its buyers get from now on: all of them.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Vec<String>, required = false)]
    downloads: Option<Vec<Id<kind::Media>>>,
}

/// Change a variant
///
/// For those who act for the shop's organization, with the scope `catalogue`. What it is a bundle of,
/// and which tickets it sells, stays: make another variant. With `If-Match`, only if the listing still
/// has that version.
#[utoipa::path(
    patch,
    path = "/v1/listings/{id}/variants/{sku}",
    tag = "shops",
    request_body = VariantPatch,
    params(
        ("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("sku" = String, Path, description = "The variant", example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`media_not_ready`; `state_conflict`: in this state it stays as it is", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: something is not as its type wants it; `currency_not_offered`", body = web::Problem),
    )
)]
pub(crate) async fn edit_variant(
    State(app): State<App>,
    acting: Acting,
    Path((id, sku)): Path<(Id<kind::Listing>, Id<kind::Sku>)>,
    IfMatch(version): IfMatch,
    Json(patch): Json<VariantPatch>,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    check_version(version, listing.version)?;
    let product_type = type_of(&app, &listing)?;
    let sku = listing.sku(sku).cloned().ok_or_else(ApiError::not_found)?;
    let downloads = match patch.downloads {
        Some(wanted) => {
            let owner = listing.organization;
            Some(listing_fields::downloads(&app, owner, product_type, &wanted).await?)
        }
        None => None,
    };
    let edit = SkuEdit {
        title: patch.title,
        options: patch.options,
        price: variant_fields::price(&app, &listing, patch.price, patch.free)?,
        downloads,
    };
    let sku = sku.edited(edit, product_type);
    let sku = sku.map_err(variant_fields::refusal)?;
    let changed = listing.clone().with_sku(sku, app.clock.now());
    let changed = changed.map_err(edit_refusal)?;
    let saved = app.store.save_listing(Some(&listing), &changed, Vec::new());
    saved.await.map_err(create_listing::refusal)?;
    listing_management_out::changed(&app, &changed).await
}
