//! `GET /v1/tickets/{id}`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Json, Path};

use super::ticket_out::TicketOut;
use crate::{App, ticket::Ticket};

/// Look at one of one's tickets
///
/// With the code to show at the door. Nobody else ever sees it.
#[utoipa::path(
    get,
    path = "/v1/tickets/{id}",
    tag = "tickets",
    params(("id" = String, Path, description = "The ticket", example = "tkt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The ticket", body = TicketOut),
        (status = 404, description = "`not_found`: there is none, or it is somebody else's", body = web::Problem),
    )
)]
pub(crate) async fn get_ticket(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Ticket>>,
) -> Result<Json<TicketOut>, ApiError> {
    let ticket = held(&app, &caller, id).await?;
    TicketOut::with_code(&app, &ticket).map(Json)
}

/// A ticket that the caller holds.
pub(super) async fn held(
    app: &App,
    caller: &Caller,
    id: Id<kind::Ticket>,
) -> Result<Ticket, ApiError> {
    let ticket = app.store.ticket(id).await?;
    ticket
        .filter(|ticket| ticket.holder == caller.account)
        .ok_or_else(ApiError::not_found)
}
