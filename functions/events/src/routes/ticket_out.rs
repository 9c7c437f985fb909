//! How a ticket is shown to its holder.

use jiff::civil::Date;
use kernel::{Id, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;
use web::ApiError;

use crate::{
    App,
    ticket::{Offer, State, Ticket},
};

/// A ticket, as its holder sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TicketOut {
    /// Names the ticket.
    #[schema(value_type = String, example = "tkt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    id: Id<kind::Ticket>,
    /// For which concert.
    #[schema(value_type = String, example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    concert_id: Id<kind::Concert>,
    /// How the concert was called when it was bought.
    #[schema(example = "Two Nights")]
    title: String,
    /// Of which quota.
    #[schema(value_type = String, example = "tqt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    ticket_quota_id: Id<kind::TicketQuota>,
    /// Which sort of ticket it is.
    #[schema(example = "Both nights")]
    name: String,
    /// On which days it opens the door.
    #[schema(value_type = Vec<String>, example = json!(["2026-07-01", "2026-07-02"]))]
    days: Vec<Date>,
    /// Whether it is valid.
    state: State,
    /// On which of the days it was used.
    check_ins: Vec<UseOut>,
    /// Since when the caller holds it.
    #[schema(value_type = String, format = DateTime)]
    held_since: Timestamp,
    /// To whom it is being given away, if it is.
    offer: Option<OfferOut>,
    /// What to show at the door, as a QR code; only where one ticket is looked at, and only while it
    /// is valid.
    #[schema(example = "tkt_01J8Z3K4M5N6P7Q8R9S0T1V2W3.Zk9yZ2V0aGVyLXdlLXNpbmctYW5k")]
    code: Option<String>,
}

/// One use of a ticket.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UseOut {
    /// For which day.
    #[schema(value_type = String, format = Date)]
    day: Date,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// A ticket on its way to somebody else.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OfferOut {
    /// Who may take it; null for whoever has the transfer code.
    #[schema(value_type = Option<String>, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    to: Option<Id<kind::Account>>,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl TicketOut {
    /// The ticket without its code.
    pub(super) fn of(app: &App, ticket: &Ticket) -> Self {
        let open = |offer: &&Offer| offer.expires_at > app.clock.now();
        Self {
            id: ticket.id,
            concert_id: ticket.concert,
            title: ticket.title.as_str().to_owned(),
            ticket_quota_id: ticket.ticket_quota,
            name: ticket.name.as_str().to_owned(),
            days: ticket.days.iter().collect(),
            state: ticket.state,
            check_ins: ticket.check_ins.iter().map(UseOut::of).collect(),
            held_since: ticket.held_since,
            offer: ticket.offer.as_ref().filter(open).map(OfferOut::of),
            code: None,
        }
    }

    /// The ticket with its code: for its holder.
    pub(super) fn with_code(app: &App, ticket: &Ticket) -> Result<Self, ApiError> {
        let code = match ticket.state {
            State::Issued => {
                let code = app.keys.code(ticket.id, &ticket.secret);
                Some(code.map_err(ApiError::internal)?.reveal())
            }
            State::Refunded | State::Revoked | State::Void => None,
        };
        let out = Self::of(app, ticket);
        Ok(Self { code, ..out })
    }
}

impl UseOut {
    fn of((day, at): (&Date, &Timestamp)) -> Self {
        Self { day: *day, at: *at }
    }
}

impl OfferOut {
    fn of(offer: &Offer) -> Self {
        Self {
            to: offer.to,
            expires_at: offer.expires_at,
        }
    }
}
