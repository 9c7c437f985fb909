//! `PATCH /v1/listings/{id}`

use std::collections::BTreeMap;

use axum::{extract::State, response::Response};
use kernel::{Id, Timestamp, kind};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::{
    Acting, ApiError, Code, IfMatch, Json, Path,
    fields::{if_present, nullable},
};

use super::{
    access::{check_version, own_listing},
    create_listing,
    listing_fields::{self, IllustrationIn},
    listing_management_out,
    listing_out::ListingOut,
};
use crate::{
    App,
    listing::{Listing, ListingEdit, ListingEditError},
    product_type::ProductType,
    text::{Prose, Title},
};

/// What is to be changed; what is absent stays as it is. What was ordered stays as it was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ListingPatch {
    /// One line of 1 to 200 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200)]
    title: Option<Title>,
    /// What it is, in 1 to 4,000 characters; null for nothing.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = false, min_length = 1, max_length = 4000)]
    description: Option<Option<Prose>>,
    /// What it says of itself: all of it, as its type has it.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Object, required = false)]
    attributes: Option<BTreeMap<String, Value>>,
    /// The files that show it: all of them.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = Vec<IllustrationIn>, required = false)]
    media: Option<Vec<IllustrationIn>>,
    /// When it is delivered; null for at once.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = false, format = DateTime)]
    released_at: Option<Option<Timestamp>>,
    /// Accepts the terms of selling here.
    #[serde(default)]
    #[schema(required = false)]
    accept_terms: bool,
}

/// Change a listing
///
/// For those who act for the shop's organization, with the scope `catalogue`. Where the type has a
/// review, an approved or paused listing that says something else is a draft again. With `If-Match`,
/// only if it still has that version.
#[utoipa::path(
    patch,
    path = "/v1/listings/{id}",
    tag = "shops",
    request_body = ListingPatch,
    params(
        ("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The listing as it is now; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`media_not_ready`; `state_conflict`: in this state it stays as it is", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: something is not as its type wants it", body = web::Problem),
    )
)]
pub(crate) async fn edit_listing(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Listing>>,
    IfMatch(version): IfMatch,
    Json(patch): Json<ListingPatch>,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    check_version(version, listing.version)?;
    let product_type = type_of(&app, &listing)?;
    let edit = edit_of(&app, &listing, product_type, patch).await?;
    let edited = listing
        .clone()
        .edited(edit, product_type.review, app.clock.now())
        .map_err(edit_refusal)?;
    let saved = app.store.save_listing(Some(&listing), &edited, Vec::new());
    saved.await.map_err(create_listing::refusal)?;
    listing_management_out::changed(&app, &edited).await
}

async fn edit_of(
    app: &App,
    listing: &Listing,
    product_type: &ProductType,
    patch: ListingPatch,
) -> Result<ListingEdit, ApiError> {
    let attributes = patch.attributes;
    let attributes =
        attributes.map(|attributes| listing_fields::attributes(attributes, product_type));
    let released_at = patch.released_at;
    let released_at = released_at.map(|at| listing_fields::release(at, product_type));
    let media = match patch.media {
        Some(media) => {
            let owner = listing.organization;
            Some(listing_fields::illustrations(app, owner, product_type, media).await?)
        }
        None => None,
    };
    Ok(ListingEdit {
        title: patch.title,
        description: patch.description,
        attributes: attributes.transpose()?,
        media,
        released_at: released_at.transpose()?,
        accepts_terms: patch.accept_terms,
    })
}

/// The type of a listing. One that was taken out of the catalogue changes no more.
pub(super) fn type_of<'a>(app: &'a App, listing: &Listing) -> Result<&'a ProductType, ApiError> {
    let product_type = app.catalogue.product_type(listing.product_type.as_str());
    product_type.ok_or_else(|| {
        ApiError::new(Code::StateConflict).detail("there is no such product type any more")
    })
}

/// How a listing that cannot be changed so is answered.
pub(super) fn edit_refusal(error: ListingEditError) -> ApiError {
    match error {
        ListingEditError::Locked(_)
        | ListingEditError::PauseFirst
        | ListingEditError::TooManySkus
        | ListingEditError::TooManyDownloads => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
    }
}
