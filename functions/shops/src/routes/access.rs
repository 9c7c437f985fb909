//! Whose shop and whose listing: loads it, and answers others as if there were none.

use kernel::{Id, kind};
use web::{Acting, ApiError, Code};

use crate::{App, listing::Listing, shop::Shop};

/// The scope that shops and listings are managed with.
pub(super) const CATALOGUE: &str = "catalogue";

/// A shop of the organization that is acted for.
pub(super) async fn own_shop(
    app: &App,
    acting: &Acting,
    id: Id<kind::Shop>,
) -> Result<Shop, ApiError> {
    acting.require(CATALOGUE)?;
    let shop = app.store.shop(id).await?;
    let shop = shop.filter(|shop| shop.organization == acting.organization);
    shop.ok_or_else(ApiError::not_found)
}

/// A listing of the organization that is acted for.
pub(super) async fn own_listing(
    app: &App,
    acting: &Acting,
    id: Id<kind::Listing>,
) -> Result<Listing, ApiError> {
    acting.require(CATALOGUE)?;
    let listing = app.store.listing(id).await?;
    let listing = listing.filter(|listing| listing.organization == acting.organization);
    listing.ok_or_else(ApiError::not_found)
}

/// Any shop.
pub(super) async fn any_shop(app: &App, id: Id<kind::Shop>) -> Result<Shop, ApiError> {
    app.store.shop(id).await?.ok_or_else(ApiError::not_found)
}

/// Any listing.
pub(super) async fn any_listing(app: &App, id: Id<kind::Listing>) -> Result<Listing, ApiError> {
    app.store.listing(id).await?.ok_or_else(ApiError::not_found)
}

/// Refuses if the edit is based on another version than there is.
pub(super) fn check_version(expected: Option<u64>, actual: u64) -> Result<(), ApiError> {
    match expected {
        Some(expected) if expected != actual => Err(ApiError::new(Code::PreconditionFailed)),
        Some(_) | None => Ok(()),
    }
}
