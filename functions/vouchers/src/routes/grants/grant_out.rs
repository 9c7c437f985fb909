//! How a grant is shown to who claims it.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::grant::{Earns, Grant, State};
use crate::routes::partners::partner_out::PartnerNameOut;

/// Something that was earned at a partner, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PartnerGrantOut {
    /// Names the grant.
    #[schema(value_type = String, example = "pgr_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::PartnerGrant>,
    /// At whom it was earned.
    partner: PartnerNameOut,
    /// What was earned.
    earns: EarnsOut,
    /// How far it is: `granted` waits to be claimed.
    state: State,
    /// When it was granted.
    #[schema(value_type = String, format = DateTime)]
    granted_at: Timestamp,
    /// From when on it cannot be claimed any more.
    #[schema(value_type = String, format = DateTime)]
    claim_by: Timestamp,
    /// When it was claimed; absent if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    claimed_at: Option<Timestamp>,
    /// Its tickets, once they are issued.
    #[schema(value_type = Vec<String>)]
    tickets: Vec<Id<kind::Ticket>>,
    /// Whether it was only tried out, and is worth nothing.
    sandbox: bool,
}

/// What was earned.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum EarnsOut {
    /// Tickets.
    Ticket {
        /// Of which concert.
        #[schema(value_type = String, example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
        concert: Id<kind::Concert>,
        /// How many.
        #[schema(example = 2)]
        quantity: u32,
    },
    /// Points.
    Points {
        /// How many.
        #[schema(example = 50)]
        points: i64,
    },
}

impl From<&Grant> for PartnerGrantOut {
    fn from(grant: &Grant) -> Self {
        let earns = match grant.earns {
            Earns::Ticket {
                concert, quantity, ..
            } => EarnsOut::Ticket {
                concert,
                quantity: quantity.get(),
            },
            Earns::Points { points } => EarnsOut::Points {
                points: points.get(),
            },
        };
        Self {
            id: grant.id,
            partner: PartnerNameOut::from(&grant.partner),
            earns,
            state: grant.state,
            granted_at: grant.granted_at,
            claim_by: grant.claim_by,
            claimed_at: grant.claimed.map(|claimed| claimed.at),
            tickets: grant.tickets.clone(),
            sandbox: grant.sandbox,
        }
    }
}
