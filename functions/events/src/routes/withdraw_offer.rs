//! `DELETE /v1/tickets/{id}/transfer`

use axum::extract::State;
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Json, Path};

use super::{get_ticket, ticket_out::TicketOut};
use crate::{App, store::CommitError};

/// How often the offer is withdrawn anew because the ticket changed meanwhile.
const MAX_TRIES: usize = 8;

/// Withdraw an offer
///
/// Nobody can take the ticket any more. One that is not offered stays as it is.
#[utoipa::path(
    delete,
    path = "/v1/tickets/{id}/transfer",
    tag = "tickets",
    params(("id" = String, Path, description = "The ticket", example = "tkt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 200, description = "The ticket as it is now", body = TicketOut),
        (status = 404, description = "`not_found`: there is none, or it is somebody else's by now", body = web::Problem),
    )
)]
pub(crate) async fn withdraw_offer(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Ticket>>,
) -> Result<Json<TicketOut>, ApiError> {
    for _ in 0..MAX_TRIES {
        let ticket = get_ticket::held(&app, &caller, id).await?;
        if ticket.offer.is_none() {
            return TicketOut::with_code(&app, &ticket).map(Json);
        }
        let writes = vec![app.store.save_ticket(&ticket.withdrawn())];
        match app.store.commit(writes).await {
            // The next round shows it.
            Ok(()) | Err(CommitError::Lost | CommitError::Repeated) => {}
            Err(CommitError::Service(error)) => return Err(error.into()),
        }
    }
    Err(ApiError::new(Code::Unavailable))
}
