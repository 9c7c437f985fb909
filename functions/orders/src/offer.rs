//! What shops told about themselves and what they ask: this context's copies of it.
//!
//! A copy lags behind by the time an event takes; what was agreed is what the copy said when the
//! order was placed, and the buyer had seen the price.

use kernel::{CommissionRate, Id, Money, Timestamp, kind};
use serde::{Deserialize, Serialize};

use crate::order::{Component, Download, Fulfilment, OwnerShare, Tickets};

/// What is known of a shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Shop {
    pub(crate) shop: Id<kind::Shop>,
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) name: String,
    pub(crate) state: ShopState,
    /// What the platform keeps of its sales.
    pub(crate) commission_bp: CommissionRate,
    pub(crate) version: u64,
}

/// Whether a shop takes orders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShopState {
    /// It does.
    Open,
    /// Its people are away for a while.
    OnLeave,
    /// The platform stopped it.
    Suspended,
    /// It has ended.
    Terminated,
    /// Something in which no shop takes orders.
    #[serde(other)]
    Closed,
}

/// What a shop asks for one SKU.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) sku: Id<kind::Sku>,
    pub(crate) listing: Id<kind::Listing>,
    pub(crate) shop: Id<kind::Shop>,
    pub(crate) title: String,
    pub(crate) variant: String,
    pub(crate) product_type: String,
    /// Why it is not for sale now, if it is not.
    pub(crate) unavailable: Option<String>,
    pub(crate) price: Money,
    pub(crate) owners: Vec<OwnerShare>,
    pub(crate) fulfilment: Fulfilment,
    pub(crate) return_days: Option<u32>,
    pub(crate) released_at: Option<Timestamp>,
    pub(crate) components: Vec<Component>,
    pub(crate) downloads: Vec<Download>,
    pub(crate) tickets: Option<Tickets>,
}

/// A version of a listing: what is offered of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    pub(crate) listing: Id<kind::Listing>,
    pub(crate) shop: Id<kind::Shop>,
    pub(crate) version: u64,
    pub(crate) offers: Vec<Offer>,
}

impl ShopState {
    /// The reason for which no order is taken, if none is.
    pub(crate) fn closed_because(self) -> Option<&'static str> {
        match self {
            Self::Open => None,
            Self::OnLeave => Some("the shop is on leave"),
            Self::Suspended => Some("the shop is suspended"),
            Self::Terminated => Some("the shop has ended"),
            Self::Closed => Some("the shop is not open"),
        }
    }
}
