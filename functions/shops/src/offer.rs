//! What orders need to know of a listing: the data of every `listing.*` event, of one shape.

use std::{collections::BTreeSet, num::NonZeroU32};

use jiff::civil::Date;
use kernel::{Currency, Id, Timestamp, kind};
use quota::QuotaId;
use serde::Serialize;

use crate::{
    listing::{Listing, ListingState},
    product_type::{Fulfilment, ProductType},
    sku::{Download, Sku, TicketTerms},
    text::Title,
};

/// A listing as orders see it.
#[derive(Debug, Serialize)]
pub(crate) struct Offer<'a> {
    listing: Id<kind::Listing>,
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    version: u64,
    product_type: &'a str,
    title: &'a Title,
    saleable: bool,
    unavailable_because: Option<&'static str>,
    currency: Currency,
    owners: Vec<OfferOwner>,
    /// In the future: sold now, delivered then.
    released_at: Option<Timestamp>,
    fulfilment: Option<Fulfilment>,
    return_days: Option<u16>,
    skus: Vec<OfferSku<'a>>,
}

#[derive(Debug, Serialize)]
struct OfferOwner {
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    share_bp: u16,
}

#[derive(Debug, Serialize)]
struct OfferSku<'a> {
    sku: Id<kind::Sku>,
    title: &'a Title,
    price_minor: i64,
    /// What one of it takes of which quotas; nothing if it is not counted.
    components: Vec<OfferComponent>,
    downloads: &'a [Download],
    tickets: Option<OfferTickets<'a>>,
}

#[derive(Debug, Serialize)]
struct OfferComponent {
    quota: QuotaId,
    units: u32,
}

#[derive(Debug, Serialize)]
struct OfferTickets<'a> {
    concert: Id<kind::Concert>,
    ticket_quota: Id<kind::TicketQuota>,
    per_unit: u32,
    days: &'a BTreeSet<Date>,
    /// How many of the quota's tickets one account may buy; as many as it likes if nothing.
    per_buyer_limit: Option<NonZeroU32>,
}

impl<'a> Offer<'a> {
    /// The offer that a listing of this type makes. A type that is in the catalogue no more cannot be
    /// sold.
    pub(crate) fn of(listing: &'a Listing, product_type: Option<&ProductType>) -> Self {
        let unavailable_because = match product_type {
            None => Some("type_unknown"),
            Some(_) => unavailable_because(listing.state),
        };
        let owners = listing.owners.iter().map(|owner| OfferOwner {
            shop: owner.shop,
            organization: owner.organization,
            share_bp: owner.share.get(),
        });
        let offered = listing.skus.iter().filter(|sku| sku.is_offered());
        Self {
            listing: listing.id,
            shop: listing.shop,
            organization: listing.organization,
            version: listing.version,
            product_type: listing.product_type.as_str(),
            title: &listing.title,
            saleable: unavailable_because.is_none(),
            unavailable_because,
            currency: listing.currency,
            owners: owners.collect(),
            released_at: listing.released_at,
            fulfilment: product_type.map(|product_type| product_type.fulfilment),
            return_days: product_type.and_then(|product_type| product_type.return_days),
            skus: offered.map(OfferSku::of).collect(),
        }
    }
}

impl<'a> OfferSku<'a> {
    fn of(sku: &'a Sku) -> Self {
        let takes = sku.takes().into_iter();
        Self {
            sku: sku.id,
            title: &sku.title,
            price_minor: sku.price.minor(),
            components: takes
                .map(|(quota, units)| OfferComponent { quota, units })
                .collect(),
            downloads: &sku.downloads,
            tickets: sku.tickets().map(OfferTickets::of),
        }
    }
}

impl<'a> OfferTickets<'a> {
    fn of(tickets: &'a TicketTerms) -> Self {
        Self {
            concert: tickets.concert,
            ticket_quota: tickets.ticket_quota,
            per_unit: 1,
            days: &tickets.days,
            per_buyer_limit: tickets.per_buyer_limit,
        }
    }
}

fn unavailable_because(state: ListingState) -> Option<&'static str> {
    match state {
        ListingState::Published => None,
        ListingState::Draft => Some("draft"),
        ListingState::Submitted => Some("submitted"),
        ListingState::Approved => Some("approved"),
        ListingState::Paused => Some("paused"),
        ListingState::Suspended => Some("suspended"),
        ListingState::Removed => Some("removed"),
    }
}
