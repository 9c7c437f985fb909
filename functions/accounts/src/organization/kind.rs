//! The seven kinds of organization.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an organization does. What each kind is asked for, and whether it may act for others, is data:
/// see [`Kinds`](super::Kinds).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum OrganizationKind {
    /// Puts on concerts and tours.
    PerformanceCompany,
    /// Acts for artists.
    ArtistAgency,
    /// Owns and sells recordings.
    RecordCompany,
    /// Speaks for artists and labels.
    PrFirm,
    /// Rents rooms to sing in.
    KaraokeStore,
    /// Mixes, masters, teaches, prints: works for musicians.
    ProfessionalServices,
    /// An artist's own.
    PersonalOffice,
}

impl OrganizationKind {
    /// Every kind.
    pub(crate) const ALL: [Self; 7] = [
        Self::PerformanceCompany,
        Self::ArtistAgency,
        Self::RecordCompany,
        Self::PrFirm,
        Self::KaraokeStore,
        Self::ProfessionalServices,
        Self::PersonalOffice,
    ];
}
