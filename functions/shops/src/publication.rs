//! When a listing may be sold, and the one way to get it there.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{Currency, Id, Timestamp, kind};
use platform::ServiceError;

use crate::{
    App,
    copies::{ConcertCopy, MediaCopy},
    listing::{Listing, ListingMove, ListingMoveError, ListingState},
    product_type::ProductType,
    rights,
    shop::{Shop, ShopState},
    sku::{Component, Sku, Supply},
    store::SaveListingError,
};

/// What a listing depends on besides its rights, as it was read.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    pub(crate) concerts: BTreeMap<Id<kind::Concert>, ConcertCopy>,
    pub(crate) media: BTreeMap<Id<kind::Media>, MediaCopy>,
    /// The listings that its bundles take from.
    pub(crate) parts: BTreeMap<Id<kind::Listing>, Listing>,
}

/// Why a listing cannot be sold.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unready {
    /// Its shop does not sell.
    #[error("the shop is not open")]
    ShopNotOpen,
    /// Its seller has not accepted the terms of selling here.
    #[error("the terms of selling here are not accepted")]
    TermsMissing,
    /// There is nothing to buy.
    #[error("there is no variant that has all it needs")]
    NothingToSell,
    /// Another owner has not agreed.
    #[error("not all owners have accepted their shares")]
    OwnersPending,
    /// A file is not there.
    #[error("the file {0} is not ready")]
    MediaNotReady(Id<kind::Media>),
    /// A purpose has too few files.
    #[error("there are too few files for the purpose {0}")]
    MediaMissing(String),
    /// Its concert does not take place, or not yet.
    #[error("the concert {0} is not published")]
    ConcertNotPublished(Id<kind::Concert>),
    /// The shop was moved while it was a draft, and the listing was made before.
    #[error("the shop has another region or currency than the listing; make the listing anew")]
    ShopMoved,
    /// A bundle takes of what is not there or was taken off the market.
    #[error("a part of the bundle {0} is not to be sold")]
    PartMissing(Id<kind::Sku>),
    /// It would be sold before its release, which its type does not allow.
    #[error("this type is not sold before its release")]
    NotReleased,
}

/// Why a listing was not published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PublishError {
    /// From where it is there is no way there.
    #[error(transparent)]
    Move(#[from] ListingMoveError),
    /// It cannot be sold.
    #[error(transparent)]
    Unready(#[from] Unready),
    /// Nothing is given a price in its currency any more. What is published stays so.
    #[error("nothing is given a price in {0} here")]
    CurrencyNotOffered(Currency),
    /// Its shop does not hold the rights.
    #[error(transparent)]
    Rights(#[from] rights::Missing),
    /// Its type is in the catalogue no more.
    #[error("there is no such product type any more")]
    TypeUnknown,
    /// It was not kept.
    #[error(transparent)]
    Save(#[from] SaveListingError),
    /// No answer to act on.
    #[error(transparent)]
    Service(#[from] ServiceError),
}

/// How often rights that change meanwhile are judged again.
const MAX_TRIES: usize = 5;

/// Moves a listing to `published` if it can be sold; or where else the move leads.
pub(crate) async fn publish(
    app: &App,
    listing: &Listing,
    step: ListingMove,
) -> Result<Listing, PublishError> {
    let now = app.clock.now();
    let published = listing.clone().moved(step, now)?;
    if published.state != ListingState::Published {
        app.store
            .save_listing(Some(listing), &published, Vec::new())
            .await?;
        return Ok(published);
    }
    if !app.currencies.contains(published.currency) {
        return Err(PublishError::CurrencyNotOffered(published.currency));
    }
    let product_type = app.catalogue.product_type(published.product_type.as_str());
    let product_type = product_type.ok_or(PublishError::TypeUnknown)?;
    let (shop, surroundings) = tokio::try_join!(
        app.store.shop(published.shop),
        app.store.surroundings(&published)
    )?;
    let shop = shop.ok_or(Unready::ShopNotOpen)?;
    check(&published, &shop, product_type, &surroundings, now)?;
    let need = product_type.rights_need(&published.attributes);
    for _ in 0..MAX_TRIES {
        let rights = app.store.load_rights(published.id, need.as_ref()).await?;
        let territories = BTreeSet::from([published.region]);
        rights::gate(&rights, published.organization, &territories, now)?;
        app.store.note_uses(published.id, &rights).await?;
        let mut checks = rights.still(&app.store);
        checks.extend(app.store.still_saleable(&published));
        let saved = app.store.save_listing(Some(listing), &published, checks);
        match saved.await {
            Ok(()) => return Ok(published),
            Err(SaveListingError::RightsChanged) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(SaveListingError::RightsChanged.into())
}

/// Whether a listing that is published, or is to be, can be sold: everything but its rights.
pub(crate) fn check(
    listing: &Listing,
    shop: &Shop,
    product_type: &ProductType,
    surroundings: &Surroundings,
    now: Timestamp,
) -> Result<(), Unready> {
    if shop.state != ShopState::Open {
        return Err(Unready::ShopNotOpen);
    }
    if (shop.region, shop.currency) != (listing.region, listing.currency) {
        return Err(Unready::ShopMoved);
    }
    if listing.terms_accepted_at.is_none() {
        return Err(Unready::TermsMissing);
    }
    if !listing.skus.iter().any(Sku::is_offered) {
        return Err(Unready::NothingToSell);
    }
    if !listing.owners.are_agreed() {
        return Err(Unready::OwnersPending);
    }
    if !product_type.pre_order && listing.released_at.is_some_and(|at| at > now) {
        return Err(Unready::NotReleased);
    }
    check_media(listing, product_type, surroundings)?;
    check_parts(listing, surroundings)?;
    check_concerts(listing, surroundings)
}

fn check_media(
    listing: &Listing,
    product_type: &ProductType,
    surroundings: &Surroundings,
) -> Result<(), Unready> {
    let is_missing = |media: &Id<kind::Media>| !surroundings.media.contains_key(media);
    if let Some(media) = listing.all_media().into_iter().find(is_missing) {
        return Err(Unready::MediaNotReady(media));
    }
    for rule in &product_type.media {
        let shown = listing.media.iter();
        let count = shown.filter(|shown| shown.purpose == rule.purpose).count();
        if count < usize::from(rule.min) {
            return Err(Unready::MediaMissing(rule.purpose.to_string()));
        }
    }
    Ok(())
}

fn check_parts(listing: &Listing, surroundings: &Surroundings) -> Result<(), Unready> {
    for sku in &listing.skus {
        let is_sold = |part: &Component| {
            let other = surroundings.parts.get(&part.listing);
            other.is_some_and(|other| other.has_part(part.sku))
        };
        if !sku.components().iter().all(is_sold) {
            return Err(Unready::PartMissing(sku.id));
        }
    }
    Ok(())
}

fn check_concerts(listing: &Listing, surroundings: &Surroundings) -> Result<(), Unready> {
    for concert in listing.all_concerts() {
        let copy = surroundings.concerts.get(&concert);
        if !copy.is_some_and(ConcertCopy::is_published) {
            return Err(Unready::ConcertNotPublished(concert));
        }
    }
    Ok(())
}

impl Listing {
    /// Every file that it shows or sells.
    pub(crate) fn all_media(&self) -> BTreeSet<Id<kind::Media>> {
        let shown = self.media.iter().map(|shown| shown.media);
        let sold = self.skus.iter().flat_map(|sku| &sku.downloads);
        shown.chain(sold.map(|download| download.media)).collect()
    }

    /// Every listing that its bundles take from.
    pub(crate) fn all_parts(&self) -> BTreeSet<Id<kind::Listing>> {
        let components = self.skus.iter().flat_map(Sku::components);
        components.map(|part| part.listing).collect()
    }

    /// Whether a bundle can take of this variant: it has a stock that is set, and its listing was not
    /// taken off the market.
    pub(crate) fn has_part(&self, sku: Id<kind::Sku>) -> bool {
        let is_off = matches!(self.state, ListingState::Suspended | ListingState::Removed);
        let supply = self.sku(sku).map(|sku| &sku.supply);
        !is_off && supply == Some(&Supply::Counted { stocked: true })
    }

    /// Every concert that it sells tickets of.
    pub(crate) fn all_concerts(&self) -> BTreeSet<Id<kind::Concert>> {
        let tickets = self.skus.iter().filter_map(Sku::tickets);
        tickets.map(|tickets| tickets.concert).collect()
    }
}
