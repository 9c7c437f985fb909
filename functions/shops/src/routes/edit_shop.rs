//! `PATCH /v1/shops/{id}`

use axum::{extract::State, response::Response};
use kernel::{Currency, Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{
    Acting, ApiError, Code, IfMatch, Json, Path,
    fields::{if_present, nullable},
    offered,
};

use super::{
    access::{check_version, own_shop},
    create_shop,
    shop_out::{self, ShopOut},
};
use crate::{
    App,
    country::Country,
    shop::{ShopEdit, ShopEditError},
    text::{Name, Prose, Slug},
};

/// What is to be changed; what is absent stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopPatch {
    /// One line of 1 to 100 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 100)]
    name: Option<Name>,
    /// Its name in addresses; null for none.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = false, min_length = 3, max_length = 40)]
    slug: Option<Option<Slug>>,
    /// Where it sells from (ISO 3166-1); in a draft alone.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 2, max_length = 2)]
    region: Option<Country>,
    /// The currency of all its prices (ISO 4217); in a draft alone.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 3, max_length = 3)]
    currency: Option<Currency>,
    /// What it says of itself; null for nothing.
    #[serde(default, deserialize_with = "nullable")]
    #[schema(value_type = Option<String>, required = false, min_length = 1, max_length = 4000)]
    about: Option<Option<Prose>>,
}

/// Change a shop
///
/// For those who act for its organization, with the scope `catalogue`. With `If-Match`, only if it
/// still has that version.
#[utoipa::path(
    patch,
    path = "/v1/shops/{id}",
    tag = "shops",
    request_body = ShopPatch,
    params(
        ("id" = String, Path, description = "The shop", example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 200, description = "The shop as it is now; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`slug_taken`; `state_conflict`: this cannot be changed any more", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`; `currency_not_offered`: nothing is given a price in it here", body = web::Problem),
    )
)]
pub(crate) async fn edit_shop(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Shop>>,
    IfMatch(version): IfMatch,
    Json(patch): Json<ShopPatch>,
) -> Result<Response, ApiError> {
    let shop = own_shop(&app, &acting, id).await?;
    check_version(version, shop.version)?;
    // One that is as it was is not given anew.
    if let Some(currency) = patch.currency.filter(|other| *other != shop.currency) {
        offered(&app.currencies, currency, "/currency")?;
    }
    let edited = shop.clone().edited(ShopEdit::from(patch), app.clock.now());
    let edited = edited.map_err(|error| match error {
        ShopEditError::NotDraft | ShopEditError::Terminated => {
            ApiError::new(Code::StateConflict).detail(error.to_string())
        }
    })?;
    let saved = app.store.save_shop(&shop, &edited).await;
    saved.map_err(create_shop::refusal)?;
    Ok(shop_out::changed(&edited))
}

impl From<ShopPatch> for ShopEdit {
    fn from(patch: ShopPatch) -> Self {
        Self {
            name: patch.name,
            slug: patch.slug,
            region: patch.region,
            currency: patch.currency,
            about: patch.about,
        }
    }
}
