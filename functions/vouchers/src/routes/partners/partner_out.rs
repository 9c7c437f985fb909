//! How a partner is shown: whole to operators, by id and name to everybody.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    partner::{Mode, Partner, PartnerApi, State},
    reward::PartnerName,
    terms::Terms,
};

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
    /// Whether anything is exchanged with it.
    state: State,
    /// Whether what it does is worth anything.
    mode: Mode,
    /// What is agreed with it.
    terms: Terms,
    /// Where it sells vouchers on demand; null if it does not.
    api: Option<PartnerApiOut>,
    /// When it was entered.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// Counts its changes; the `ETag`, too.
    #[schema(example = 1)]
    version: u64,
}

/// The API at which vouchers are bought on demand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerApiOut {
    /// What all its paths stand behind.
    #[schema(example = "https://api.chain.example/planet")]
    base: String,
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
            state: partner.state,
            mode: partner.mode,
            terms: partner.terms.clone(),
            api: partner.api.as_ref().map(PartnerApiOut::from),
            created_at: partner.created_at,
            version: partner.version,
        }
    }
}

impl From<&PartnerApi> for PartnerApiOut {
    fn from(api: &PartnerApi) -> Self {
        Self {
            base: api.base.to_string(),
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
