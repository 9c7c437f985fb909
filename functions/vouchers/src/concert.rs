//! What this context knows of concerts: a copy of what `events` tells.

use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};

/// A concert as it was told last. Fields that are not known here are passed over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConcertCopy {
    #[serde(rename = "concert")]
    pub(crate) id: Id<kind::Concert>,
    /// Who organizes it, and may keep tickets for partners.
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) state: ConcertState,
    pub(crate) starts_at: Timestamp,
    pub(crate) ticket_quotas: Vec<TicketQuotaCopy>,
    /// Of several copies the one of the highest version is the latest.
    pub(crate) version: u64,
}

/// Tickets of one sort.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TicketQuotaCopy {
    pub(crate) ticket_quota: Id<kind::TicketQuota>,
}

/// How far a concert is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ConcertState {
    /// It is being prepared.
    Draft,
    /// Its tickets open the door.
    Published,
    /// It does not take place.
    Cancelled,
    /// It is over.
    Ended,
}

impl ConcertState {
    /// Whether tickets can still be kept for somebody.
    pub(crate) fn is_ahead(self) -> bool {
        match self {
            Self::Draft | Self::Published => true,
            Self::Cancelled | Self::Ended => false,
        }
    }
}
