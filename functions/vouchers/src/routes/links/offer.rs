//! `POST /v1/partners/{id}/links`

use axum::{extract::State, response::Response};
use kernel::{Id, kind};
use web::{ApiError, Caller, Code, Json, Path};

use super::{OFFERS, link_out::LinkOfferOut};
use crate::{
    App,
    link::{Link, Stage},
    partner::State as PartnerState,
};

/// Ask for a code to link oneself to a partner
///
/// The code is typed in at the partner, within a quarter of an hour.
#[utoipa::path(
    post,
    path = "/v1/partners/{id}/links",
    tag = "vouchers",
    params(("id" = String, Path, description = "The partner", example = "prt_01J8Z3K4M5N6P7Q8R9S0T1V2W3")),
    responses(
        (status = 201, description = "The code", body = LinkOfferOut),
        (status = 404, description = "`not_found`", body = web::Problem),
        (status = 409, description = "`link_conflict`: the account has a link with the partner; `state_conflict`: the partner is suspended", body = web::Problem),
        (status = 429, description = "`rate_limited`", body = web::Problem),
    )
)]
pub(crate) async fn offer_link(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<Id<kind::Partner>>,
) -> Result<Response, ApiError> {
    let account = caller.account;
    let subject = account.to_string();
    let _counted = app.rate_limits.require(&OFFERS, &subject).await?;
    let partner = app.store.partner(id).await?;
    let partner = partner.ok_or_else(ApiError::not_found)?;
    if partner.state == PartnerState::Suspended {
        return Err(ApiError::new(Code::StateConflict).detail("the partner is suspended"));
    }
    if app.store.link_with(account, &partner).await?.is_some() {
        return Err(ApiError::new(Code::LinkConflict));
    }
    let stage = Stage::OfferedByAccount { account };
    let link = Link::offered(Id::generate(&app.clock), &partner, stage, app.clock.now());
    let digest = app.link_keys.digest(&app.link_keys.code(link.id));
    app.store.offer_link(&link, &digest, None).await?;
    Ok(Json(LinkOfferOut::of(&app, &link)).created())
}
