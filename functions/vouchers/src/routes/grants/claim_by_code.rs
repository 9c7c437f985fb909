//! `POST /v1/partner-grants/claims`

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::{Id, kind};
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, Limit, fields::secret, replayed};

use super::grant_out::PartnerGrantOut;
use crate::{
    App,
    claim_code::ClaimCode,
    concert::ConcertState,
    grant::{Earns, Move, State as GrantState},
    granting::{Under, move_grant},
};

/// How often an account may try codes that are none. Codes have 80 bits, so this only keeps guessing
/// from costing us anything.
const WRONG_CODES: Limit = Limit {
    name: "grant-claims",
    max: 10,
    window_s: 600,
};

/// A claim code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartnerClaimIn {
    /// What the partner gave out: sixteen letters and digits, in groups or not, small or capital.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "K7Q2-M9XZ-04RT-B3WD")]
    claim_code: ClaimCode,
}

/// Claim what a partner's code is for
///
/// Points are credited at once; tickets follow. The same account may ask again and is answered
/// alike, since a grant is claimed once.
#[utoipa::path(
    post,
    path = "/v1/partner-grants/claims",
    tag = "partner grants",
    request_body = PartnerClaimIn,
    responses(
        (status = 200, description = "The grant, claimed now or before", body = PartnerGrantOut),
        (status = 404, description = "`not_found`: it is no code of a grant", body = web::Problem),
        (status = 409, description = "`state_conflict`: another has claimed it, it was taken back, or the concert does not take place", body = web::Problem),
        (status = 410, description = "`gone`: it was to be claimed before", body = web::Problem),
        (status = 429, description = "`rate_limited`: too many wrong codes", body = web::Problem),
    )
)]
pub(crate) async fn claim_by_code(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<PartnerClaimIn>,
) -> Result<Response, ApiError> {
    let account = caller.account.to_string();
    let attempt = app.rate_limits.require(&WRONG_CODES, &account).await?;
    let digest = app.claim_keys.digest(&wanted.claim_code);
    let grant = app.store.grant_of_code(&digest).await?;
    let grant = grant.ok_or_else(ApiError::not_found)?;
    app.rate_limits.give_back(attempt).await?;
    claim(&app, grant, caller.account, Under::Nothing).await
}

/// Claims the grant for an account that may have it.
pub(super) async fn claim(
    app: &App,
    id: Id<kind::PartnerGrant>,
    account: Id<kind::Account>,
    under: Under<'_>,
) -> Result<Response, ApiError> {
    refuse_what_is_over(app, id).await?;
    let moved = move_grant(app, id, &Move::Claim(account), under).await?;
    let answer = Json(PartnerGrantOut::from(&moved.thing)).into_response();
    Ok(if moved.is_new {
        answer
    } else {
        replayed(answer)
    })
}

/// Spares the member a claim of tickets that nobody would issue. Who is faster than the news of it
/// is told by those who issue them.
async fn refuse_what_is_over(app: &App, id: Id<kind::PartnerGrant>) -> Result<(), ApiError> {
    let grant = app.store.grant(id).await?.ok_or_else(ApiError::not_found)?;
    let (GrantState::Granted, Earns::Ticket { concert, .. }) = (grant.state, grant.earns) else {
        return Ok(());
    };
    let concert = app.store.concert(concert).await?;
    match concert.map(|concert| concert.state) {
        Some(ConcertState::Cancelled | ConcertState::Ended) => {
            let detail = "the concert does not take place, or is over";
            Err(ApiError::new(Code::StateConflict).detail(detail))
        }
        Some(ConcertState::Draft | ConcertState::Published) | None => Ok(()),
    }
}
