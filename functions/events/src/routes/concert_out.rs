//! How a concert is shown.

use std::num::NonZeroU32;

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    concert::{Concert, State},
    ticket_quota::TicketQuota,
};

/// A concert.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ConcertOut {
    /// Names the concert.
    #[schema(value_type = String, example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Concert>,
    /// Who gives it.
    #[schema(value_type = String, example = "org_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    organization_id: Id<kind::Organization>,
    /// How it is called.
    #[schema(example = "Two Nights")]
    title: String,
    /// In which house.
    #[schema(example = "Mao Livehouse")]
    venue: String,
    /// In which country or part of one, by ISO 3166.
    #[schema(example = "CN-SH")]
    region: String,
    /// When it begins.
    #[schema(value_type = String, format = DateTime)]
    starts_at: Timestamp,
    /// When it ends.
    #[schema(value_type = String, format = DateTime)]
    ends_at: Timestamp,
    /// By which zone its days are counted.
    #[schema(example = "Asia/Shanghai")]
    time_zone: String,
    /// Its days. A night belongs to the day on which it began, until six in the morning.
    #[schema(value_type = Vec<String>, example = json!(["2026-07-01", "2026-07-02"]))]
    days: Vec<Date>,
    /// What it is.
    about: Option<String>,
    /// Where it stands.
    state: State,
    /// Why it was called off.
    cancel_reason: Option<String>,
    /// Its tickets, by sort.
    ticket_quotas: Vec<TicketQuotaOut>,
}

/// One sort of tickets.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketQuotaOut {
    /// Names the quota.
    #[schema(value_type = String, example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::TicketQuota>,
    /// How its tickets are called.
    #[schema(example = "Both nights")]
    name: String,
    /// How many there are.
    #[schema(example = 400)]
    capacity: u32,
    /// On which days they open the door.
    #[schema(value_type = Vec<String>, example = json!(["2026-07-01", "2026-07-02"]))]
    days: Vec<Date>,
    /// How many one account may buy; null if as many as it likes.
    #[schema(value_type = Option<u32>, example = 4)]
    per_buyer_limit: Option<NonZeroU32>,
}

impl ConcertOut {
    /// The concert as it is shown.
    pub(super) fn of(concert: &Concert) -> Self {
        let programme = &concert.programme;
        let text = |prose: &crate::text::Prose| prose.as_str().to_owned();
        Self {
            id: concert.id,
            organization_id: concert.organization,
            title: programme.title.as_str().to_owned(),
            venue: programme.venue.as_str().to_owned(),
            region: programme.region.as_str().to_owned(),
            starts_at: programme.times.starts_at,
            ends_at: programme.times.ends_at,
            time_zone: programme.times.time_zone.as_str().to_owned(),
            days: programme.times.days.iter().collect(),
            about: programme.about.as_ref().map(text),
            state: concert.state,
            cancel_reason: concert.cancel_reason.as_ref().map(text),
            ticket_quotas: concert
                .ticket_quotas
                .iter()
                .map(TicketQuotaOut::of)
                .collect(),
        }
    }
}

impl TicketQuotaOut {
    /// The quota as it is shown.
    pub(super) fn of(quota: &TicketQuota) -> Self {
        Self {
            id: quota.id,
            name: quota.name.as_str().to_owned(),
            capacity: quota.capacity.get(),
            days: quota.days.iter().collect(),
            per_buyer_limit: quota.per_buyer_limit,
        }
    }
}
