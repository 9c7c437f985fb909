//! What this context tells the others: every new version of a shop that has opened, and of a listing
//! that was published. Orders hear what they need to sell; webhooks what the seller may see.

mod webhooks;

use kernel::{Event, Id, kind};
use platform::{ServiceError, table::Change};
use serde::Serialize;

use crate::{
    catalogue::Catalogue,
    keys,
    listing::{Listing, ListingState},
    offer::Offer,
    shop::ShopState,
    store,
    text::Name,
};

/// Who gets an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subscriber {
    /// `orders`, which sells what shops offer.
    Orders,
    /// `webhooks`, which tells the shop's organization.
    Webhooks,
}

/// A shop as orders see it.
#[derive(Debug, Serialize)]
struct ShopFacts<'a> {
    shop: Id<kind::Shop>,
    organization: Id<kind::Organization>,
    name: &'a Name,
    state: ShopState,
    commission_bp: u16,
    region: &'a str,
    house_owned: bool,
    version: u64,
}

/// What `change` means to the others.
pub(crate) fn events(
    change: &Change,
    catalogue: &Catalogue,
) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    match change.sk.as_deref() {
        Some(keys::SHOP) => shop_events(change),
        Some(keys::LISTING) => listing_events(change, catalogue),
        Some(_) | None => Ok(Vec::new()),
    }
}

fn shop_events(change: &Change) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let old = change.old.clone().map(store::shop_of).transpose()?;
    let Some(shop) = change.new.clone().map(store::shop_of).transpose()? else {
        return Ok(Vec::new());
    };
    let before = old.map(|old| old.state);
    let Some(kind) = shop_event_kind(before, shop.state) else {
        return Ok(Vec::new());
    };
    let facts = ShopFacts {
        shop: shop.id,
        organization: shop.organization,
        name: &shop.name,
        state: shop.state,
        commission_bp: shop.commission.get(),
        region: shop.region.as_str(),
        house_owned: shop.house_owned,
        version: shop.version,
    };
    let (subject, version) = (shop.id.to_string(), shop.version);
    let event = Event::derived(kind, subject, version, shop.updated_at, facts);
    Ok(vec![
        (Subscriber::Orders, event.map_err(unwritable)?),
        (Subscriber::Webhooks, webhooks::of_shop(kind, &shop)?),
    ])
}

fn listing_events(
    change: &Change,
    catalogue: &Catalogue,
) -> Result<Vec<(Subscriber, Event)>, ServiceError> {
    let old = change.old.clone().map(store::listing_of).transpose()?;
    let Some(listing) = change.new.clone().map(store::listing_of).transpose()? else {
        return Ok(Vec::new());
    };
    let before = old.map(|old| old.state);
    let Some(kind) = listing_event_kind(before, &listing) else {
        return Ok(Vec::new());
    };
    let product_type = catalogue.product_type(listing.product_type.as_str());
    let offer = Offer::of(&listing, product_type);
    let (subject, version) = (listing.id.to_string(), listing.version);
    let event = Event::derived(kind, subject, version, listing.updated_at, offer);
    Ok(vec![
        (Subscriber::Orders, event.map_err(unwritable)?),
        (Subscriber::Webhooks, webhooks::of_listing(kind, &listing)?),
    ])
}

/// Which event tells that a shop is now in a state; nobody hears of one that has not opened yet.
fn shop_event_kind(before: Option<ShopState>, after: ShopState) -> Option<&'static str> {
    let stays = before == Some(after);
    match after {
        ShopState::Draft | ShopState::PendingApproval => None,
        _ if stays => Some("shop.changed"),
        ShopState::Open => Some("shop.opened"),
        ShopState::OnLeave => Some("shop.on_leave"),
        ShopState::Suspended => Some("shop.suspended"),
        ShopState::Terminated => Some("shop.terminated"),
    }
}

/// Which event tells that a listing is as it is now; nobody hears of one that was never published.
fn listing_event_kind(before: Option<ListingState>, after: &Listing) -> Option<&'static str> {
    after.published_at?;
    let stays = before == Some(after.state);
    match after.state {
        _ if stays => Some("listing.changed"),
        ListingState::Published => Some("listing.published"),
        // One that is prepared anew after it was published is not for sale meanwhile.
        ListingState::Draft
        | ListingState::Submitted
        | ListingState::Approved
        | ListingState::Paused => Some("listing.paused"),
        ListingState::Suspended => Some("listing.suspended"),
        ListingState::Removed => Some("listing.removed"),
    }
}

fn unwritable(error: serde_json::Error) -> ServiceError {
    ServiceError::malformed("the event", error)
}
