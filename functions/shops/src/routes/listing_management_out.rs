//! How a listing is shown to those who manage it.

use axum::response::Response;
use kernel::{Id, Timestamp, kind};
use platform::ServiceError;
use serde::Serialize;
use utoipa::ToSchema;
use web::{ApiError, Json, with_version};

use super::listing_out::{ListingOut, VariantOut};
use crate::{
    App,
    listing::{Listing, ListingState, Suspension, SuspensionCause},
    shop::Shop,
    sku::Sku,
};

/// What a listing's own people see of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ListingManagementOut {
    /// Whether it is for sale.
    state: ListingState,
    /// Whether the terms of selling here are accepted.
    terms_accepted: bool,
    /// All its variants, with those that are not offered since their stock is not set.
    variants: Vec<ManagedVariantOut>,
    /// Why it is off the market or was taken down.
    suspension: Option<SuspensionOut>,
    /// Why an operator sent it back last.
    rejection: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// A variant as its own people see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ManagedVariantOut {
    /// What everybody sees of it.
    variant: VariantOut,
    /// Whether it is offered when the listing is published.
    offered: bool,
    /// The files that its buyer gets.
    #[schema(value_type = Vec<String>)]
    downloads: Vec<Id<kind::Media>>,
}

/// Why a listing was suspended.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuspensionOut {
    /// What for.
    cause: SuspensionCause,
    /// What its people are told.
    reason: Option<String>,
}

impl ListingOut {
    /// The listing as its own people and operators see it.
    pub(super) async fn managed(app: &App, listing: &Listing) -> Result<Self, ApiError> {
        let shop = app.store.shop(listing.shop).await?;
        let shop = shop.ok_or_else(|| ApiError::internal("a listing's shop is not there"))?;
        Ok(Self::managed_in(app, listing, &shop).await?)
    }

    /// The same, of a listing of this shop.
    pub(super) async fn managed_in(
        app: &App,
        listing: &Listing,
        shop: &Shop,
    ) -> Result<Self, ServiceError> {
        let mut out = Self::public(app, listing, shop).await?;
        let mut variants = Vec::with_capacity(listing.skus.len());
        for sku in &listing.skus {
            variants.push(ManagedVariantOut::of(app, sku).await?);
        }
        let rejection = listing.rejection.as_ref();
        out.management = Some(ListingManagementOut {
            state: listing.state,
            terms_accepted: listing.terms_accepted_at.is_some(),
            variants,
            suspension: listing.suspension.as_ref().map(SuspensionOut::from),
            rejection: rejection.map(|reason| reason.as_str().to_owned()),
            created_at: listing.created_at,
            updated_at: listing.updated_at,
        });
        Ok(out)
    }
}

/// The answer to a change of a listing.
pub(super) async fn changed(app: &App, listing: &Listing) -> Result<Response, ApiError> {
    let out = ListingOut::managed(app, listing).await?;
    Ok(with_version(listing.version, Json(out)))
}

/// The answer to the making of a listing or of a variant of it.
pub(super) async fn created(app: &App, listing: &Listing) -> Result<Response, ApiError> {
    let out = ListingOut::managed(app, listing).await?;
    Ok(with_version(listing.version, Json(out).created()))
}

impl ManagedVariantOut {
    async fn of(app: &App, sku: &Sku) -> Result<Self, ServiceError> {
        let downloads = sku.downloads.iter();
        Ok(Self {
            variant: VariantOut::of(sku, app.store.is_sold_out(sku).await?),
            offered: sku.is_offered(),
            downloads: downloads.map(|download| download.media).collect(),
        })
    }
}

impl From<&Suspension> for SuspensionOut {
    fn from(suspension: &Suspension) -> Self {
        let reason = suspension.reason.as_ref();
        Self {
            cause: suspension.cause,
            reason: reason.map(|reason| reason.as_str().to_owned()),
        }
    }
}
