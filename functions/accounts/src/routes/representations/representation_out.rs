//! How a representation is shown to both sides.

use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::organization::{Representation, RepresentationState, Scope, Side};

/// An agency's right to act for another organization.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct RepresentationOut {
    /// Names the representation.
    #[schema(value_type = String, example = "rep_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Representation>,
    /// Who acts.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    agency: Id<kind::Organization>,
    /// For whom.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W4")]
    represented: Id<kind::Organization>,
    /// What the agency may do.
    scopes: Vec<Scope>,
    /// From when on; from the approval on if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    from: Option<Timestamp>,
    /// The first moment at which it is over; it stays until revoked if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = DateTime)]
    until: Option<Timestamp>,
    /// Which side proposed it: the other one approves.
    proposed_by: Side,
    /// How it stands.
    state: RepresentationState,
    /// When it was proposed.
    #[schema(value_type = String, format = DateTime)]
    proposed_at: Timestamp,
    /// When it changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Counts its changes.
    #[schema(example = 1)]
    version: u64,
}

impl RepresentationOut {
    /// `representation`, as it stands at `now`.
    pub(super) fn at(representation: &Representation, now: Timestamp) -> Self {
        Self {
            id: representation.id,
            agency: representation.agency,
            represented: representation.represented,
            scopes: representation.delegation.scopes(),
            from: representation.window.from(),
            until: representation.window.until(),
            proposed_by: representation.proposed_by,
            state: representation.state_at(now),
            proposed_at: representation.proposed_at,
            updated_at: representation.updated_at,
            version: representation.version,
        }
    }
}
