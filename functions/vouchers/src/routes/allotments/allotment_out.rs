//! How an allotment is shown.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::MoneyOut;

use crate::allotment::{Allotment, State};

/// Tickets of a concert that its organizer keeps for a partner's customers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AllotmentOut {
    /// Names the allotment.
    #[schema(value_type = String, example = "alt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Allotment>,
    /// For whose customers.
    #[schema(value_type = String, example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    partner: Id<kind::Partner>,
    /// Who offered it.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    organization: Id<kind::Organization>,
    /// Of which concert.
    #[schema(value_type = String, example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    concert: Id<kind::Concert>,
    /// Of which of its ticket quotas.
    #[schema(value_type = String, example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    ticket_quota: Id<kind::TicketQuota>,
    /// How many tickets.
    #[schema(example = 100)]
    units: u32,
    /// How many of them are granted and not taken back.
    #[schema(example = 12)]
    used: u32,
    /// How many of them are in the public quota again.
    #[schema(example = 0)]
    returned: u32,
    /// What the partner owes for each ticket that is issued.
    unit_price: MoneyOut,
    /// From when on nothing is granted any more.
    #[schema(value_type = String, format = DateTime)]
    closes_at: Timestamp,
    /// How far it is.
    state: State,
    /// When it was offered.
    #[schema(value_type = String, format = DateTime)]
    offered_at: Timestamp,
    /// Whether the partner only tries things out: then no ticket is kept for it.
    sandbox: bool,
}

impl From<&Allotment> for AllotmentOut {
    fn from(allotment: &Allotment) -> Self {
        Self {
            id: allotment.id,
            partner: allotment.partner,
            organization: allotment.organization,
            concert: allotment.concert,
            ticket_quota: allotment.ticket_quota,
            units: allotment.units.get(),
            used: allotment.used,
            returned: allotment.returned,
            unit_price: allotment.unit_price.into(),
            closes_at: allotment.closes_at,
            state: allotment.state,
            offered_at: allotment.offered_at,
            sandbox: allotment.sandbox,
        }
    }
}
