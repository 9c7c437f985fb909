//! `POST /v1/check-ins`

use axum::{extract::State, response::Response};
use jiff::civil::Date;
use kernel::{Id, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use web::{Acting, ApiError, Code, Idempotent, Json, fields::if_present};

use super::{
    check_in_out::CheckInOut,
    once::{Missed, once},
};
use crate::{
    App,
    door::{self, DoorError, Shown},
    secret::TicketCode,
};

/// The scope of those who stand at the door.
pub(super) const SCOPE: &str = "door";

/// A ticket that is shown at the door.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckInIn {
    /// What the QR code says.
    ticket_code: String,
    /// For which concert the door is. Tickets of the organization's other concerts are then refused.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, example = "con_01J8Z3K4M5N6P7Q8R9S0T1V2W3")]
    concert_id: Option<Id<kind::Concert>>,
    /// For which day the door lets people in; the present one, by the concert's time zone, if absent.
    #[serde(default, deserialize_with = "if_present")]
    #[schema(value_type = String, required = false, format = Date)]
    day: Option<Date>,
}

/// What is remembered of the request.
#[derive(Serialize, Deserialize)]
struct Done {
    concert: Id<kind::Concert>,
    day: Date,
    ticket: Id<kind::Ticket>,
}

/// Let somebody in
///
/// With the scope `door`, for the organization that gives the concert: once for each day that the
/// ticket covers. A scanner that got no answer asks again with the same `Idempotency-Key` and is
/// answered alike.
#[utoipa::path(
    post,
    path = "/v1/check-ins",
    tag = "check-in",
    request_body = CheckInIn,
    params(("Idempotency-Key" = String, Header, description = "Names the request; 1 to 255 visible characters")),
    responses(
        (status = 201, description = "Let the holder in", body = CheckInOut),
        (status = 403, description = "`organization_required`, `forbidden`", body = web::Problem),
        (status = 404, description = "`not_found`: there is no such ticket, or it is for another organization's concert", body = web::Problem),
        (status = 409, description = "`ticket_already_used`: when, says `detail`; `ticket_not_valid`: why, says `detail`", body = web::Problem),
        (status = 422, description = "`idempotency_key_reused`: for another request", body = web::Problem),
    )
)]
pub(crate) async fn check_in(
    State(app): State<App>,
    request: Idempotent<CheckInIn>,
) -> Result<Response, ApiError> {
    let acting = Acting::of(&request.caller)?;
    acting.require(SCOPE)?;
    let code = request.body.ticket_code.parse::<TicketCode>();
    let code = code.map_err(|_| ApiError::not_found())?;
    let attempt = || try_once(&app, &acting, &code, &request);
    once(&app, &request.key, attempt, |done| repeat(&app, done)).await
}

/// Looks at the ticket and its concert, decides, commits.
async fn try_once(
    app: &App,
    acting: &Acting,
    code: &TicketCode,
    request: &Idempotent<CheckInIn>,
) -> Result<Response, Missed> {
    let ticket = app.store.ticket(code.ticket).await?;
    let ticket = ticket.filter(|ticket| ticket.organization == acting.organization);
    let ticket = ticket.ok_or_else(ApiError::not_found)?;
    let concert = app.store.concert(ticket.concert).await?;
    let concert = concert.ok_or_else(|| ApiError::internal("a ticket's concert is not there"))?;
    let shown = Shown {
        genuine: app.keys.recognise(code, &ticket.secret),
        concert: request.body.concert_id,
        day: request.body.day,
        by: acting.caller.account,
    };
    let admitted = door::admit(ticket, &concert, &shown, app.clock.now());
    let (used, check_in) = admitted.map_err(refusal)?;
    let done = Done {
        concert: check_in.concert,
        day: check_in.day,
        ticket: check_in.ticket,
    };
    let writes = vec![
        app.store.save_ticket(&used),
        app.store.let_in(&check_in),
        app.requests.record(&request.key, &done)?,
    ];
    app.store.commit(writes).await?;
    Ok(Json(CheckInOut::of(&check_in)).created())
}

async fn repeat(app: &App, done: Done) -> Result<Response, ApiError> {
    let check_in = app.store.check_in(done.concert, done.day, done.ticket);
    let check_in = check_in.await?;
    let check_in = check_in.ok_or_else(|| ApiError::internal("a check-in is not there"))?;
    Ok(Json(CheckInOut::of(&check_in)).created())
}

fn refusal(error: DoorError) -> ApiError {
    let code = match error {
        DoorError::NotGenuine
        | DoorError::OtherConcert
        | DoorError::Refunded
        | DoorError::Revoked
        | DoorError::Void
        | DoorError::NotOpen
        | DoorError::OtherDay(_) => Code::TicketNotValid,
        DoorError::Used { .. } => Code::TicketAlreadyUsed,
    };
    ApiError::new(code).detail(error.to_string())
}
