//! `GET /v1/tickets`

use axum::extract::State;
use web::{ApiError, Caller, Json, List, Paging, PagingParams};

use super::ticket_out::TicketOut;
use crate::App;

/// List one's tickets
///
/// Newest first, without their codes. What came or went a moment ago may be missing.
#[utoipa::path(
    get,
    path = "/v1/tickets",
    tag = "tickets",
    params(PagingParams),
    responses((status = 200, description = "A page of tickets", body = List<TicketOut>))
)]
pub(crate) async fn list_tickets(
    State(app): State<App>,
    caller: Caller,
    paging: Paging,
) -> Result<Json<List<TicketOut>>, ApiError> {
    let after = paging.start()?;
    let page = app
        .store
        .tickets_of(caller.account, after, paging.limit)
        .await?;
    let items = page.items.iter().map(|ticket| TicketOut::of(&app, ticket));
    Ok(Json(List::new(items.collect(), page.next.as_deref())))
}
