//! `GET /v1/listings`

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use futures_util::future::try_join_all;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::IntoParams;
use web::{ApiError, Json, List, Paging, Query};

use super::listing_out::ListingOut;
use crate::{
    App,
    country::Country,
    listing::Listing,
    product_type::Word,
    search::{self, Wanted},
    shop::Shop,
};

/// What to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListingsParams {
    /// Only this product type.
    #[serde(rename = "type")]
    #[param(value_type = Option<String>, example = "digital_track")]
    product_type: Option<Word>,
    /// Only what is sold from here (ISO 3166-1).
    #[param(value_type = Option<String>, example = "CN")]
    region: Option<Country>,
    /// Only this shop.
    #[param(value_type = Option<String>, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    shop: Option<Id<kind::Shop>>,
    /// Beginnings of words, all of which the title must have; case and accents do not matter.
    #[param(example = "night mar", max_length = 200)]
    q: Option<String>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// How many items at most, 1 to 100; 20 if absent.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// How many characters a search has at most.
const MAX_SEARCH_CHARACTERS: usize = 200;

/// Browse and search
///
/// For everybody. Newest first; what is searched for, in the order of the word that was found and, of
/// one word, newest first. `GET /v1/listings/ranking` says what that is made from. A page may have
/// fewer items than asked for, and even none, and still not be the last.
#[utoipa::path(
    get,
    path = "/v1/listings",
    tag = "shops",
    params(ListingsParams),
    responses(
        (status = 200, description = "A page of listings", body = List<ListingOut>),
        (status = 422, description = "`validation_failed`: a parameter is not as it must be", body = web::Problem),
    )
)]
pub(crate) async fn list_listings(
    State(app): State<App>,
    Query(params): Query<ListingsParams>,
) -> Result<Json<List<ListingOut>>, ApiError> {
    let paging = Paging::of(params.cursor.clone(), params.limit)?;
    let Some(wanted) = wanted(params)? else {
        return Ok(Json(List::new(Vec::new(), None)));
    };
    let prefix = wanted.range().prefix.unwrap_or_default();
    if paging
        .after
        .as_ref()
        .is_some_and(|after| !after.starts_with(&prefix))
    {
        return Err(ApiError::foreign_cursor());
    }
    let limit = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let page = app.store.find(&wanted, paging.after, limit).await?;
    let listings = app.store.listings(&page.items).await?;
    let shops = shops_of(&app, &listings).await?;
    let published = listings
        .iter()
        .filter(|listing| listing.state.is_published());
    let shown = published.filter_map(|listing| {
        let shop = shops.get(&listing.shop)?;
        Some(ListingOut::public(&app, listing, shop))
    });
    let items = try_join_all(shown).await?;
    Ok(Json(List::new(items, page.next.as_deref())))
}

/// What the parameters ask for; `None` if they search for something that no title can have.
fn wanted(params: ListingsParams) -> Result<Option<Wanted>, ApiError> {
    let search = params.q.unwrap_or_default();
    if search.chars().nth(MAX_SEARCH_CHARACTERS).is_some() {
        let detail = format!("it has more than {MAX_SEARCH_CHARACTERS} characters");
        return Err(ApiError::field("q", detail));
    }
    let terms = search::terms(&search);
    let is_vain = terms.is_empty() && !search.trim().is_empty();
    Ok((!is_vain).then_some(Wanted {
        product_type: params.product_type,
        region: params.region,
        shop: params.shop,
        terms,
    }))
}

/// The shops of the listings, those of them that anybody may see.
async fn shops_of(
    app: &App,
    listings: &[Listing],
) -> Result<BTreeMap<Id<kind::Shop>, Shop>, ApiError> {
    let ids: BTreeSet<_> = listings.iter().map(|listing| listing.shop).collect();
    let ids: Vec<_> = ids.into_iter().collect();
    let shops = app.store.shops(&ids).await?.into_iter();
    let public = shops.filter(|shop| shop.state.is_public());
    Ok(public.map(|shop| (shop.id, shop)).collect())
}
