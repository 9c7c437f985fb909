//! What an organization is told of its shops and of what they offer.

use kernel::{Event, Id, Timestamp, kind};
use platform::ServiceError;
use serde::Serialize;
use web::MoneyOut;

use super::unwritable;
use crate::{
    listing::{Listing, ListingState, SuspensionCause},
    shop::{Shop, ShopState},
    sku::Sku,
    text::{Name, Slug, Title},
};

/// A shop, as its own people see it.
#[derive(Debug, Serialize)]
struct PublicShop<'a> {
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    name: &'a Name,
    slug: Option<&'a Slug>,
    region: &'a str,
    currency: &'static str,
    state: ShopState,
    commission_bp: u16,
}

/// A listing, as its shop's own people see it.
#[derive(Debug, Serialize)]
struct PublicListing<'a> {
    listing: Id<kind::Listing>,
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    product_type: &'a str,
    title: &'a Title,
    state: ListingState,
    /// Why it is off the market, if it is.
    suspended_for: Option<SuspensionCause>,
    released_at: Option<Timestamp>,
    variants: Vec<PublicVariant<'a>>,
}

#[derive(Debug, Serialize)]
struct PublicVariant<'a> {
    sku: Id<kind::Sku>,
    title: &'a Title,
    price: MoneyOut,
}

/// That a shop is as it is now.
pub(super) fn of_shop(kind: &str, shop: &Shop) -> Result<Event, ServiceError> {
    let payload = PublicShop {
        shop: shop.id,
        organization: shop.organization,
        name: &shop.name,
        slug: shop.slug.as_ref(),
        region: shop.region.as_str(),
        currency: shop.currency.code(),
        state: shop.state,
        commission_bp: shop.commission.get(),
    };
    let (subject, version) = (shop.id.to_string(), shop.version);
    let audience = [shop.organization.to_string()];
    Event::for_webhooks(kind, subject, version, shop.updated_at, &audience, payload)
        .map_err(unwritable)
}

/// That a listing is as it is now.
pub(super) fn of_listing(kind: &str, listing: &Listing) -> Result<Event, ServiceError> {
    let offered = listing.skus.iter().filter(|sku| sku.is_offered());
    let payload = PublicListing {
        listing: listing.id,
        shop: listing.shop,
        organization: listing.organization,
        product_type: listing.product_type.as_str(),
        title: &listing.title,
        state: listing.state,
        suspended_for: listing.suspension.as_ref().map(|why| why.cause),
        released_at: listing.released_at,
        variants: offered.map(PublicVariant::of).collect(),
    };
    let (subject, version) = (listing.id.to_string(), listing.version);
    let audience = [listing.organization.to_string()];
    let at = listing.updated_at;
    Event::for_webhooks(kind, subject, version, at, &audience, payload).map_err(unwritable)
}

impl<'a> PublicVariant<'a> {
    fn of(sku: &'a Sku) -> Self {
        Self {
            sku: sku.id,
            title: &sku.title,
            price: sku.price.into(),
        }
    }
}
