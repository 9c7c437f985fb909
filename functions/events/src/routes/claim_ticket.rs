//! `POST /v1/tickets/transfers/claim`

use axum::extract::State;
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json};

use super::{offer_ticket, ticket_out::TicketOut};
use crate::{
    App,
    secret::TransferCode,
    store::CommitError,
    ticket::{TakeError, Ticket},
};

/// How often a ticket is taken anew because it changed meanwhile.
const MAX_TRIES: usize = 8;

/// The code that the giver has handed over.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClaimIn {
    /// The transfer code.
    transfer_code: String,
}

/// Take a ticket that was offered
///
/// The ticket becomes the caller's, with a code of its own; the giver's opens no door from now on.
/// The transfer code is good once. For whom it was good, it answers the same again.
#[utoipa::path(
    post,
    path = "/v1/tickets/transfers/claim",
    tag = "tickets",
    request_body = ClaimIn,
    responses(
        (status = 200, description = "The ticket", body = TicketOut),
        (status = 404, description = "`not_found`: there is no such offer to the caller", body = web::Problem),
        (status = 409, description = "`ticket_already_used`; `ticket_not_valid`; `state_conflict`: it is the caller's own", body = web::Problem),
        (status = 410, description = "`gone`: the offer has expired", body = web::Problem),
    )
)]
pub(crate) async fn claim_ticket(
    State(app): State<App>,
    caller: Caller,
    Json(claim): Json<ClaimIn>,
) -> Result<Json<TicketOut>, ApiError> {
    let code: TransferCode = claim
        .transfer_code
        .parse()
        .map_err(|_| ApiError::not_found())?;
    for _ in 0..MAX_TRIES {
        let ticket = app.store.ticket(code.ticket).await?;
        let ticket = ticket.ok_or_else(ApiError::not_found)?;
        if was_taken(&app, &ticket, &code, caller.account) {
            return TicketOut::with_code(&app, &ticket).map(Json);
        }
        let taken = take(&app, ticket, &code, caller.account)?;
        match app.store.commit(vec![app.store.save_ticket(&taken)]).await {
            Ok(()) => return TicketOut::with_code(&app, &taken).map(Json),
            // Somebody else took it, or it was used or withdrawn: look again.
            Err(CommitError::Lost | CommitError::Repeated) => {}
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// Whether the caller took the ticket by this very code before.
fn was_taken(app: &App, ticket: &Ticket, code: &TransferCode, by: Id<kind::Account>) -> bool {
    let mut taken = ticket.taken.iter();
    ticket.holder == by && taken.any(|offer| app.keys.recognise_transfer(code, *offer))
}

fn take(
    app: &App,
    ticket: Ticket,
    code: &TransferCode,
    by: Id<kind::Account>,
) -> Result<Ticket, ApiError> {
    let offer = ticket.offer.as_ref().map(|offer| offer.id);
    let offer = offer.filter(|offer| app.keys.recognise_transfer(code, *offer));
    let offer = offer.ok_or_else(ApiError::not_found)?;
    let secret = app.keys.mint(ticket.id).map_err(ApiError::internal)?;
    let taken = ticket.taken(offer, by, secret, app.clock.now());
    taken.map_err(|error| match error {
        TakeError::NoOffer => ApiError::not_found(),
        TakeError::Expired => ApiError::new(Code::Gone).detail(error.to_string()),
        TakeError::Offer(error) => offer_ticket::refusal(error),
    })
}
