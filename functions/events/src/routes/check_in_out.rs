//! How a check-in is shown to the door.

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use crate::door::CheckIn;

/// Somebody who was let in. It says what the door must know, and not who it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CheckInOut {
    /// Names the check-in.
    #[schema(value_type = String, example = "chk_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::CheckIn>,
    /// With which ticket.
    #[schema(value_type = String, example = "tkt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    ticket_id: Id<kind::Ticket>,
    /// To which concert.
    #[schema(value_type = String, example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    concert_id: Id<kind::Concert>,
    /// Of which quota the ticket is.
    #[schema(value_type = String, example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    ticket_quota_id: Id<kind::TicketQuota>,
    /// Which sort of ticket it is.
    #[schema(example = "Both nights")]
    name: String,
    /// For which day.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    checked_in_at: Timestamp,
}

impl CheckInOut {
    /// The check-in as it is shown.
    pub(super) fn of(check_in: &CheckIn) -> Self {
        Self {
            id: check_in.id,
            ticket_id: check_in.ticket,
            concert_id: check_in.concert,
            ticket_quota_id: check_in.ticket_quota,
            name: check_in.name.as_str().to_owned(),
            day: check_in.day,
            checked_in_at: check_in.at,
        }
    }
}
