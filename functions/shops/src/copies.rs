//! What this context knows of others' things: copies, kept by events.
//!
//! A copy is replaced by a later version and never by an earlier one.

use std::{collections::BTreeSet, num::NonZeroU32};

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use quota::QuotaId;
use serde::{Deserialize, Serialize};

use crate::product_type::MediaKind;

/// An organization, as accounts told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrganizationCopy {
    #[serde(rename = "organization")]
    pub(crate) id: Id<kind::Organization>,
    pub(crate) name: String,
    pub(crate) state: String,
    /// Whether it belongs to the house that runs this platform.
    pub(crate) house_owned: bool,
    pub(crate) version: u64,
}

/// A concert, as events told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ConcertCopy {
    #[serde(rename = "concert")]
    pub(crate) id: Id<kind::Concert>,
    pub(crate) organization: Id<kind::Organization>,
    pub(crate) state: String,
    pub(crate) title: String,
    pub(crate) starts_at: Timestamp,
    pub(crate) ticket_quotas: Vec<TicketQuotaCopy>,
    pub(crate) version: u64,
}

/// Tickets of one sort for a concert.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TicketQuotaCopy {
    #[serde(rename = "ticket_quota")]
    pub(crate) id: Id<kind::TicketQuota>,
    pub(crate) name: String,
    /// Where its units are counted.
    pub(crate) quota: QuotaId,
    /// On which days it opens the door.
    pub(crate) days: BTreeSet<Date>,
    /// How many of them one account may buy, if not as many as it likes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) per_buyer_limit: Option<NonZeroU32>,
}

/// A file that was uploaded and checked, as media told of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MediaCopy {
    #[serde(rename = "media")]
    pub(crate) id: Id<kind::Media>,
    pub(crate) organization: Id<kind::Organization>,
    #[serde(rename = "purpose")]
    pub(crate) kind: MediaKind,
    pub(crate) key: String,
    pub(crate) file_name: String,
    pub(crate) content_type: String,
    pub(crate) size_bytes: u64,
    /// Whether it was rejected after all.
    #[serde(default)]
    pub(crate) rejected: bool,
    pub(crate) version: u64,
}

/// The state of an organization that may sell.
pub(crate) const APPROVED: &str = "approved";
/// The state of a concert whose tickets may be sold.
pub(crate) const PUBLISHED: &str = "published";

impl OrganizationCopy {
    /// Whether it may sell.
    pub(crate) fn is_approved(&self) -> bool {
        self.state == APPROVED
    }
}

impl ConcertCopy {
    /// Whether its tickets may be sold.
    pub(crate) fn is_published(&self) -> bool {
        self.state == PUBLISHED
    }

    /// Its tickets of one sort.
    pub(crate) fn ticket_quota(&self, id: Id<kind::TicketQuota>) -> Option<&TicketQuotaCopy> {
        self.ticket_quotas.iter().find(|quota| quota.id == id)
    }
}
