//! What sellers say of a variant, checked against what is theirs.

use std::collections::BTreeSet;

use kernel::{Id, Money, kind};
use web::{ApiError, offered};

use super::add_variant::{ComponentIn, TicketsIn};
use crate::{
    App,
    copies::ConcertCopy,
    listing::Listing,
    sku::{Component, MAX_COMPONENT_UNITS, MAX_COMPONENTS, SkuError, TicketTerms},
};

/// The price, if it is said in one of two ways: an amount above nothing in the shop's currency, which
/// must still be offered, or the word that it is free. `None` if it is not said at all.
pub(super) fn price(
    app: &App,
    listing: &Listing,
    price: Option<Money>,
    free: bool,
) -> Result<Option<Money>, ApiError> {
    let currency = listing.currency;
    let Some(price) = price else {
        return Ok(free.then(|| Money::zero(currency)));
    };
    if free {
        return Err(ApiError::field("/free", "what is free has no price"));
    }
    if price.currency() != currency {
        let detail = format!("the shop's currency is {currency}");
        return Err(ApiError::field("/price/currency", detail));
    }
    offered(&app.currencies, currency, "/price/currency")?;
    if price.is_zero() || price.is_negative() {
        let detail = "it is not more than nothing; say so if it is free";
        return Err(ApiError::field("/price/minor", detail));
    }
    Ok(Some(price))
}

/// The parts of a bundle, if each is a variant of the same shop with a stock of its own that is
/// delivered in the same way.
pub(super) async fn components(
    app: &App,
    listing: &Listing,
    wanted: Vec<ComponentIn>,
) -> Result<Vec<Component>, ApiError> {
    let distinct: BTreeSet<_> = wanted.iter().map(|part| part.sku).collect();
    if wanted.len() > MAX_COMPONENTS || distinct.len() != wanted.len() {
        let detail = format!("they are not up to {MAX_COMPONENTS} different variants");
        return Err(ApiError::field("/components", detail));
    }
    let mut components = Vec::with_capacity(wanted.len());
    for (index, part) in wanted.into_iter().enumerate() {
        let pointer = format!("/components/{index}");
        if part.units.get() > MAX_COMPONENT_UNITS {
            let detail = format!("there are more than {MAX_COMPONENT_UNITS}");
            return Err(ApiError::field(format!("{pointer}/units"), detail));
        }
        let other = app.store.listing(part.listing).await?;
        if !other.is_some_and(|other| can_take(app, listing, &other, part.sku)) {
            let detail = "the shop has no such variant with a stock that is set";
            return Err(ApiError::field(pointer, detail));
        }
        components.push(Component {
            listing: part.listing,
            sku: part.sku,
            units: part.units,
        });
    }
    Ok(components)
}

/// Whether a bundle of `listing` can take of a variant of `other`.
fn can_take(app: &App, listing: &Listing, other: &Listing, sku: Id<kind::Sku>) -> bool {
    let fulfilment = |of: &Listing| {
        let product_type = app.catalogue.product_type(of.product_type.as_str());
        product_type.map(|product_type| product_type.fulfilment)
    };
    let is_alike = other.shop == listing.shop && fulfilment(other) == fulfilment(listing);
    is_alike && other.has_part(sku)
}

/// The tickets, if they are of a published concert of the organization, and the concert as it was read.
pub(super) async fn tickets(
    app: &App,
    organization: Id<kind::Organization>,
    wanted: Option<TicketsIn>,
) -> Result<Option<(TicketTerms, ConcertCopy)>, ApiError> {
    let Some(wanted) = wanted else {
        return Ok(None);
    };
    let concert = app.store.concert(wanted.concert).await?;
    let concert = concert.filter(|concert| concert.organization == organization);
    let concert = concert.filter(ConcertCopy::is_published).ok_or_else(|| {
        let detail = "the organization has no such concert that is published";
        ApiError::field("/tickets/concert", detail)
    })?;
    let quota = concert.ticket_quota(wanted.ticket_quota);
    let quota = quota.ok_or_else(|| {
        ApiError::field("/tickets/ticket_quota", "the concert has no such tickets")
    })?;
    let tickets = TicketTerms::of(concert.id, quota);
    Ok(Some((tickets, concert)))
}

/// Where a variant is not as its type wants it.
pub(super) fn refusal(error: SkuError) -> ApiError {
    let pointer = match &error {
        SkuError::UnknownOption(name) | SkuError::UnknownValue(name) => format!("/options/{name}"),
        SkuError::NoBundles => "/components".to_owned(),
        SkuError::TicketsMissing | SkuError::NoTickets => "/tickets".to_owned(),
        SkuError::DownloadsMissing | SkuError::TooManyDownloads { .. } => "/downloads".to_owned(),
    };
    ApiError::field(pointer, error.to_string())
}
