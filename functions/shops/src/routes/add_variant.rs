//! `POST /v1/listings/{id}/variants`

use std::{collections::BTreeMap, num::NonZeroU32};

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
    copies::ConcertCopy,
    listing::Listing,
    product_type::{ProductType, Word},
    sku::{Sku, SkuTerms},
    text::{Choice, Title},
};

/// Something that can be bought.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantIn {
    /// One line of 1 to 200 characters.
    #[schema(value_type = String, example = "Size M", min_length = 1, max_length = 200)]
    title: Title,
    /// In what it differs from the others; which options there are, the product type says.
    #[serde(default)]
    #[schema(value_type = Object, required = false, example = json!({ "size": "M" }))]
    options: BTreeMap<Word, Choice>,
    /// What it costs, in the shop's currency, more than nothing.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = MoneyOut, required = false)]
    price: Option<Money>,
    /// Says instead that it costs nothing.
    #[serde(default)]
    #[schema(required = false)]
    free: bool,
    /// Makes it a bundle of other variants of the same shop, which are counted.
    #[serde(default)]
    #[schema(required = false)]
    components: Vec<ComponentIn>,
    /// Which tickets it sells.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = TicketsIn, required = false)]
    tickets: Option<TicketsIn>,
    /// The files that its buyer gets, of the same organization and ready.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false)]
    downloads: Vec<Id<kind::Media>>,
}

/// A part of a bundle.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComponentIn {
    /// Of which listing.
    #[schema(value_type = String, example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(super) listing: Id<kind::Listing>,
    /// Which variant.
    #[schema(value_type = String, example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(super) sku: Id<kind::Sku>,
    /// How many of it.
    #[schema(value_type = u32, example = 1, minimum = 1, maximum = 100)]
    pub(super) units: NonZeroU32,
}

/// Tickets of a concert.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TicketsIn {
    /// A published concert of the same organization.
    #[schema(value_type = String, example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(super) concert: Id<kind::Concert>,
    /// The sort of tickets.
    #[schema(value_type = String, example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    pub(super) ticket_quota: Id<kind::TicketQuota>,
}

/// Add a variant
///
/// For those who act for the shop's organization, with the scope `catalogue`. One that is counted is
/// offered once its stock is set.
#[utoipa::path(
    post,
    path = "/v1/listings/{id}/variants",
    tag = "shops",
    request_body = VariantIn,
    params(
        ("id" = String, Path, description = "The listing", example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("If-Match" = Option<String>, Header, description = "The `ETag` that the change is based on"),
    ),
    responses(
        (status = 201, description = "The listing with its new variant, the last; its version is the `ETag`", body = ListingOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`media_not_ready`; `state_conflict`: in this state it stays as it is, or has too many", body = web::Problem),
        (status = 412, description = "`precondition_failed`: it has another version", body = web::Problem),
        (status = 422, description = "`validation_failed`: something is not as its type wants it; `currency_not_offered`", body = web::Problem),
    )
)]
pub(crate) async fn add_variant(
    State(app): State<App>,
    acting: Acting,
    Path(id): Path<Id<kind::Listing>>,
    IfMatch(version): IfMatch,
    Json(wanted): Json<VariantIn>,
) -> Result<Response, ApiError> {
    let listing = own_listing(&app, &acting, id).await?;
    check_version(version, listing.version)?;
    let product_type = type_of(&app, &listing)?;
    let (terms, concert) = terms_of(&app, &listing, product_type, wanted).await?;
    let sku = Sku::of(Id::generate(&app.clock), terms, product_type);
    let sku = sku.map_err(variant_fields::refusal)?;
    let extended = listing.clone().with_sku(sku, app.clock.now());
    let extended = extended.map_err(edit_refusal)?;
    // From now on the listing follows its concert; what was read of it must not be older than that.
    let still = concert.map(|concert| app.store.concert_is_still(&concert));
    let still = still.into_iter().collect();
    let saved = app.store.save_listing(Some(&listing), &extended, still);
    saved.await.map_err(create_listing::refusal)?;
    listing_management_out::created(&app, &extended).await
}

/// What is wanted, with all that it refers to; and the concert whose tickets it sells.
async fn terms_of(
    app: &App,
    listing: &Listing,
    product_type: &ProductType,
    wanted: VariantIn,
) -> Result<(SkuTerms, Option<ConcertCopy>), ApiError> {
    let price = variant_fields::price(app, listing, wanted.price, wanted.free)?;
    let price = price.ok_or_else(|| {
        ApiError::field(
            "/price",
            "there must be a price, or the word that it is free",
        )
    })?;
    let components = variant_fields::components(app, listing, wanted.components).await?;
    let tickets = variant_fields::tickets(app, listing.organization, wanted.tickets).await?;
    let owner = listing.organization;
    let downloads = listing_fields::downloads(app, owner, product_type, &wanted.downloads).await?;
    let (tickets, concert) = tickets.unzip();
    let terms = SkuTerms {
        title: wanted.title,
        options: wanted.options,
        price,
        components,
        tickets,
        downloads,
    };
    Ok((terms, concert))
}
