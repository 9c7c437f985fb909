//! How a partner is shown: whole to operators, by id and name to everybody.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{partner::Partner, reward::PartnerName};

/// A partner, as operators see it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerOut {
    /// Names the partner.
    #[schema(value_type = String, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Partner>,
    /// How it is called.
    #[schema(example = "Golden Rooster Fried Chicken")]
    name: String,
    /// Where an operator can write to it.
    #[schema(example = "vouchers@example.org")]
    contact_email: Option<String>,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

/// A partner, as its rewards and vouchers name it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerNameOut {
    /// Names the partner.
    #[schema(value_type = String, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Partner>,
    /// How it is called.
    #[schema(example = "Golden Rooster Fried Chicken")]
    name: String,
}

impl From<&Partner> for PartnerOut {
    fn from(partner: &Partner) -> Self {
        let email = partner.contact_email.as_ref();
        Self {
            id: partner.id,
            name: partner.name.as_str().to_owned(),
            contact_email: email.map(|email| email.as_str().to_owned()),
            created_at: partner.created_at,
        }
    }
}

impl From<&PartnerName> for PartnerNameOut {
    fn from(partner: &PartnerName) -> Self {
        Self {
            id: partner.id,
            name: partner.name.as_str().to_owned(),
        }
    }
}
