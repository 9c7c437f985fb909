//! `listing.*`: what is offered of a listing.
//!
//! Only a newer version replaces what is kept, so the order in which versions arrive does not
//! matter.

use kernel::{Currency, Event, Id, Money, Timestamp, kind};
use serde::Deserialize;

use super::ConsumeError;
use crate::{
    App,
    offer::{Listing, Offer},
    order::{Component, Download, Fulfilment, OwnerShare, Tickets},
};

/// A listing as shops tells it.
#[derive(Deserialize)]
struct ListingData {
    listing: Id<kind::Listing>,
    shop: Id<kind::Shop>,
    version: u64,
    product_type: String,
    title: String,
    saleable: bool,
    #[serde(default)]
    unavailable_because: Option<String>,
    currency: Currency,
    owners: Vec<OwnerShare>,
    #[serde(default)]
    released_at: Option<Timestamp>,
    /// Nothing for a type of product that is not sold any more.
    #[serde(default)]
    fulfilment: Option<Fulfilment>,
    #[serde(default)]
    return_days: Option<u32>,
    skus: Vec<SkuData>,
}

#[derive(Deserialize)]
struct SkuData {
    sku: Id<kind::Sku>,
    #[serde(default)]
    title: String,
    price_minor: i64,
    #[serde(default)]
    components: Vec<Component>,
    #[serde(default)]
    downloads: Vec<Download>,
    #[serde(default)]
    tickets: Option<Tickets>,
}

/// Keeps what a listing offers.
pub(crate) async fn changed(app: &App, event: Event) -> Result<(), ConsumeError> {
    let data: ListingData = serde_json::from_value(event.data)?;
    Ok(app.store.keep_listing(&listing_of(data)?).await?)
}

fn listing_of(data: ListingData) -> Result<Listing, ConsumeError> {
    let shares: u32 = data
        .owners
        .iter()
        .map(|owner| u32::from(owner.share_bp))
        .sum();
    if shares != 10_000 {
        return Err(ConsumeError::Contradiction(format!(
            "the owners of {} share {shares} basis points",
            data.listing
        )));
    }
    let unavailable = (!data.saleable).then(|| {
        let because = data.unavailable_because.clone();
        because.unwrap_or_else(|| "unavailable".to_owned())
    });
    // What cannot be handed over is not offered.
    let handed_over = data.fulfilment.into_iter();
    let skus =
        handed_over.flat_map(|fulfilment| data.skus.iter().map(move |sku| (sku, fulfilment)));
    let offers = skus.map(|(sku, fulfilment)| {
        let price = Money::new(sku.price_minor, data.currency);
        let price = price.ok().filter(|price| !price.is_negative());
        let price = price.ok_or_else(|| {
            ConsumeError::Contradiction(format!("{} costs {}", sku.sku, sku.price_minor))
        })?;
        Ok(Offer {
            sku: sku.sku,
            listing: data.listing,
            shop: data.shop,
            title: data.title.clone(),
            variant: sku.title.clone(),
            product_type: data.product_type.clone(),
            unavailable: unavailable.clone(),
            price,
            owners: data.owners.clone(),
            fulfilment,
            return_days: data.return_days,
            released_at: data.released_at,
            components: sku.components.clone(),
            downloads: sku.downloads.clone(),
            tickets: sku.tickets.clone(),
        })
    });
    Ok(Listing {
        listing: data.listing,
        shop: data.shop,
        version: data.version,
        offers: offers.collect::<Result<_, ConsumeError>>()?,
    })
}
