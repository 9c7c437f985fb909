//! `POST /v1/shops`

use axum::{extract::State, response::Response};
use kernel::{Currency, Id};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{Acting, ApiError, Code, Json, fields::if_present, offered, with_version};

use super::{access::CATALOGUE, shop_out::ShopOut};
use crate::{
    App,
    country::Country,
    shop::{Shop, ShopState},
    store::SaveShopError,
    text::{Name, Prose, Slug},
};

/// A shop to prepare. It costs nothing: the platform keeps a commission of what is sold.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShopIn {
    /// One line of 1 to 100 characters.
    #[schema(value_type = String, example = "Night Market Records", min_length = 1, max_length = 100)]
    name: Name,
    /// Its name in addresses: 3 to 40 lower-case letters, digits and hyphens.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "night-market", min_length = 3, max_length = 40)]
    slug: Option<Slug>,
    /// Where it sells from (ISO 3166-1).
    #[schema(value_type = String, example = "CN", min_length = 2, max_length = 2)]
    region: Country,
    /// The currency of all its prices (ISO 4217).
    #[schema(value_type = String, example = "CNY", min_length = 3, max_length = 3)]
    currency: Currency,
    /// What it says of itself, in 1 to 4,000 characters.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 4000)]
    about: Option<Prose>,
}

/// Open a shop
///
/// For those who act for an organization, with the scope `catalogue`. It is a draft; submit it for
/// approval. There is no fee for a shop or a listing and no least volume.
#[utoipa::path(
    post,
    path = "/v1/shops",
    tag = "shops",
    request_body = ShopIn,
    responses(
        (status = 201, description = "The draft; its version is the `ETag`", body = ShopOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 409, description = "`slug_taken`", body = web::Problem),
        (status = 422, description = "`validation_failed`; `currency_not_offered`: nothing is given a price in it here", body = web::Problem),
    )
)]
pub(crate) async fn create_shop(
    State(app): State<App>,
    acting: Acting,
    Json(wanted): Json<ShopIn>,
) -> Result<Response, ApiError> {
    acting.require(CATALOGUE)?;
    offered(&app.currencies, wanted.currency, "/currency")?;
    let organization = app.store.organization(acting.organization).await?;
    let now = app.clock.now();
    let shop = Shop {
        id: Id::generate(&app.clock),
        organization: acting.organization,
        name: wanted.name,
        slug: wanted.slug,
        region: wanted.region,
        currency: wanted.currency,
        about: wanted.about,
        state: ShopState::Draft,
        reason: None,
        commission: app.default_commission,
        house_owned: organization.as_ref().is_some_and(|copy| copy.house_owned),
        resumes_as: None,
        created_at: now,
        updated_at: now,
        version: 1,
    };
    let created = app.store.create_shop(&shop, organization.as_ref()).await;
    created.map_err(refusal)?;
    let out = Json(ShopOut::managed(&shop)).created();
    Ok(with_version(shop.version, out))
}

/// Somebody else changed it between our read and our write: to the caller that is the same as
/// having come too late.
pub(super) fn refusal(error: SaveShopError) -> ApiError {
    match error {
        SaveShopError::Changed => ApiError::new(Code::PreconditionFailed),
        SaveShopError::SlugTaken => ApiError::new(Code::SlugTaken),
        SaveShopError::Organization => ApiError::new(Code::StateConflict).detail(error.to_string()),
        SaveShopError::Service(error) => error.into(),
    }
}
