//! How a shop is shown.

use axum::response::Response;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::{Json, with_version};

use crate::shop::{Shop, ShopState};

/// A shop.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShopOut {
    /// Names the shop.
    #[schema(value_type = String, example = "shp_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Shop>,
    /// Whose it is.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    organization: Id<kind::Organization>,
    /// How it is called.
    #[schema(example = "Night Market Records")]
    name: String,
    /// Its name in addresses.
    #[schema(example = "night-market")]
    slug: Option<String>,
    /// Where it sells from (ISO 3166-1).
    #[schema(example = "CN")]
    region: String,
    /// The currency of all its prices (ISO 4217).
    #[schema(example = "CNY")]
    currency: String,
    /// What it says of itself.
    about: Option<String>,
    /// Whether it sells.
    state: ShopState,
    /// Whether it belongs to the house that runs this platform. That has no influence on how its
    /// listings are found.
    house_owned: bool,
    /// What its own people and operators see.
    #[serde(skip_serializing_if = "Option::is_none")]
    management: Option<ShopManagementOut>,
}

/// What a shop's own people see of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ShopManagementOut {
    /// What the platform keeps of its sales, in basis points; what is ordered keeps the rate of that
    /// moment.
    #[schema(example = 500, minimum = 100, maximum = 999)]
    commission_bp: u16,
    /// Why an operator rejected, suspended or terminated it last.
    reason: Option<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl ShopOut {
    /// The shop as everybody sees it.
    pub(super) fn public(shop: &Shop) -> Self {
        let text = |text: &str| text.to_owned();
        Self {
            id: shop.id,
            organization: shop.organization,
            name: text(shop.name.as_str()),
            slug: shop.slug.as_ref().map(|slug| text(slug.as_str())),
            region: text(shop.region.as_str()),
            currency: text(shop.currency.code()),
            about: shop.about.as_ref().map(|about| text(about.as_str())),
            state: shop.state,
            house_owned: shop.house_owned,
            management: None,
        }
    }

    /// The shop as its own people and operators see it.
    pub(super) fn managed(shop: &Shop) -> Self {
        let reason = shop.reason.as_ref();
        Self {
            management: Some(ShopManagementOut {
                commission_bp: shop.commission.get(),
                reason: reason.map(|reason| reason.as_str().to_owned()),
                created_at: shop.created_at,
                updated_at: shop.updated_at,
            }),
            ..Self::public(shop)
        }
    }
}

/// The answer to a change of a shop.
pub(super) fn changed(shop: &Shop) -> Response {
    with_version(shop.version, Json(ShopOut::managed(shop)))
}
