//! How a listing is shown.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use platform::ServiceError;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use web::MoneyOut;

use super::listing_management_out::ListingManagementOut;
use crate::{
    App,
    listing::{Illustration, Listing},
    owners::Owner,
    product_type::Fulfilment,
    shop::{Shop, ShopState},
    sku::{Component, Sku, TicketTerms},
};

/// What a shop offers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingOut {
    /// Names the listing.
    #[schema(value_type = String, example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Listing>,
    /// Which shop offers it.
    shop: ListingShopOut,
    /// Of which type it is.
    #[schema(example = "digital_track")]
    product_type: String,
    /// How it is called.
    #[schema(example = "Night Market (Live)")]
    title: String,
    /// What it is.
    description: Option<String>,
    /// What it says of itself, as its type has it.
    #[schema(value_type = Object)]
    attributes: BTreeMap<String, Value>,
    /// The files that show it.
    media: Vec<IllustrationOut>,
    /// What can be bought.
    variants: Vec<VariantOut>,
    /// Whose it is, in parts of 10,000.
    owners: Vec<OwnerOut>,
    /// Where it is sold from (ISO 3166-1).
    #[schema(example = "CN")]
    region: String,
    /// The currency of its prices (ISO 4217).
    #[schema(example = "CNY")]
    currency: String,
    /// How it gets to the buyer.
    fulfilment: Option<Fulfilment>,
    /// For how many days after receipt it can be given back; null if it cannot.
    return_days: Option<u16>,
    /// When it is delivered, if not at once; in the future it is sold in advance.
    #[schema(value_type = Option<String>, format = DateTime)]
    released_at: Option<Timestamp>,
    /// When it was published first.
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// Whether it can be bought; what is shown may be some seconds old.
    availability: Availability,
    /// What its own people and operators see.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) management: Option<ListingManagementOut>,
}

/// The shop of a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingShopOut {
    /// Names the shop.
    #[schema(value_type = String, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Shop>,
    /// How it is called.
    name: String,
    /// Whether it belongs to the house that runs this platform. That has no influence on how its
    /// listings are found.
    house_owned: bool,
}

/// Whether something can be bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ListingAvailability)]
pub(crate) enum Availability {
    /// Yes.
    Available,
    /// No: none is left.
    SoldOut,
    /// No: its shop is on leave.
    ShopOnLeave,
    /// No: it is not published.
    NotPublished,
}

/// A file that shows a listing.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct IllustrationOut {
    /// What it is for.
    #[schema(example = "cover")]
    purpose: String,
    /// The file.
    #[schema(value_type = String, example = "med_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    media: Id<kind::Media>,
}

/// What can be bought.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct VariantOut {
    /// Names the variant.
    #[schema(value_type = String, example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Sku>,
    /// How it is called.
    #[schema(example = "Size M")]
    title: String,
    /// In what it differs from the others.
    options: BTreeMap<String, String>,
    /// What it costs.
    price: MoneyOut,
    /// Whether it costs nothing.
    free: bool,
    /// Whether none is left; what is shown may be some seconds old.
    sold_out: bool,
    /// What it is a bundle of.
    components: Vec<ComponentOut>,
    /// Which tickets it is.
    tickets: Option<TicketsOut>,
    /// How many files its buyer downloads.
    download_count: usize,
}

/// What a bundle takes of another variant.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ComponentOut {
    /// Of which listing.
    #[schema(value_type = String, example = "lst_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    listing: Id<kind::Listing>,
    /// Which variant.
    #[schema(value_type = String, example = "sku_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    sku: Id<kind::Sku>,
    /// How many of it.
    units: u32,
}

/// Which tickets a variant is.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketsOut {
    /// The concert.
    #[schema(value_type = String, example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    concert: Id<kind::Concert>,
    /// The sort of tickets.
    #[schema(value_type = String, example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    ticket_quota: Id<kind::TicketQuota>,
    /// On which days they open the door.
    #[schema(value_type = Vec<String>, example = json!(["2026-07-01"]))]
    days: BTreeSet<Date>,
}

/// One shop's part in an offer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OwnerOut {
    /// Which shop.
    #[schema(value_type = String, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    shop: Id<kind::Shop>,
    /// Its part, in basis points.
    #[schema(example = 10_000, minimum = 1, maximum = 10_000)]
    share_bp: u16,
    /// Whether it has agreed.
    accepted: bool,
}

impl ListingOut {
    /// The listing as everybody sees it, with what is known of its stock.
    pub(super) async fn public(
        app: &App,
        listing: &Listing,
        shop: &Shop,
    ) -> Result<Self, ServiceError> {
        let mut variants = Vec::with_capacity(listing.skus.len());
        let mut sold_out = true;
        for sku in listing.skus.iter().filter(|sku| sku.is_offered()) {
            let none_left = app.store.is_sold_out(sku).await?;
            sold_out &= none_left;
            variants.push(VariantOut::of(sku, none_left));
        }
        let product_type = app.catalogue.product_type(listing.product_type.as_str());
        let description = listing.description.as_ref();
        Ok(Self {
            id: listing.id,
            shop: ListingShopOut {
                id: shop.id,
                name: shop.name.as_str().to_owned(),
                house_owned: shop.house_owned,
            },
            product_type: listing.product_type.to_string(),
            title: listing.title.as_str().to_owned(),
            description: description.map(|text| text.as_str().to_owned()),
            attributes: listing.attributes.values().clone(),
            media: listing.media.iter().map(IllustrationOut::from).collect(),
            variants,
            owners: listing.owners.iter().map(OwnerOut::from).collect(),
            region: listing.region.as_str().to_owned(),
            currency: listing.currency.code().to_owned(),
            fulfilment: product_type.map(|product_type| product_type.fulfilment),
            return_days: product_type.and_then(|product_type| product_type.return_days),
            released_at: listing.released_at,
            published_at: listing.published_at,
            availability: Availability::of(listing, shop, sold_out),
            management: None,
        })
    }
}

impl Availability {
    fn of(listing: &Listing, shop: &Shop, sold_out: bool) -> Self {
        if !listing.state.is_published() {
            Self::NotPublished
        } else if shop.state == ShopState::OnLeave {
            Self::ShopOnLeave
        } else if sold_out {
            Self::SoldOut
        } else {
            Self::Available
        }
    }
}

impl VariantOut {
    /// A variant, and whether none of it is left.
    pub(super) fn of(sku: &Sku, sold_out: bool) -> Self {
        let options = sku.options.iter();
        Self {
            id: sku.id,
            title: sku.title.as_str().to_owned(),
            options: options
                .map(|(name, value)| (name.to_string(), value.to_string()))
                .collect(),
            price: MoneyOut::from(sku.price),
            free: sku.price.is_zero(),
            sold_out,
            components: sku.components().iter().map(ComponentOut::from).collect(),
            tickets: sku.tickets().map(TicketsOut::from),
            download_count: sku.downloads.len(),
        }
    }
}

impl From<&Component> for ComponentOut {
    fn from(part: &Component) -> Self {
        Self {
            listing: part.listing,
            sku: part.sku,
            units: part.units.get(),
        }
    }
}

impl From<&TicketTerms> for TicketsOut {
    fn from(tickets: &TicketTerms) -> Self {
        Self {
            concert: tickets.concert,
            ticket_quota: tickets.ticket_quota,
            days: tickets.days.clone(),
        }
    }
}

impl From<&Illustration> for IllustrationOut {
    fn from(shown: &Illustration) -> Self {
        Self {
            purpose: shown.purpose.to_string(),
            media: shown.media,
        }
    }
}

impl From<&Owner> for OwnerOut {
    fn from(owner: &Owner) -> Self {
        Self {
            shop: owner.shop,
            share_bp: owner.share.get(),
            accepted: owner.accepted,
        }
    }
}
