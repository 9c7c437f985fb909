//! `POST /v1/tickets/{id}/transfer`

use axum::{extract::State, response::Response};
use jiff::SignedDuration;
use kernel::{Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{ApiError, Code, Idempotent, Json, Path, fields::if_present};

use super::{
    get_ticket,
    once::{Missed, once},
};
use crate::{
    App,
    ticket::{Offer, OfferError},
};

/// How long an offer can be taken.
const OFFERED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// To whom a ticket is given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct TransferIn {
    /// Who alone may take it; whoever has the code if absent.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "acct_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    to: Option<Id<kind::Account>>,
}

/// A ticket on its way.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct TransferOut {
    /// Which ticket.
    #[schema(value_type = String, example = "tkt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    ticket_id: Id<kind::Ticket>,
    /// What to hand to whoever shall have it. It is good once.
    transfer_code: String,
    /// Until when it can be taken.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

/// What is remembered of the request; the code is made again from it.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Done {
    offer: Id<kind::Request>,
    expires_at: Timestamp,
}

/// Offer one of one's tickets
///
/// Answers with a code for whoever shall have it. The ticket stays the caller's, and opens the door
/// for the caller, until somebody takes it. Another offer, or its use, ends this one. With the same
/// `Idempotency-Key` it is offered once and answered alike.
#[utoipa::path(
    post,
    path = "/v1/tickets/{id}/transfer",
    tag = "tickets",
    request_body = TransferIn,
    params(
        ("id" = String, Path, description = "The ticket", example = "tkt_01J8Z3K4M5N6P7Q8R9S0T1V2W3"),
        ("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters"),
    ),
    responses(
        (status = 201, description = "The offer", body = TransferOut),
        (status = 404, description = "`not_found`: there is none, or it is somebody else's", body = web::Problem),
        (status = 409, description = "`ticket_already_used`; `ticket_not_valid`; `state_conflict`: it is offered to its holder", body = web::Problem),
        (status = 422, description = "`idempotency_key_reused`: for another request", body = web::Problem),
    )
)]
pub(crate) async fn offer_ticket(
    State(app): State<App>,
    Path(id): Path<Id<kind::Ticket>>,
    request: Idempotent<TransferIn>,
) -> Result<Response, ApiError> {
    let attempt = || try_once(&app, id, &request);
    let repeat = async |done| Ok(answer(&app, id, done));
    once(&app, &request.key, attempt, repeat).await
}

async fn try_once(
    app: &App,
    id: Id<kind::Ticket>,
    request: &Idempotent<TransferIn>,
) -> Result<Response, Missed> {
    let ticket = get_ticket::held(app, &request.caller, id).await?;
    let done = Done {
        offer: request.key.derive("ticket offer"),
        expires_at: app.clock.now() + OFFERED_FOR,
    };
    let offer = Offer {
        id: done.offer,
        to: request.body.to,
        expires_at: done.expires_at,
    };
    let offered = ticket.offered(offer).map_err(refusal)?;
    let writes = vec![
        app.store.save_ticket(&offered),
        app.requests.record(&request.key, &done)?,
    ];
    app.store.commit(writes).await?;
    Ok(answer(app, id, done))
}

fn answer(app: &App, ticket: Id<kind::Ticket>, done: Done) -> Response {
    Json(TransferOut {
        ticket_id: ticket,
        transfer_code: app.keys.transfer_code(ticket, done.offer).reveal(),
        expires_at: done.expires_at,
    })
    .created()
}

pub(super) fn refusal(error: OfferError) -> ApiError {
    let code = match error {
        OfferError::NotValid => Code::TicketNotValid,
        OfferError::Used => Code::TicketAlreadyUsed,
        OfferError::ToItsHolder => Code::StateConflict,
    };
    ApiError::new(code).detail(error.to_string())
}
