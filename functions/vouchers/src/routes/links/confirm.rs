//! `POST /v1/partner-links/confirm`

use axum::extract::State;
use serde::Deserialize;
use utoipa::ToSchema;
use web::{ApiError, Caller, Code, Json, fields::secret};

use super::{GUESSES, MAX_TRIES, link_out::LinkOut};
use crate::{
    App,
    link::{Link, LinkCode},
    partner::State as PartnerState,
    store::SaveLinkError,
};

/// A code that a partner has shown to its member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LinkConfirmationIn {
    /// The code, as the member typed it.
    #[serde(deserialize_with = "secret")]
    #[schema(value_type = String, example = "7QK2-M4XD")]
    code: LinkCode,
}

/// Confirm a link with the code that a partner has shown
///
/// Links the caller to the partner's member. Confirming it again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/partner-links/confirm",
    tag = "vouchers",
    request_body = LinkConfirmationIn,
    responses(
        (status = 200, description = "The link", body = LinkOut),
        (status = 404, description = "`not_found`: there is no such code, or it has ended", body = web::Problem),
        (status = 409, description = "`link_conflict`: the account or the member is linked to another", body = web::Problem),
        (status = 422, description = "`validation_failed`", body = web::Problem),
        (status = 429, description = "`rate_limited`: too many wrong codes", body = web::Problem),
    )
)]
pub(crate) async fn confirm_link(
    State(app): State<App>,
    caller: Caller,
    Json(wanted): Json<LinkConfirmationIn>,
) -> Result<Json<LinkOut>, ApiError> {
    for _ in 0..MAX_TRIES {
        let (link, is_new) = confirmed(&app, &caller, &wanted.code).await?;
        let saved = match is_new {
            true => app.store.confirm_link(&link, None).await,
            false => Ok(()),
        };
        match saved {
            Ok(()) => return LinkOut::of(&link).map(Json).ok_or_else(ApiError::not_found),
            Err(SaveLinkError::Repeated | SaveLinkError::Changed) => {}
            Err(error @ (SaveLinkError::Conflict | SaveLinkError::Service(_))) => {
                return Err(error.into());
            }
        }
    }
    Err(ApiError::new(Code::Unavailable))
}

/// The link as the caller confirms it, and whether that changes it. A wrong code stays counted.
async fn confirmed(app: &App, caller: &Caller, code: &LinkCode) -> Result<(Link, bool), ApiError> {
    let subject = caller.account.to_string();
    let guess = app.rate_limits.require(&GUESSES, &subject).await?;
    let found = app.store.link_by_code(&app.link_keys.digest(code)).await?;
    let link = found.ok_or_else(ApiError::not_found)?;
    let partner = app.store.partner(link.partner.id).await?;
    let active = partner.filter(|partner| partner.state == PartnerState::Active);
    let partner = active.ok_or_else(ApiError::not_found)?;
    let version = link.version;
    let link = link.confirmed_by_account(&partner, caller.account, app.clock.now())?;
    app.rate_limits.give_back(guess).await?;
    let is_new = link.version != version;
    Ok((link, is_new))
}
